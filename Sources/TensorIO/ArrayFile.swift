// Files of arrays: tensor files, and those of NumPy. The first bytes decide, not the name.

/// A file of arrays whose descriptions are known, and whose data is read when it is needed.
enum ArrayFile {
  case tensors(TensorFile)
  case numPy(NumPyFile)

  /// Opens a file.
  ///
  /// - Parameter path: A path, or `-` for standard input.
  /// - Throws: What `TensorFile.init` throws; `.invalid` if a NumPy file is damaged or has no arrays.
  init(_ path: String) throws(FileError) {
    let input = try InputFile(path)
    let content = FileContent(input)
    let head = content.array(0..<min(8, try content.load(8, from: input)))
    self =
      NumPyFile.isNumPy(head)
      ? .numPy(try NumPyFile(input, content)) : .tensors(try TensorFile(input, content))
  }

  var path: String {
    switch self {
    case .tensors(let file): file.path
    case .numPy(let file): file.path
    }
  }

  var metadata: [String: String] {
    switch self {
    case .tensors(let file): file.header.metadata
    case .numPy: [:]
    }
  }

  /// The names, types and shapes of the arrays that can be read.
  var entries: [TensorEntry] {
    switch self {
    case .tensors(let file): file.header.entries
    case .numPy(let file): file.members.compactMap { $0.header?.entry }
    }
  }

  /// The place of a tensor of a tensor file.
  func place(of name: String) -> TensorFile.Place? {
    if case .tensors(let file) = self { file.place(of: name) } else { nil }
  }

  /// The array of this name.
  ///
  /// - Throws: `.invalid` if there is none, or it cannot be read.
  func view(_ name: String) throws(FileError) -> ArrayView {
    switch self {
    case .tensors(let file):
      if let entry = file.header[name], let place = file.place(of: name) {
        return ArrayView(place, entry)
      }
    case .numPy(let file):
      if let member = file.members.first(where: { $0.name == name }) {
        return try file.view(member)
      }
    }
    throw FileError(.invalid, path, "has no tensor \(quoted(name))")
  }
}

extension TensorFile {
  /// Opens a file of arrays of any supported format, with its arrays as they are: a tensor file, or a
  /// .npy or .npz file of NumPy. An array of a .npy file has the name `arr_0`.
  ///
  /// - Parameter path: A path, or `-` for standard input.
  /// - Returns: The file. Its ``notes`` name the arrays that cannot be read.
  /// - Throws: What `init(_:)` throws.
  public static func arrays(_ path: String) throws(FileError) -> TensorFile {
    let file: NumPyFile
    switch try ArrayFile(path) {
    case .tensors(let tensors): return tensors
    case .numPy(let numPy): file = numPy
    }
    var entries: [TensorEntry] = []
    var places: [Place] = []
    for member in file.members {
      guard let header = member.header else { continue }
      let view = try file.view(member)
      entries.append(header.entry)
      places.append(try view.nativePlace(file.path, member.name))
    }
    let header = TensorHeader(metadata: [:], entries: entries, crc32: nil, hasNoChecksum: true)
    let tensors = try TensorFile(file.path, header, places)
    tensors.notes = file.notes
    return tensors
  }

  /// Reads only the header of a file of arrays, and checks the size of a regular file. The checksum is
  /// not checked.
  ///
  /// - Parameter input: A file that has not been read.
  /// - Returns: The header, and what the user should know about it.
  /// - Throws: `.invalid` if the header or the size is wrong; `.inputOutput` if reading fails.
  public static func header(
    of input: InputFile
  ) throws(FileError) -> (header: TensorHeader, notes: [String]) {
    let content = FileContent(input)
    guard NumPyFile.isNumPy(content.array(0..<min(8, try content.load(8, from: input)))) else {
      return (try header(of: input, content), [])
    }
    let file = try NumPyFile(input, content)
    let entries = file.members.compactMap { $0.header?.entry }
    return (
      TensorHeader(metadata: [:], entries: entries, crc32: nil, hasNoChecksum: true), file.notes
    )
  }
}

extension NumPyFile {
  /// The arrays that cannot be read.
  fileprivate var notes: [String] {
    members.compactMap { member in
      member.problem.map { "array \(quoted(member.name)) is skipped: \($0.message)" }
    }
  }
}

extension ArrayView {
  /// The place of the array's bytes, in row-major order and little-endian.
  func nativePlace(_ path: String, _ name: String) throws(FileError) -> TensorFile.Place {
    if isNative { return place }
    guard let content = try reordered(path) else {
      throw FileError(
        .invalid, path, "array \(quoted(name)) of \(type.rawValue) is not in row-major order")
    }
    return TensorFile.Place(content: content, start: 0)
  }
}

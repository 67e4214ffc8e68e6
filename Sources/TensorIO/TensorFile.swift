// A tensor file that was read and validated. Every `TensorFile` has a valid header, exactly as much
// data as the header declares, and the right checksum, if it has one.

/// A tensor file: a file, or standard input if the path is `-`.
public final class TensorFile {
  /// The name in messages: the path as given, or "standard input".
  public let path: String
  /// The tensors and the metadata of the file.
  public let header: TensorHeader

  /// What the user should know about how the file was read: a line each, without the path.
  public internal(set) var notes: [String] = []

  /// The size of the largest header that is accepted, in bytes: the limit of safetensors.
  static let headerLimit = 100_000_000

  /// Where the bytes of a tensor begin.
  struct Place {
    let content: FileContent
    let start: Int
  }

  /// The places of the tensors, by index.
  private var places: [Place]
  /// The checksums of the tensors, by index, once they are computed.
  private var checksums: [UInt32?]

  /// Opens, reads and validates a file.
  ///
  /// A regular file is mapped. Replacing it while it is in use, as `OutputFile` does, is safe.
  /// Truncating it ends the process with status 74.
  ///
  /// - Parameter path: A path, or `-` for standard input.
  /// - Throws: `.invalid` if the file is not a tensor file, is truncated or is corrupted; what
  ///   `InputFile.init` throws; `.inputOutput` if reading fails.
  public convenience init(_ path: String) throws(FileError) {
    let input = try InputFile(path)
    try self.init(input, FileContent(input))
  }

  /// Reads and validates an open file.
  init(_ input: InputFile, _ content: FileContent) throws(FileError) {
    let (header, dataStart, checksumOffset) = try Self.readHeader(content, input)
    try Self.load(dataStart + header.dataByteCount, content, input)
    path = input.path
    self.header = header
    places = header.offsets.map { Place(content: content, start: dataStart + $0) }
    checksums = Array(repeating: nil, count: header.entries.count)
    if let expected = header.crc32, let checksumOffset {
      let found = fileChecksum(content, dataStart, 8 + checksumOffset)
      guard found == expected else {
        throw FileError(
          .invalid, path,
          "is corrupted: wrong checksum (expected crc32 \(Checksum.digits(expected)), found "
            + "\(Checksum.digits(found))); a program that changes the file must remove crc32 from its "
            + "metadata")
      }
    }
    try alignTensors()
  }

  /// Makes a file of tensors that lie at any places.
  ///
  /// - Parameters:
  ///   - path: The name for messages.
  ///   - header: The tensors and the metadata.
  ///   - places: The places of the tensors, in the order of the header.
  init(_ path: String, _ header: TensorHeader, _ places: [Place]) throws(FileError) {
    precondition(header.entries.count == places.count)
    (self.path, self.header, self.places) = (path, header, places)
    checksums = Array(repeating: nil, count: header.entries.count)
    try alignTensors()
  }

  /// Makes a file in memory.
  ///
  /// - Parameters:
  ///   - header: The description of the tensors.
  ///   - data: The bytes of all tensors, which are copied.
  ///   - name: The name for error messages.
  /// - Throws: `FileError` if there is too little memory.
  /// - Precondition: `data` has `header.dataByteCount` bytes.
  public init(
    _ header: TensorHeader, data: Span<UInt8>, name: String
  ) throws(FileError) {
    precondition(data.count == header.dataByteCount)
    let content = try FileContent(data, path: name)
    (path, self.header) = (name, header)
    places = header.offsets.map { Place(content: content, start: $0) }
    checksums = Array(repeating: nil, count: header.entries.count)
  }

  /// Reads only the header of a tensor file, and checks the size of a regular file.
  static func header(
    of input: InputFile, _ content: FileContent
  ) throws(FileError) -> TensorHeader {
    let (header, dataStart, _) = try readHeader(content, input)
    if content.isMapped { try load(dataStart + header.dataByteCount, content, input) }
    return header
  }

  /// Reads the whole file, which must have `total` bytes.
  private static func load(
    _ total: Int, _ content: FileContent, _ input: InputFile
  ) throws(FileError) {
    let count = try content.load(total + 1, from: input)
    guard count >= total else {
      throw FileError(truncated: input.path, expected: "\(total)", found: count)
    }
    guard count == total else {
      // The rest of a pipe is not read.
      throw FileError(
        extraBytes: input.path, expected: total, found: content.isMapped ? count : nil)
    }
  }

  /// Copies the elements of a tensor.
  ///
  /// - Parameters:
  ///   - name: The name of the tensor.
  ///   - type: The Swift type of its elements, such as `UInt8`, `Float` or `Int64`.
  /// - Returns: The elements; nil if there is no tensor of that name and type.
  public func numbers<Number: BitwiseCopyable>(
    of name: String, as type: Number.Type = Number.self
  ) -> [Number]? {
    withNumbers(of: name) { (numbers: Span<Number>) in numbers.indices.map { numbers[$0] } }
  }

  /// Calls a closure with the elements of a tensor, without copying them.
  ///
  /// - Parameters:
  ///   - name: The name of the tensor.
  ///   - body: Receives the elements, such as `UInt8`, `Float` or `Int64`. Those of type BOOL are `UInt8`.
  /// - Returns: The result of `body`; nil if there is no tensor of that name and type.
  /// - Throws: What `body` throws.
  public func withNumbers<Number: BitwiseCopyable, Result, Failure>(
    of name: String, _ body: (Span<Number>) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard let type = header[name]?.type, type.swiftType == Number.self,
      let bytes = unsafe bytes(of: name)
    else { return nil }
    defer { withExtendedLifetime(self) {} }
    return try unsafe bytes.withMemoryRebound(to: Number.self) { numbers throws(Failure) in
      try body(unsafe numbers.span)
    }
  }

  /// The bytes of a tensor, aligned for its type; nil if there is no tensor of that name.
  ///
  /// They are valid while this object is alive. Use `withExtendedLifetime` to keep it alive.
  @unsafe public func bytes(of name: String) -> UnsafeRawBufferPointer? {
    guard let index = header.index(of: name) else { return nil }
    return unsafe places[index].content.bytes(range(index))
  }

  /// The CRC-32 of a tensor's bytes; nil if there is no tensor of that name.
  public func checksum(of name: String) -> UInt32? {
    header.index(of: name).map(checksum)
  }

  /// Checks the kind of the file.
  ///
  /// A file without `tensorio.kind` that has the key `checkpoint.version` is a checkpoint.
  ///
  /// - Parameter kind: The expected value of the metadata `tensorio.kind`.
  /// - Throws: `.invalid` if the file is of another kind.
  public func require(kind: String) throws(FileError) {
    func noun(_ kind: String) -> String { kind.hasSuffix("s") ? kind : "a \(kind)" }
    let isCheckpoint = header.kind == nil && header.metadata["checkpoint.version"] != nil
    let found = isCheckpoint ? "checkpoint" : header.kind
    if found == kind { return }
    guard let found else {
      throw FileError(
        .invalid, path,
        "is not \(noun(kind)): metadata has no tensorio.kind; a program that saves \(noun(kind)) "
          + "again must keep its metadata, such as save_file(tensors, path, metadata)")
    }
    let known = TensorEntry.isName(found) ? noun(found) : quoted(found)
    throw FileError(.invalid, path, "is \(known), not \(noun(kind))")
  }

  /// The CRC-32 of the whole file, with the eight digits at `offset` replaced by zeros.
  private func fileChecksum(_ content: FileContent, _ dataStart: Int, _ offset: Int) -> UInt32 {
    var sum = Checksum()
    content.withBytes(0..<offset) { sum.append($0) }
    sum.append(Array(Checksum.placeholder.utf8).span)
    content.withBytes(offset + 8..<dataStart) { sum.append($0) }
    for (index, entry) in header.entries.enumerated() {
      sum.append(checksum: checksum(index), count: entry.byteCount)
    }
    return sum.value
  }

  private func checksum(_ index: Int) -> UInt32 {
    if let known = checksums[index] { return known }
    var sum = Checksum()
    places[index].content.withBytes(range(index)) { sum.append($0) }
    checksums[index] = sum.value
    return sum.value
  }

  /// The position of a tensor's bytes in its content.
  private func range(_ index: Int) -> Range<Int> {
    let start = places[index].start
    return start..<start + header.entries[index].byteCount
  }

  /// The place of a tensor; nil if there is none of that name.
  func place(of name: String) -> Place? { header.index(of: name).map { places[$0] } }

  /// Copies the misaligned tensors; only files of other programs have any.
  private func alignTensors() throws(FileError) {
    for (index, entry) in header.entries.enumerated() {
      if places[index].start.isMultiple(of: entry.type.byteCount) { continue }
      let copy = try places[index].content.withBytes(range(index)) { bytes throws(FileError) in
        try FileContent(bytes, path: path)
      }
      places[index] = Place(content: copy, start: 0)
    }
  }
}

// A tensor file, read and found whole. Once there is a `TensorFile`, its header is valid, its data
// has exactly the announced length, and its checksum, if it has one, is right.

/// Reads a tensor file from a path, or from standard input when the path is "-".
public final class TensorFile {
  /// The name for messages: the path as given, or "standard input".
  public let path: String
  /// What the file holds.
  public let header: TensorHeader

  /// No header is read that is longer.
  static let headerLimit = 1 << 24

  private let content: FileContent
  private let dataStart: Int
  private var aligned: [Int: FileContent] = [:]
  private var checksums: [UInt32?]

  /// Opens, reads and validates a file.
  ///
  /// A regular file is mapped: cutting it short while it is in use ends the process with status 74
  /// (see `MappedFile`), which replacing it, as `OutputFile` does, never does. Throws `.invalid` for
  /// what is not a whole tensor file, and what `InputFile` throws.
  public init(_ path: String) throws(FileError) {
    let input = try InputFile(path)
    let content = FileContent(input)
    let (header, dataStart, checksumOffset) = try Self.header(content, input)

    try Self.load(dataStart + header.dataByteCount, content, input)
    self.path = input.path
    self.header = header
    self.content = content
    self.dataStart = dataStart
    checksums = Array(repeating: nil, count: header.entries.count)
    if let expected = header.crc32, let checksumOffset {
      let found = fileChecksum(8 + checksumOffset)
      guard found == expected else {
        throw FileError(
          .invalid, path,
          "checksum is wrong: damaged (crc32 is \(Checksum.digits(found)), expected "
            + "\(Checksum.digits(expected)))")
      }
    }
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
    content = try FileContent(data, path: name)
    (path, self.header, dataStart) = (name, header, 0)
    checksums = Array(repeating: nil, count: header.entries.count)
  }

  /// Reads the header alone, and of a regular file the length: what the file holds if it is whole,
  /// which only a `TensorFile` is known to be. Throws what `init` throws of the two.
  public static func header(of input: InputFile) throws(FileError) -> TensorHeader {
    let content = FileContent(input)
    let (header, dataStart, _) = try header(content, input)
    if content.isMapped { try load(dataStart + header.dataByteCount, content, input) }
    return header
  }

  /// Reads the bytes of a file, of which there must be `total`.
  private static func load(
    _ total: Int, _ content: FileContent, _ input: InputFile
  ) throws(FileError) {
    let count = try content.load(total + 1, from: input)
    guard count >= total else {
      throw FileError(.invalid, input.path, "cut short: \(count) bytes of \(total)")
    }
    guard count == total else {
      // A pipe is not asked how much it has still to say.
      let extra = content.isMapped ? "\(count - total)" : "more"
      let unit = extra == "1" ? "byte" : "bytes"
      throw FileError(.invalid, input.path, "\(extra) \(unit) after the end, at byte \(total)")
    }
  }

  /// A copy of a tensor's numbers, `UInt8`, `Float` or `Int64`; `nil` when there is no tensor of
  /// that name and type.
  public func numbers<Number: BitwiseCopyable>(
    of name: String, as _: Number.Type = Number.self
  ) -> [Number]? {
    withNumbers(of: name) { (numbers: Span<Number>) in numbers.indices.map { numbers[$0] } }
  }

  /// Calls `body` with a tensor's numbers where they are; `nil` when there is no tensor of that name
  /// and type.
  public func withNumbers<Number: BitwiseCopyable, Result, Failure>(
    of name: String, _ body: (Span<Number>) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard let type = header[name]?.type, type.number == Number.self,
      let bytes = unsafe bytes(of: name)
    else { return nil }
    defer { withExtendedLifetime(self) {} }
    return try unsafe bytes.withMemoryRebound(to: Number.self) { numbers throws(Failure) in
      try body(unsafe numbers.span)
    }
  }

  /// The bytes of a tensor, aligned for its type and valid as long as this object lives, which is
  /// no longer than its last use unless `withExtendedLifetime` says so.
  @unsafe public func bytes(of name: String) -> UnsafeRawBufferPointer? {
    guard let index = header.index(of: name) else { return nil }
    guard let copy = aligned[index] else { return unsafe content.bytes(place(index)) }
    return unsafe copy.bytes(0..<header.entries[index].byteCount)
  }

  /// The CRC-32 of a tensor's bytes; it is known already when the file has a checksum.
  public func checksum(of name: String) -> UInt32? {
    header.index(of: name).map(checksum)
  }

  /// Throws `.invalid` unless the file is of this kind.
  public func require(kind: String) throws(FileError) {
    guard header.kind != kind else { return }
    func noun(_ kind: String) -> String { kind.hasSuffix("s") ? kind : "a \(kind)" }
    guard let found = header.kind else {
      throw FileError(.invalid, path, "is not \(noun(kind)): it has no tensorio.kind")
    }
    let known = TensorEntry.isName(found) ? noun(found) : quoted(found)
    throw FileError(.invalid, path, "is \(known), not \(noun(kind))")
  }

  /// Reads the header; also tells where the data begins, and the digits of the checksum in the header.
  private static func header(
    _ content: FileContent, _ input: InputFile
  ) throws(FileError) -> (header: TensorHeader, dataStart: Int, checksumOffset: Int?) {
    let dataStart = 8 + (try headerCount(content, input))
    let count = try content.load(dataStart, from: input)
    guard count >= dataStart else {
      throw FileError(.invalid, input.path, "cut short: \(count) bytes of at least \(dataStart)")
    }
    let (header, checksumOffset) = try HeaderReader.read(
      content.array(8..<dataStart), path: input.path)
    return (header, dataStart, checksumOffset)
  }

  /// Reads the length of the header; a file of another well-known format is called by its name.
  private static func headerCount(_ content: FileContent, _ input: InputFile) throws(FileError)
    -> Int
  {
    let count = try content.load(9, from: input)
    guard count > 0 else { throw FileError(.invalid, input.path, "is empty") }
    guard count >= 8 else {
      throw FileError(.invalid, input.path, "cut short: \(count) bytes of at least 8")
    }
    let head = content.array(0..<min(count, 9))
    let length = head[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    let isPlausible = length <= headerLimit && (count == 8 || head[8] == 0x7B)
    if !isPlausible, let format = knownFormat(head) {
      throw FileError(.invalid, input.path, "is \(format) file, not a tensor file")
    }
    guard length <= headerLimit else {
      throw FileError(
        .invalid, input.path,
        "is not a tensor file: its header would take \(length) bytes, over \(headerLimit)")
    }
    return Int(length)
  }

  private static func knownFormat(_ bytes: [UInt8]) -> String? {
    let formats: [(name: String, magic: [UInt8])] = [
      ("a PNG", [0x89, 0x50, 0x4E, 0x47]), ("a gzip", [0x1F, 0x8B]),
      ("a zip", [0x50, 0x4B, 0x03, 0x04]), ("a NumPy", [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]),
      ("an HDF5", [0x89, 0x48, 0x44, 0x46]),
    ]
    for format in formats where bytes.starts(with: format.magic) { return format.name }
    let isIDX = bytes.starts(with: [0, 0]) && (0x08...0x0E).contains(bytes[2])
    return isIDX && bytes[3] > 0 ? "an IDX" : nil
  }

  /// The CRC-32 of the whole file with the eight digits at `offset` taken as zeros.
  private func fileChecksum(_ offset: Int) -> UInt32 {
    var sum = Checksum()
    content.withBytes(0..<offset) { sum.append($0) }
    sum.append(Array(Checksum.blank.utf8).span)
    content.withBytes(offset + 8..<dataStart) { sum.append($0) }
    for (index, entry) in header.entries.enumerated() {
      sum.append(sum: checksum(index), count: entry.byteCount)
    }
    return sum.value
  }

  private func checksum(_ index: Int) -> UInt32 {
    if let known = checksums[index] { return known }
    var sum = Checksum()
    content.withBytes(place(index)) { sum.append($0) }
    checksums[index] = sum.value
    return sum.value
  }

  /// Where a tensor's bytes are in the file.
  private func place(_ index: Int) -> Range<Int> {
    let start = dataStart + header.offsets[index]
    return start..<start + header.entries[index].byteCount
  }

  /// Copies the tensors that stand askew; only files of other origin have any.
  private func alignTensors() throws(FileError) {
    for (index, entry) in header.entries.enumerated() {
      let place = place(index)
      if place.lowerBound.isMultiple(of: entry.type.byteCount) { continue }
      aligned[index] = try content.withBytes(place) { bytes throws(FileError) in
        try FileContent(bytes, path: path)
      }
    }
  }
}

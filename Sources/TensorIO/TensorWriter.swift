// Writing a tensor file. The checksum is in the header, before the data, but is known only after it. So a
// seekable output gets its header again at the end; a pipe gets a file without a checksum, unless the
// data is known or stored first. Apart from that, every way to write makes the same bytes.

/// Writes a tensor file whose data arrives in pieces.
public final class TensorWriter {
  /// When the final header is written.
  private enum Mode {
    /// It is written already: its checksum was known, or is `none`.
    case finished
    /// It replaces the first bytes of the output at the end.
    case replaced
    /// The data is in a temporary file; the header and the data are copied to the output at the end.
    case spooled(TemporaryFile)
  }

  private let output: OutputFile
  private let mode: Mode
  private let header: TensorHeader?
  /// The size of the file before its data, in bytes.
  private let headerByteCount: Int
  private var dataChecksum = Checksum()
  private var dataByteCount = 0

  /// Starts a file whose header is known.
  ///
  /// On a pipe, the file's `crc32` is `none`.
  ///
  /// - Parameters:
  ///   - header: The tensors and the metadata; at most 1 MiB when encoded.
  ///   - output: Where the file goes.
  /// - Throws: What `OutputFile.write` throws.
  public convenience init(_ header: TensorHeader, to output: OutputFile) throws(FileError) {
    let mode = output.isSeekable ? Mode.replaced : .finished
    let checksum = output.isSeekable ? Checksum.placeholder : Checksum.unknown
    try self.init(header, header.encoded(checksum: checksum), mode, output)
  }

  /// Starts a file whose header and data are known.
  fileprivate convenience init(
    _ header: TensorHeader, dataChecksum: UInt32, to output: OutputFile
  ) throws(FileError) {
    try self.init(header, header.encoded(dataChecksum: dataChecksum), .finished, output)
  }

  /// Starts a file whose header is known at the end, when it takes `headerByteCount` bytes.
  ///
  /// On a pipe, the data waits in a temporary file.
  convenience init(reserving headerByteCount: Int, to output: OutputFile) throws(FileError) {
    let isSeekable = output.isSeekable
    let mode = isSeekable ? Mode.replaced : .spooled(try TemporaryFile())
    // JSON allows spaces, so whatever the header leaves of them is valid.
    let spaces = [UInt8](repeating: UInt8(ascii: " "), count: headerByteCount)
    try self.init(nil, spaces, mode, output)
  }

  private init(
    _ header: TensorHeader?, _ firstBytes: [UInt8], _ mode: Mode, _ output: OutputFile
  ) throws(FileError) {
    (self.header, self.mode, self.output) = (header, mode, output)
    headerByteCount = firstBytes.count
    if case .spooled = mode { return }
    try output.write(firstBytes)
  }

  /// Writes the next bytes of the data: the tensors in the order of the header, in pieces of any size.
  ///
  /// - Precondition: There is no more data than the header declares.
  /// - Throws: What `OutputFile.write` throws.
  public func write(_ bytes: Span<UInt8>) throws(FileError) {
    dataByteCount += bytes.count
    precondition(
      header.map { dataByteCount <= $0.dataByteCount } ?? true, "more data than the header declares"
    )
    switch mode {
    case .finished: try output.write(bytes)
    case .replaced:
      dataChecksum.append(bytes)
      try output.write(bytes)
    case .spooled(let file):
      dataChecksum.append(bytes)
      try file.write(bytes)
    }
  }

  /// Writes the next elements of the data.
  ///
  /// - Parameter elements: Numbers in the machine's byte order, which must be little-endian.
  /// - Precondition: There is no more data than the header declares.
  /// - Throws: What `OutputFile.write` throws.
  public func write<Element: BitwiseCopyable>(elements: Span<Element>) throws(FileError) {
    try unsafe elements.withUnsafeBytes { bytes throws(FileError) in try unsafe write(bytes) }
  }

  /// Writes the next bytes of the data.
  ///
  /// - Precondition: There is no more data than the header declares.
  /// - Throws: What `OutputFile.write` throws.
  @unsafe public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try unsafe bytes.withSpan(write)
  }

  /// Completes the file and commits the output.
  ///
  /// - Precondition: All of the data has been written.
  /// - Throws: What `OutputFile.write` and `OutputFile.commit` throw.
  public func finish() throws(FileError) {
    guard let header else { preconditionFailure("the header is missing") }
    try finish(header)
  }

  /// Completes a file whose header is known only now, and commits the output.
  ///
  /// - Precondition: The header fits the reserved bytes and describes the data that has been written.
  func finish(_ header: TensorHeader) throws(FileError) {
    precondition(
      dataByteCount == header.dataByteCount,
      "\(dataByteCount) bytes of data, \(header.dataByteCount) in the header")
    func encoded() -> [UInt8] {
      header.encoded(dataChecksum: dataChecksum.value, byteCount: headerByteCount)
    }
    switch mode {
    case .finished: break
    case .replaced: try output.overwrite(encoded(), at: 0)
    case .spooled(let file):
      try output.write(encoded())
      try file.copy(to: output)
    }
    try output.commit()
  }
}

extension TensorHeader {
  /// Writes a whole file from memory and commits the output. The file has a checksum even on a pipe.
  ///
  /// - Parameters:
  ///   - parts: The data, in pieces of any size.
  ///   - output: Where the file goes.
  /// - Precondition: The parts together are the data that the header declares.
  /// - Throws: What `OutputFile.write` and `OutputFile.commit` throw.
  @unsafe
  public func write(_ parts: [UnsafeRawBufferPointer], to output: OutputFile) throws(FileError) {
    var checksum = Checksum()
    for index in unsafe parts.indices { unsafe parts[index].withSpan { checksum.append($0) } }
    let writer = try TensorWriter(self, dataChecksum: checksum.value, to: output)
    for index in unsafe parts.indices { try unsafe writer.write(parts[index]) }
    try writer.finish()
  }
}

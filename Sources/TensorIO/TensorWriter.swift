// Writing a tensor file, in one pass or from memory. The checksum stands in the header, before the
// data: it is patched in afterwards where the output can be, and computed beforehand when the data
// is in memory. Both ways make the same bytes.

/// Writes a tensor file whose data comes piece by piece.
public final class TensorWriter {
  private let output: OutputFile
  private let checksumOffset: Int
  private var sum = Checksum()
  private var remaining: Int

  /// Writes the header.
  ///
  /// - Precondition: the header takes at most 1 MiB.
  public init(_ header: TensorHeader, to output: OutputFile) throws(FileError) {
    self.output = output
    let checksum = output.isSeekable ? Checksum.blank : Checksum.none
    let (bytes, checksumOffset) = header.encoded(checksum: checksum)
    self.checksumOffset = checksumOffset
    remaining = header.dataByteCount
    sum.append(bytes.span)
    try output.write(bytes)
  }

  /// Writes the next bytes of the data: the tensors in the header's order, cut anywhere.
  ///
  /// - Precondition: there is not more data than the header announces.
  public func write(_ bytes: Span<UInt8>) throws(FileError) {
    precondition(bytes.count <= remaining, "more data than the header announces")
    remaining -= bytes.count
    sum.append(bytes)
    try output.write(bytes)
  }

  /// Writes the next bytes of the data, as above.
  @unsafe public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try unsafe bytes.withSpan(write)
  }

  /// Completes the file and commits the output.
  ///
  /// - Precondition: all data has been written.
  public func finish() throws(FileError) {
    precondition(remaining == 0, "\(remaining) bytes less than the header announces")
    if output.isSeekable {
      try output.overwrite(Array(Checksum.digits(sum.value).utf8), at: checksumOffset)
    }
    try output.commit()
  }
}

extension TensorHeader {
  /// Writes a whole file from memory, checksum included even on a pipe, and commits the output.
  ///
  /// - Precondition: the parts, one after another, are the data that the header announces.
  @unsafe
  public func write(_ parts: [UnsafeRawBufferPointer], to output: OutputFile) throws(FileError) {
    let count = unsafe parts.reduce(0) { $0 + $1.count }
    precondition(count == dataByteCount, "not the announced data")
    var sum = Checksum()
    let blank = encoded(checksum: Checksum.blank).bytes
    sum.append(blank.span)
    for index in unsafe parts.indices { unsafe parts[index].withSpan { sum.append($0) } }
    try output.write(encoded(checksum: Checksum.digits(sum.value)).bytes)
    for index in unsafe parts.indices { try unsafe parts[index].withSpan(output.write) }
    try output.commit()
  }
}

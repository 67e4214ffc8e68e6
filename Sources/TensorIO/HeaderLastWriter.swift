// Writing a tensor file of which the header is known only when all data has gone by. Where the
// output can be changed, a place is kept free for it, blanks being part of the format; what a pipe
// is to get waits in a temporary file. Both ways make the same bytes, with the checksum.

/// Writes the data of a tensor file first and its header last.
final class HeaderLastWriter {
  private let output: OutputFile
  private let room: Int
  private let spool: TemporaryFile?
  private var sum = Checksum()
  private var count = 0

  /// Begins a file, in which the header is to take `room` bytes.
  init(room: Int, to output: OutputFile) throws(FileError) {
    (self.room, self.output) = (room, output)
    spool = output.isSeekable ? nil : try TemporaryFile()
    if spool == nil { try output.write(Array(repeating: UInt8(ascii: " "), count: room)) }
  }

  /// Writes the next bytes of the data.
  func write(_ bytes: Span<UInt8>) throws(FileError) {
    sum.append(bytes)
    count += bytes.count
    if let spool { try spool.write(bytes) } else { try output.write(bytes) }
  }

  /// Writes the header, and commits the output.
  ///
  /// - Precondition: the header fits, and announces the data that has been written.
  func finish(_ header: TensorHeader) throws(FileError) {
    precondition(header.dataByteCount == count, "not the announced data")
    var whole = Checksum()
    let blank = header.encoded(checksum: Checksum.blank, count: room).bytes
    whole.append(blank.span)
    whole.append(sum: sum.value, count: count)
    let bytes = header.encoded(checksum: Checksum.digits(whole.value), count: room).bytes
    if let spool {
      try output.write(bytes)
      try spool.copy(to: output)
    } else {
      try output.overwrite(bytes, at: 0)
    }
    try output.commit()
  }
}

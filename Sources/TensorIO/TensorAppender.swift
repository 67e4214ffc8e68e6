// Writing a tensor file of which the tensors are known only as they come: the place of the header
// is kept free, blanks being part of the format, and filled at the end.

/// Writes a tensor file tensor by tensor.
public final class TensorAppender {
  /// What has been written.
  public private(set) var draft: HeaderDraft
  private let output: OutputFile
  private var sum = Checksum()

  /// Begins a file.
  ///
  /// - Throws: `.usage` where the output cannot be changed once it is written.
  public init(_ draft: HeaderDraft, to output: OutputFile) throws(FileError) {
    guard output.isSeekable else {
      throw FileError(.usage, output.path, "is not a regular file; its header is written last")
    }
    (self.draft, self.output) = (draft, output)
    try output.write(Array(repeating: UInt8(ascii: " "), count: HeaderDraft.room))
  }

  /// Writes a tensor.
  ///
  /// - Precondition: the bytes are the tensor's, and its name is new.
  public func append(_ entry: TensorEntry, _ bytes: Span<UInt8>) throws(FileError) {
    precondition(bytes.count == entry.byteCount)
    try write(Array(repeating: 0, count: draft.append(entry)).span)
    try write(bytes)
  }

  /// Writes a tensor, as above.
  @unsafe
  public func append(_ entry: TensorEntry, _ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try unsafe bytes.withSpan { bytes throws(FileError) in try append(entry, bytes) }
  }

  /// Adds words about the content.
  ///
  /// - Precondition: there are none of that name.
  public func note(_ key: String, _ words: String) { draft.note(key, words) }

  /// Writes the header, and commits the output.
  ///
  /// - Precondition: the header fits.
  public func finish() throws(FileError) {
    var whole = Checksum()
    let blank = draft.header.encoded(checksum: Checksum.blank, count: HeaderDraft.room).bytes
    whole.append(blank.span)
    whole.append(sum: sum.value, count: draft.dataByteCount)
    let header = draft.header.encoded(
      checksum: Checksum.digits(whole.value), count: HeaderDraft.room)
    try output.overwrite(header.bytes, at: 0)
    try output.commit()
  }

  private func write(_ bytes: Span<UInt8>) throws(FileError) {
    sum.append(bytes)
    try output.write(bytes)
  }
}

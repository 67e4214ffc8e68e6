// Writing a tensor file of which the tensors are known only as they come.

/// Writes a tensor file tensor by tensor.
public final class TensorAppender {
  /// What has been written.
  public private(set) var draft: TensorHeaderBuilder
  private let file: HeaderLastWriter

  /// Begins a file.
  ///
  /// - Throws: `.usage` where the output cannot be changed once it is written.
  public init(_ draft: TensorHeaderBuilder, to output: OutputFile) throws(FileError) {
    guard output.isSeekable else {
      throw FileError(.usage, output.path, "is not a regular file; its header is written last")
    }
    self.draft = draft
    file = try HeaderLastWriter(room: TensorHeaderBuilder.room, to: output)
  }

  /// Writes a tensor.
  ///
  /// - Precondition: the bytes are the tensor's, and its name is new.
  public func append(_ entry: TensorEntry, _ bytes: Span<UInt8>) throws(FileError) {
    precondition(bytes.count == entry.byteCount)
    try file.write(Array(repeating: 0, count: draft.append(entry)).span)
    try file.write(bytes)
  }

  /// Writes a tensor, as above.
  @unsafe
  public func append(_ entry: TensorEntry, _ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try unsafe bytes.withSpan { bytes throws(FileError) in try append(entry, bytes) }
  }

  /// Adds words about the content.
  ///
  /// - Precondition: there are none of that name.
  public func addMetadata(_ key: String, _ words: String) { draft.addMetadata(key, words) }

  /// Writes the header, and commits the output.
  ///
  /// - Precondition: the header fits.
  public func finish() throws(FileError) { try file.finish(draft.header) }
}

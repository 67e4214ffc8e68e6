// Writing a tensor file whose tensors are known only as they arrive.

/// Writes a tensor file one tensor at a time, and its header last.
public final class TensorAppender {
  private var builder: TensorHeaderBuilder
  private let writer: TensorWriter

  /// Starts a file. Its header takes 1 MiB.
  ///
  /// - Parameters:
  ///   - builder: A header without tensors.
  ///   - output: Where the file goes.
  /// - Throws: `.usage` if the output is not seekable, and what `OutputFile.write` throws.
  public init(_ builder: TensorHeaderBuilder, to output: OutputFile) throws(FileError) {
    guard output.isSeekable else {
      throw FileError(
        .usage, output.path, "is not a regular file (needed because the header is written last)")
    }
    self.builder = builder
    writer = try TensorWriter(reserving: TensorHeader.writingLimit, to: output)
  }

  /// Writes a tensor, with padding before it where it would be misaligned.
  ///
  /// - Parameters:
  ///   - entry: A tensor with a new name.
  ///   - bytes: Its elements, little-endian.
  /// - Throws: What `OutputFile.write` throws.
  public func append(_ entry: TensorEntry, _ bytes: Span<UInt8>) throws(FileError) {
    precondition(bytes.count == entry.byteCount)
    try writer.write(Array(repeating: 0, count: builder.append(entry)).span)
    try writer.write(bytes)
  }

  /// Writes a tensor, with padding before it where it would be misaligned.
  ///
  /// - Parameters:
  ///   - entry: A tensor with a new name.
  ///   - bytes: Its elements, little-endian.
  /// - Throws: What `OutputFile.write` throws.
  @unsafe
  public func append(_ entry: TensorEntry, _ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try unsafe bytes.withSpan { bytes throws(FileError) in try append(entry, bytes) }
  }

  /// Adds an entry to the metadata.
  ///
  /// - Precondition: The key is new.
  public func addMetadata(_ key: String, _ value: String) { builder.addMetadata(key, value) }

  /// Writes the header and commits the output.
  ///
  /// - Precondition: The header fits (see `TensorHeaderBuilder.fits`).
  /// - Throws: What `OutputFile.write` and `OutputFile.commit` throw.
  public func finish() throws(FileError) { try writer.finish(builder.header) }
}

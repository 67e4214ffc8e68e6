extension TensorFile {
  /// Writes the tensors `images` and `labels` and the metadata as a file of kind `images`, and commits
  /// the output.
  ///
  /// - Parameter output: Where the file goes.
  /// - Throws: `.invalid` if there are no images, or the metadata does not fit into a header; what
  ///   `OutputFile.write` and `OutputFile.commit` throw.
  public func writeImages(to output: OutputFile) throws(FileError) {
    guard let images = header["images"], images.elementCount > 0 else {
      throw FileError(.invalid, path, "has no images")
    }
    // Larger elements come first, so that all are aligned.
    let entries = [images, header["labels"]].compactMap { $0 }
      .sorted { $0.type.byteCount > $1.type.byteCount }
    var metadata = header.metadata
    metadata[TensorHeader.versionKey] = nil
    metadata[TensorHeader.kindKey] = nil
    var builder = TensorHeaderBuilder(kind: "images", metadata: metadata)
    for entry in entries { builder.append(entry) }
    guard builder.fits else {
      throw FileError(.invalid, path, "metadata does not fit into the header (limit 1 MiB)")
    }
    let writer = try TensorWriter(builder.header, to: output)
    defer { withExtendedLifetime(self) {} }
    for entry in entries {
      guard let bytes = unsafe bytes(of: entry.name) else { continue }
      try unsafe writer.write(bytes)
    }
    try writer.finish()
  }
}

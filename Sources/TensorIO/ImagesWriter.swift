// A file of the kind `images` whose number of images is known only at the end.

/// Writes U8 images and their labels one at a time.
///
/// The file has the tensor `images`, N×C×H×W, with the metadata `range` = `0,255`, and with labels the
/// tensor `labels`, N. Memory grows with the labels, not with the images.
public final class ImagesWriter {
  private let shape: [Int]
  private let labelType: ElementType?
  private let metadata: [String: String]
  private let writer: TensorWriter
  private var labels: [UInt8] = []
  /// The number of images written.
  public private(set) var count = 0

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - shape: C×H×W.
  ///   - labels: The type of the labels, U8 or I64; nil for none.
  ///   - metadata: Further metadata.
  ///   - maximumCount: The largest possible number of images.
  ///   - output: Where the file goes. For a pipe, the images wait in a temporary file.
  /// - Throws: `.usage` if the metadata does not fit into a header, `.cannotCreate` if there is no
  ///   temporary file, and what `OutputFile.write` throws.
  public init(
    _ shape: [Int], labels: ElementType? = nil, metadata: [String: String] = [:],
    maximumCount: Int, to output: OutputFile
  ) throws(FileError) {
    precondition(shape.count == 3 && labels != .f32)
    self.shape = shape
    labelType = labels
    self.metadata = metadata.merging(["range": "0,255"]) { _, range in range }
    var largest = Self.header(shape, labels, self.metadata, count: maximumCount)
    // A smaller number of images may need padding where the largest needs none.
    if labels == .i64 { largest.append(TensorEntry("padding.1", .u8, [7])) }
    guard largest.fits else {
      throw FileError(.usage, output.path, "metadata does not fit into the header (limit 1 MiB)")
    }
    let byteCount = largest.header.encoded(checksum: Checksum.placeholder).count
    writer = try TensorWriter(reserving: byteCount, to: output)
  }

  /// Writes an image, and keeps its label.
  ///
  /// - Parameters:
  ///   - image: C×H×W.
  ///   - label: Its class, from 0; nil exactly if the file has no labels.
  /// - Throws: What `OutputFile.write` throws.
  public func append(_ image: [UInt8], label: Int? = nil) throws(FileError) {
    precondition(image.count == shape.reduce(1, *) && (label == nil) == (labelType == nil))
    if let label, let labelType {
      for byte in 0..<labelType.byteCount { labels.append(UInt8(label >> (8 * byte) & 255)) }
    }
    try writer.write(image.span)
    count += 1
  }

  /// Completes the file and commits the output.
  ///
  /// - Throws: What `OutputFile.write` and `OutputFile.commit` throw.
  public func finish() throws(FileError) {
    let builder = Self.header(shape, labelType, metadata, count: count)
    let padding = builder.dataByteCount - count * shape.reduce(1, *) - labels.count
    try writer.write((Array(repeating: 0, count: padding) + labels).span)
    try writer.finish(builder.header)
  }

  private static func header(
    _ shape: [Int], _ labels: ElementType?, _ metadata: [String: String], count: Int
  ) -> TensorHeaderBuilder {
    var builder = TensorHeaderBuilder(kind: "images", metadata: metadata)
    builder.append(TensorEntry("images", .u8, [count] + shape))
    if let labels { builder.append(TensorEntry("labels", labels, [count])) }
    return builder
  }
}

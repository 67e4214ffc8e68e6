// A file of the kind "images", of which the number of images is known only when all have come.

/// Writes U8 images, and their labels, one by one.
///
/// The file has the tensor `images`, N×C×H×W, with the metadata `range` = `0,255`, and, if there
/// are labels, `labels`, N. Memory does not grow with the images, only with the labels.
public final class ImagesWriter {
  private let shape: [Int]
  private let labelType: ElementType?
  private let metadata: [String: String]
  private let file: HeaderLastWriter
  private var labels: [UInt8] = []
  /// How many images have been written.
  public private(set) var count = 0

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - shape: C×H×W.
  ///   - labels: The type of the labels, U8 or I64; nil for none.
  ///   - metadata: Words about the content.
  ///   - limit: No more images will come.
  ///   - output: Where the file goes.
  ///
  /// Throws `.usage` where the metadata does not fit a header, and what `OutputFile` throws.
  public init(
    _ shape: [Int], labels: ElementType? = nil, metadata: [String: String] = [:],
    atMost limit: Int, to output: OutputFile
  ) throws(FileError) {
    precondition(shape.count == 3 && labels != .f32)
    self.shape = shape
    labelType = labels
    self.metadata = metadata.merging(["range": "0,255"]) { _, range in range }
    var largest = Self.draft(shape, labels, self.metadata, count: limit)
    // Fewer images may need padding where the most of them need none.
    if labels == .i64 { largest.append(TensorEntry("padding.1", .u8, [7])) }
    guard largest.fits else {
      throw FileError(.usage, output.path, "has no room for so many words about the images")
    }
    let room = largest.header.encoded(checksum: Checksum.blank).bytes.count
    file = try HeaderLastWriter(room: room, to: output)
  }

  /// Writes an image, and remembers its label.
  ///
  /// - Parameters:
  ///   - image: C×H×W.
  ///   - label: What it shows, from 0; only if the file has labels.
  public func append(_ image: [UInt8], label: Int? = nil) throws(FileError) {
    precondition(image.count == shape.reduce(1, *) && (label == nil) == (labelType == nil))
    if let label, let labelType {
      for byte in 0..<labelType.byteCount { labels.append(UInt8(label >> (8 * byte) & 255)) }
    }
    try file.write(image.span)
    count += 1
  }

  /// Completes the file, and commits the output.
  public func finish() throws(FileError) {
    let draft = Self.draft(shape, labelType, metadata, count: count)
    let padding = draft.dataByteCount - count * shape.reduce(1, *) - labels.count
    try file.write((Array(repeating: 0, count: padding) + labels).span)
    try file.finish(draft.header)
  }

  private static func draft(
    _ shape: [Int], _ labels: ElementType?, _ metadata: [String: String], count: Int
  ) -> TensorHeaderBuilder {
    var draft = TensorHeaderBuilder(kind: "images", metadata: metadata)
    draft.append(TensorEntry("images", .u8, [count] + shape))
    if let labels { draft.append(TensorEntry("labels", labels, [count])) }
    return draft
  }
}

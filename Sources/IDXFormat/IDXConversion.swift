// Converts IDX to a tensor file, in one pass: the work of the tool `idx2tensor`. The output is committed
// only after every input has been validated to its end.
import TensorIO

/// The settings for converting IDX files to a tensor file of images.
public struct IDXConversion: Sendable {
  /// The values that become 0 and 255; nil if the values are these numbers already.
  public var range: ClosedRange<Double>?
  /// How each image is turned.
  public var orientation = Orientation()

  /// The largest number of elements of an image that is turned, which must be in memory.
  static let turnedImageLimit = 1 << 24

  /// Creates the default settings.
  public init() {}

  /// Converts images, and optionally their labels, to a tensor file of the kind `images`.
  ///
  /// The output has the tensor `images`, U8, N×C×H×W, with the metadata `range` = `0,255`, and with labels
  /// the tensor `labels`, N: U8 if their elements are bytes, otherwise I64. Memory does not grow with the
  /// files.
  ///
  /// - Parameters:
  ///   - images: An IDX file of rank 3 (N×H×W, one channel) or 4 (N×C×H×W), plain or gzipped; `-` is
  ///     standard input.
  ///   - labels: An IDX file of rank 1 with one label per image, or the N×8 numbers of QMNIST, of which the
  ///     first is the label; `-` is standard input.
  ///   - output: Where the tensor file goes; committed at the end. After an error, a path is unchanged,
  ///     and a pipe ends with a truncated file.
  ///   - progress: Called regularly with the number of images converted and their total number.
  /// - Returns: Warnings about the content, a line each.
  /// - Throws: `.usage` if both inputs are standard input; `.invalid` if a file is not as described, a value
  ///   does not fit, or the number of labels is not the number of images; what `InputFile` and `OutputFile`
  ///   throw.
  public func run(
    images: String, labels: String?, to output: OutputFile,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(FileError) -> [String] {
    guard images != "-" || labels != "-" else {
      throw FileError(.usage, "standard input", "cannot be both the images and the labels")
    }
    var pixels = PixelReader(try IDXReader(images), range: range)
    let shape = try imageShape(pixels.reader)
    guard orientation.isIdentity || shape[1...].reduce(1, *) <= Self.turnedImageLimit else {
      throw FileError(
        .invalid, pixels.reader.path,
        "images are too large to be turned (the limit is \(Self.turnedImageLimit) values each)")
    }
    let classes = try labels.map { path throws(FileError) in
      try LabelReader(IDXReader(path), imageCount: shape[0], of: images)
    }

    let upright = [shape[0], shape[1]] + orientation.size(height: shape[2], width: shape[3])
    var builder = TensorHeaderBuilder(kind: "images", metadata: ["range": "0,255"])
    builder.append(TensorEntry("images", .u8, upright))
    let padding = classes.map { builder.append(TensorEntry("labels", $0.type, [shape[0]])) }
    let writer = try TensorWriter(builder.header, to: output)

    let image = orientation.isIdentity ? 1 : shape[1...].reduce(1, *)
    var done = 0
    while case let values = try pixels.next(multipleOf: image), !values.isEmpty {
      done += values.count
      try writer.write(orientation.turned(values, shape: Array(shape[2...])).span)
      progress(done / (pixels.reader.header.elementCount / shape[0]), shape[0])
    }
    var numbers = ClassNumbers()
    if var classes {
      try writer.write([UInt8](repeating: 0, count: padding ?? 0).span)
      while case let labels = try classes.next(), !labels.isEmpty {
        labels.forEach { numbers.insert($0) }
        try writer.write(classes.bytes(labels).span)
      }
    }
    try writer.finish()
    return [pixels.warning, numbers.warning()].compactMap { $0 }
  }
}

/// N×C×H×W.
private func imageShape(_ reader: IDXReader) throws(FileError) -> [Int] {
  let sizes = reader.header.dimensions
  switch sizes.count {
  case 3: return [sizes[0], 1, sizes[1], sizes[2]]
  case 4:
    guard !AxisOrder.isProbablyChannelsLast(sizes) else {
      throw FileError(
        .invalid, reader.path,
        "has shape \(TensorEntry.shown(sizes)), which is probably N x H x W x C (expected N x C x H x W); "
          + "transpose it")
    }
    return sizes
  case let rank:
    throw FileError(
      .invalid, reader.path,
      "does not contain images (expected rank 3, N×H×W, or rank 4, N×C×H×W; found rank \(rank))"
        + (rank == 1 ? "; give labels with --labels" : ""))
  }
}

// Converts PNG files to a tensor file, in one pass: the work of the tool `png2tensor`. The number of
// valid files is known only at the end, so the header of the output is written last.
import TensorIO

/// The settings for converting PNG files to images of one shape.
public struct PNGConversion: Sendable {
  /// The height and the width of the images; nil for those of the first image, which all must have.
  public var size: (height: Int, width: Int)?
  /// How an image of another aspect ratio is resized.
  public var resizeMode = ResizeMode.crop
  /// Whether the images are gray; nil if they are gray exactly if all files are.
  public var isGray: Bool?
  /// The color behind transparent pixels, and of padding.
  public var background = Color.black
  /// Whether each image gets a label from its directory.
  public var labelsFromDirectories = false
  /// Whether an invalid file is an error; otherwise it is skipped. A valid image that contradicts a size
  /// or color mode taken from the other files is always an error, because an option is missing.
  public var isStrict = false

  /// Whether images can have this size.
  public static func isSize(height: Int, width: Int) -> Bool {
    1...PNGHeader.sideLimit ~= height && 1...PNGHeader.sideLimit ~= width
      && height * width <= PNGHeader.pixelLimit
  }

  /// The size of the largest file that is accepted, in bytes.
  static let byteLimit = 1 << 29

  /// Creates the default settings.
  public init() {}

  /// Converts files to a tensor file of the kind `images`.
  ///
  /// The output has the tensor `images`, U8, N×C×H×W, with the metadata `range` = `0,255`. With labels it
  /// also has the tensor `labels`, N: the index of the file's directory among all of them, sorted by the
  /// bytes of their names; U8, or I64 if there are more than 256. The metadata `label.0`, `label.1`, …
  /// are the names of the directories. Memory does not grow with the images.
  ///
  /// - Parameters:
  ///   - files: The files, in the order of the images.
  ///   - output: Where the tensor file goes; committed at the end.
  ///   - progress: Called after each file, with its error if it is skipped.
  /// - Returns: The number of images.
  /// - Throws: The error of an invalid file if it is the only one or the conversion is strict; `.usage`
  ///   if an image contradicts the first one; `.missing` if no file exists; `.invalid` if no file is
  ///   valid; what `ImagesWriter` throws.
  public func run(
    _ files: [ImageFile], to output: OutputFile, progress: (FileError?) -> Void = { _ in }
  ) throws(FileError) -> Int {
    let directories =
      labelsFromDirectories ? Set(files.compactMap(\.labelDirectory)).sorted(by: precedes) : []
    let labels = Dictionary(uniqueKeysWithValues: zip(directories, 0...))
    let names = labels.map { ("label.\($1)", $0) }
    let labelType: ElementType? =
      labelsFromDirectories ? directories.count > 256 ? .i64 : .u8 : nil

    let isGray = isGray ?? !files.contains(where: hasColor)
    var first: Image?
    var allMissing = true
    var writer: ImagesWriter?
    for file in files {
      let image: Image
      do throws(FileError) { image = try self.image(file, isGray: isGray, like: first) } catch {
        if isStrict || files.count == 1 || error.kind == .usage { throw error }
        allMissing = allMissing && error.kind == .missing
        progress(error)
        continue
      }
      if writer == nil {
        first = image
        writer = try ImagesWriter(
          [image.channels, image.height, image.width], labels: labelType,
          metadata: Dictionary(uniqueKeysWithValues: names), maximumCount: files.count, to: output)
      }
      try writer?.append(
        image.planes,
        label: labelsFromDirectories ? file.labelDirectory.flatMap { labels[$0] } : nil)
      progress(nil)
    }
    guard let writer else {
      throw FileError(
        allMissing ? .missing : .invalid, output.path,
        "there are no images to write: none of \(files.count) files is usable")
    }
    try writer.finish()
    return writer.count
  }

  /// An image in the layout of the tensor.
  private struct Image {
    let channels: Int
    let height: Int
    let width: Int
    /// C×H×W.
    let planes: [UInt8]
  }

  /// Whether the header of a file declares colors. Only regular files are read, because they can be read
  /// again.
  private func hasColor(_ file: ImageFile) -> Bool {
    guard file.error == nil, SystemCall.status(of: file.path)?.isRegular == true,
      let bytes = try? InputFile(file.path).bytes(PNGHeader.byteCount),
      let header = try? PNGHeader(bytes, path: file.path)
    else { return false }
    return !header.isGray
  }

  /// Reads and resizes an image. Settings that are nil come from the first image.
  private func image(
    _ file: ImageFile, isGray: Bool, like first: Image?
  ) throws(FileError) -> Image {
    if let error = file.error { throw error }
    guard !labelsFromDirectories || file.labelDirectory != nil else {
      throw FileError(.invalid, file.path, "is not in a directory that can be its label")
    }
    let (bytes, header, path) = try read(file.path)
    let size = self.size ?? first.map { ($0.height, $0.width) } ?? (header.height, header.width)
    guard self.size != nil || size == (header.height, header.width) else {
      throw FileError(
        .usage, path,
        "size differs from that of the first image (expected \(size.height)×\(size.width), found "
          + "\(header.height)×\(header.width), height × width); use --size to resize all images")
    }
    guard self.isGray != nil || !isGray || header.isGray else {
      throw FileError(
        .usage, path,
        "has colors, but was not checked for them in advance (not a regular file); use --gray or --rgb"
      )
    }
    let bitmap = try decodePNG(bytes, isGray: isGray, over: background, path: path)
    return Image(
      channels: bitmap.channels, height: size.height, width: size.width,
      planes: bitmap.resized(
        height: size.height, width: size.width, resizeMode, background: background))
  }

  /// Reads a file. Returns its bytes, its header and its name in messages.
  private func read(_ path: String) throws(FileError) -> ([UInt8], PNGHeader, path: String) {
    let input = try InputFile(path)
    var bytes = try input.bytes(PNGHeader.byteCount)
    let header = try PNGHeader(bytes, path: input.path)
    while case let more = try input.bytes(1 << 16), !more.isEmpty {
      bytes += more
      guard bytes.count <= Self.byteLimit else {
        throw FileError(.invalid, input.path, "is larger than \(Self.byteLimit >> 20) MiB")
      }
    }
    return (bytes, header, input.path)
  }
}

private func precedes(_ a: String, _ b: String) -> Bool {
  a.utf8.lexicographicallyPrecedes(b.utf8)
}

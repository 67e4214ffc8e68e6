// From PNG files to a tensor file, in one pass: what the tool `png2tensor` does. How many of the
// files are good is known only at the end, and so the header of the output is written last.
import TensorIO

/// How PNG files become images of one shape.
public struct PNGConversion: Sendable {
  /// The height and the width of the images; nil for those of the first one, which all must have.
  public var size: (height: Int, width: Int)?
  /// How a picture of another shape gets that size.
  public var fit = ImageFit.crop
  /// Whether the images are gray; nil for whether all are.
  public var isGray: Bool?
  /// What transparent pixels, and pictures that are padded, lie over.
  public var background = Color.black
  /// Whether the folder of a file is its label.
  public var labelsFromFolders = false
  /// Whether a bad file ends the conversion; otherwise it is skipped. A good one that is unlike the
  /// first, where that one decides, ends any: it is a decision that is missing, not an image.
  public var isStrict = false

  /// Whether images may have this size.
  public static func isSize(height: Int, width: Int) -> Bool {
    1...PNGHeader.sideLimit ~= height && 1...PNGHeader.sideLimit ~= width
      && height * width <= PNGHeader.pixelLimit
  }

  /// No file is read that is longer.
  static let byteLimit = 1 << 29

  /// The first image decides what was left open.
  public init() {}

  /// Converts files to a tensor file of the kind "images".
  ///
  /// The file has the tensor `images`, U8, N×C×H×W, with the metadata `range` = `0,255`. With
  /// labels there is `labels`, N, U8, or I64 where there are more than 256 folders: the place of the
  /// file's folder among all in the order of their bytes; the metadata has the folders' names as
  /// `label.0`, `label.1`, …. Memory does not grow with the images.
  ///
  /// - Parameters:
  ///   - files: What is to be read, in this order.
  ///   - output: Where the tensor file goes; committed at the end.
  ///   - progress: Hears of every file, with what was wrong with it where it is skipped.
  ///
  /// Returns the number of images. Throws a bad file's error if it is the only file or the
  /// conversion is strict, `.usage` for an image unlike the first where that one decides, `.missing`
  /// if no file is there, `.invalid` if no image is left, and what `ImagesWriter` throws.
  public func run(
    _ files: [ImageFile], to output: OutputFile, progress: (FileError?) -> Void = { _ in }
  ) throws(FileError) -> Int {
    let folders = labelsFromFolders ? Set(files.compactMap(\.folder)).sorted(by: precedes) : []
    let labels = Dictionary(uniqueKeysWithValues: zip(folders, 0...))
    let names = labels.map { ("label.\($1)", $0) }
    let labelType: ElementType? = labelsFromFolders ? folders.count > 256 ? .i64 : .u8 : nil

    let isGray = isGray ?? !files.contains(where: hasColor)
    var first: Image?
    var areMissing = true
    var writer: ImagesWriter?
    for file in files {
      let image: Image
      do throws(FileError) { image = try self.image(file, isGray: isGray, like: first) } catch {
        if isStrict || files.count == 1 || error.kind == .usage { throw error }
        areMissing = areMissing && error.kind == .missing
        progress(error)
        continue
      }
      if writer == nil {
        first = image
        writer = try ImagesWriter(
          [image.channels, image.height, image.width], labels: labelType,
          metadata: Dictionary(uniqueKeysWithValues: names), atMost: files.count, to: output)
      }
      try writer?.append(
        image.planes, label: labelsFromFolders ? file.folder.flatMap { labels[$0] } : nil)
      progress(nil)
    }
    guard let writer else {
      throw FileError(
        areMissing ? .missing : .invalid, output.path,
        "gets no image: none of \(files.count) files can be used")
    }
    try writer.finish()
    return writer.count
  }

  /// An image of the tensor.
  private struct Image {
    let channels: Int
    let height: Int
    let width: Int
    /// C×H×W.
    let planes: [UInt8]
  }

  /// Whether a file's header announces colors; what could not be read again is not read.
  private func hasColor(_ file: ImageFile) -> Bool {
    guard file.refusal == nil, SystemCall.status(of: file.path)?.isRegular == true,
      let bytes = try? InputFile(file.path).bytes(PNGHeader.byteCount),
      let header = try? PNGHeader(bytes, path: file.path)
    else { return false }
    return !header.isGray
  }

  /// Reads a file; what is left open is as in the first image.
  private func image(
    _ file: ImageFile, isGray: Bool, like first: Image?
  ) throws(FileError) -> Image {
    if let refusal = file.refusal { throw refusal }
    guard !labelsFromFolders || file.folder != nil else {
      throw FileError(.invalid, file.path, "lies in no folder that would be its label")
    }
    let (bytes, header, path) = try read(file.path)
    let size = self.size ?? first.map { ($0.height, $0.width) } ?? (header.height, header.width)
    guard self.size != nil || size == (header.height, header.width) else {
      throw FileError(
        .usage, path,
        "is \(header.height)×\(header.width), the first image is \(size.height)×\(size.width); "
          + "--size makes them alike")
    }
    guard self.isGray != nil || !isGray || header.isGray else {
      throw FileError(.usage, path, "has colors, and was not seen before; give --gray or --rgb")
    }
    let bitmap = try decodePNG(bytes, isGray: isGray, over: background, path: path)
    return Image(
      channels: bitmap.channels, height: size.height, width: size.width,
      planes: bitmap.resized(
        height: size.height, width: size.width, fit, background: background))
  }

  /// The bytes of a file, and its header, which is in order; and its name for messages.
  private func read(_ path: String) throws(FileError) -> ([UInt8], PNGHeader, path: String) {
    let input = try InputFile(path)
    var bytes = try input.bytes(PNGHeader.byteCount)
    let header = try PNGHeader(bytes, path: input.path)
    while case let more = try input.bytes(1 << 16), !more.isEmpty {
      bytes += more
      guard bytes.count <= Self.byteLimit else {
        throw FileError(.invalid, input.path, "is longer than \(Self.byteLimit >> 20) MiB")
      }
    }
    return (bytes, header, input.path)
  }
}

private func precedes(_ a: String, _ b: String) -> Bool {
  a.utf8.lexicographicallyPrecedes(b.utf8)
}

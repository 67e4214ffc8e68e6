// Converts image files to a tensor file, in one pass: the work of the tool `image2tensor`. The number of
// valid files is known only at the end, so the header of the output is written last.
import TensorIO

/// The settings for converting PNG and JPEG files to images of one shape.
public struct ImageConversion: Sendable {
  /// The height and the width of the images; nil for those of the first image, which all must have.
  public var size: (height: Int, width: Int)?
  /// How an image of another aspect ratio is resized.
  public var resizeMode = ResizeMode.crop
  /// The number of channels: 1 (gray), 2 (gray, alpha), 3 (red, green, blue) or 4 (red, green, blue, alpha);
  /// nil for 3 if any file has colors, and 1 otherwise.
  public var channels: Int?
  /// The color behind transparent pixels, and of padding, of images without alpha.
  public var background = Color.black
  /// The stored values that become 0 and 255; nil for all values.
  public var range: SampleRange?
  /// Whether each image gets a label from its directory.
  public var labelsFromDirectories = false
  /// The names of the classes in the order of their numbers; nil for the directories that have files.
  public var classes: [String]?
  /// Whether an invalid file is an error; otherwise it is skipped. A valid image that contradicts a size
  /// or color mode taken from the other files is always an error, because an option is missing.
  public var isStrict = false

  /// Whether images can have this size.
  public static func isSize(height: Int, width: Int) -> Bool {
    ImageHeader.isSize(height: height, width: width)
  }

  /// Creates the default settings.
  public init() {}

  /// What a conversion did.
  public struct Summary: Sendable {
    /// The number of images.
    public internal(set) var count = 0
    /// The names of the classes and folders without images, in the order of their numbers.
    public internal(set) var emptyClasses: [String] = []
    /// The 16-bit images that use few of their values.
    public internal(set) var narrow = NarrowImages()
  }

  /// Converts files to a tensor file of the kind `images`.
  ///
  /// The output has the tensor `images`, U8, N×C×H×W, with the metadata `range` = `0,255`. With labels it
  /// also has the tensor `labels`, N: the number of the file's class; U8, or I64 if there are more than 256
  /// classes. The metadata `label.0`, `label.1`, … are their names. Memory does not grow with the images.
  ///
  /// - Parameters:
  ///   - files: The files, in the order of the images.
  ///   - folders: The names of all folders, with and without files, for the summary.
  ///   - output: Where the tensor file goes; committed at the end.
  ///   - progress: Called after each file, with its error if it is skipped.
  /// - Throws: The error of an invalid file if it is the only one or the conversion is strict; `.usage`
  ///   if an image contradicts the first one; `.missing` if no file exists; `.invalid` if no file is
  ///   valid, or a directory cannot be a class; `.missing` or `.inputOutput` if a file may not or cannot
  ///   be read; what `ImagesWriter` throws.
  public func run(
    _ files: [ImageFile], folders: [String] = [], to output: OutputFile,
    progress: (FileError?) -> Void = { _ in }
  ) throws(FileError) -> Summary {
    let labels = labelsFromDirectories ? try ClassLabels(of: files, classes) : nil
    var channels = channels
    if channels == nil, files.count > 1 { channels = try areGray(files) ? 1 : 3 }
    var summary = Summary()
    var counts = [Int](repeating: 0, count: labels?.names.count ?? 0)
    var first: Image?
    var allMissing = true
    var writer: ImagesWriter?
    for file in files {
      let image: Image
      do throws(FileError) { image = try self.image(file, channels: channels, like: first) } catch {
        if isStrict || files.count == 1 || !error.isOfFileAlone { throw error }
        allMissing = allMissing && error.kind == .missing
        progress(error)
        continue
      }
      if writer == nil {
        first = image
        writer = try ImagesWriter(
          [image.channels, image.height, image.width], labels: labels?.type,
          metadata: labels?.metadata ?? [:], maximumCount: files.count, to: output)
      }
      let label = labels.flatMap { $0[file] }
      try writer?.append(image.planes, label: label)
      if let label { counts[label] += 1 }
      if let values = image.values16 { summary.narrow.add(values) }
      progress(nil)
    }
    guard let writer else {
      throw FileError(
        allMissing ? .missing : .invalid, output.path,
        "there are no images to write: none of \(files.count) files is usable")
    }
    try writer.finish()
    summary.count = writer.count
    if let labels {
      summary.emptyClasses = zip(labels.names, counts).filter { $1 == 0 }.map(\.0)
      if classes == nil { summary.emptyClasses += Set(folders).subtracting(labels.names).sorted() }
    }
    return summary
  }

  /// An image in the layout of the tensor.
  private struct Image {
    let channels: Int
    let height: Int
    let width: Int
    /// C×H×W.
    let planes: [UInt8]
    let values16: ClosedRange<Int>?
  }

  /// Whether no header of a file declares colors. Only regular files are read, because they can be read
  /// again.
  private func areGray(_ files: [ImageFile]) throws(FileError) -> Bool {
    for file in files
    where file.error == nil && SystemCall.status(of: file.path)?.isRegular == true {
      do throws(FileError) {
        let header = try ImageHeader.read(InputFile(file.path), whole: false).header
        guard header.isGray else { return false }
      } catch { guard error.isOfFileAlone else { throw error } }
    }
    return true
  }

  /// Reads and resizes an image. Settings that are nil come from the first image, or from this one.
  private func image(
    _ file: ImageFile, channels: Int?, like first: Image?
  ) throws(FileError) -> Image {
    if let error = file.error { throw error }
    guard !labelsFromDirectories || file.labelDirectory != nil else {
      throw FileError(.invalid, file.path, "is not in a directory that can be its label")
    }
    let input = try InputFile(file.path)
    let (header, bytes) = try ImageHeader.read(input, whole: true)
    let own = Orientation(of: bytes, header.format).size(
      height: header.height, width: header.width)
    let size = self.size ?? first.map { ($0.height, $0.width) } ?? own
    guard self.size != nil || size == own else {
      throw FileError(
        .usage, input.path,
        "size differs from that of the first image (expected \(size.height)×\(size.width), found "
          + "\(own.height)×\(own.width), height × width); use --size to resize all images")
    }
    let channels = channels ?? (header.isGray ? 1 : 3)
    guard self.channels != nil || channels == 3 || header.isGray else {
      throw FileError(
        .usage, input.path,
        "has colors, but was not checked for them in advance (not a regular file); use --gray or --rgb"
      )
    }
    let decoded = try decodeImage(
      bytes, channels: channels, over: background, range: range, path: input.path)
    return Image(
      channels: channels, height: size.height, width: size.width,
      planes: decoded.bitmap.resized(
        height: size.height, width: size.width, resizeMode, background: background),
      values16: decoded.values16)
  }
}

import ArgumentParser
import ImageFormat
import TensorIO
import ToolSupport

/// The arguments and the work of the tool.
struct ConversionOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "PNG and JPEG files, and folders; - is standard input.", valueName: "path"),
    completion: .file())
  var paths: [String] = []

  @Option(
    help: ArgumentHelp(
      "Read the paths from this file, one per line; - is standard input.", valueName: "list"),
    completion: .file())
  var filesFrom: String?

  @Flag(
    name: [.customShort("0"), .long],
    help: "Paths in the list are terminated by zero bytes, as by find -print0.")
  var null = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Height x width of the images, or one number for both, in pixels. (default: the size of the first "
        + "image, which all images must have)", valueName: "hxw"))
  var size: String?

  @Flag(
    help: ArgumentHelp(
      "Channels: gray or colors, each without or with alpha, which is 255 in images without transparency. "
        + "(default: rgb if any image has colors, otherwise gray)"))
  var channels: Channels?

  @Option(
    help: ArgumentHelp(
      "How to resize to another aspect ratio: crop or pad equally on both sides, or stretch.",
      valueName: "mode"))
  var fit = ResizeMode.crop

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Color behind transparent pixels and of padding, in images without alpha: black, white, a gray level "
        + "from 0 to 255, or #rrggbb. (default: black)", valueName: "color"))
  var background: Color?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Stored values that become 0 and 255; those between are mapped linearly, others are clamped. They "
        + "are in the units of the file: up to 65535 with 16 bits per channel, up to 255 with 8. "
        + "(default: all values)", valueName: "lo,hi"))
  var range: SampleRange?

  @Flag(
    help: ArgumentHelp(
      "Write tensor `labels`, N: the index of each image's folder in their sorted order, U8, or I64 "
        + "with more than 256 folders. The folder is the first one below the given path, or the "
        + "parent of a file that was given itself. Metadata label.0, label.1, ... are their names.")
  )
  var labelsFromFolders = false

  @Option(
    help: ArgumentHelp(
      "Write labels as --labels-from-folders does, with the numbers of this list: one name per line, the "
        + "first one has number 0. A folder that is not in the list is an error.",
      valueName: "list"), completion: .file())
  var classes: String?

  @Flag(help: "Treat the first invalid or missing file as an error.")
  var strict = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let size, ImageSize(size) == nil {
      throw ValidationError(
        "--size must be one or two numbers, such as 32 or 28x36 (at most 65535 each and 67108864 pixels "
          + "in total; found \(size))")
    }
    guard paths.isEmpty == (filesFrom != nil) else {
      throw ValidationError("specify either paths of files and folders, or --files-from")
    }
    if let channels, channels.hasAlpha, background != nil {
      throw ValidationError(
        "--background cannot be combined with --\(channels.rawValue): transparent pixels are kept, and "
          + "padding is transparent")
    }
    if null, filesFrom == nil { throw ValidationError("-0 requires --files-from") }
    guard (paths + [filesFrom, classes].compactMap(\.self)).count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("standard input can be read only once")
    }
  }

  /// Converts the files; messages have the name of `tool`.
  func convert(as tool: any Tool.Type) throws {
    let classes = try classes.map(readClasses)
    let paths = try filesFrom.map { try readPaths($0, nullTerminated: null) } ?? paths
    if filesFrom == "-" || self.classes == "-", paths.contains("-") {
      throw FileError(.usage, "standard input", "cannot be both the list and an image")
    }
    let found = try findImages(paths, keepMissing: filesFrom != nil)
    let files = found.files
    guard !files.isEmpty else {
      let hint = found.others.first.map { ": \($0)" } ?? ""
      throw FileError(
        .invalid, found.others.first?.directory ?? paths[0], "has no PNG or JPEG files\(hint)")
    }
    let output = try output.open(keeping: files.map(\.path) + [filesFrom, self.classes])

    var conversion = ImageConversion()
    conversion.size = size.flatMap { ImageSize($0) }.map { ($0.height, $0.width) }
    conversion.resizeMode = fit
    conversion.channels = channels?.count
    conversion.background = background ?? .black
    conversion.range = range
    conversion.labelsFromDirectories = labelsFromFolders || classes != nil
    conversion.classes = classes
    conversion.isStrict = strict
    var meter = tool.meter("files", progress)
    var done = 0
    let summary = try conversion.run(files, folders: found.folders, to: output) { error in
      done += 1
      if let error {
        meter.clear()
        tool.report("\(error); skipped")
      }
      meter.update(done, of: files.count)
    }
    meter.clear()
    if summary.count < files.count {
      let skipped = files.count - summary.count
      tool.report("\(skipped) of \(files.count) files \(skipped == 1 ? "was" : "were") skipped")
    }
    for other in found.others { tool.report("\(other.directory): \(other); skipped") }
    for text in warnings(summary) { tool.report("warning: \(text)") }
  }

  /// What is unusual about the images.
  private func warnings(_ summary: ImageConversion.Summary) -> [String] {
    var warnings: [String] = []
    let empty = summary.emptyClasses
    if !empty.isEmpty {
      let names = empty.prefix(10).map(quoted).joined(separator: ", ")
      warnings.append(
        "\(empty.count) \(empty.count == 1 ? "class has" : "classes have") no images: "
          + names + (empty.count > 10 ? ", …" : ""))
    }
    let narrow = summary.narrow
    if narrow.count > 0, range == nil {
      let (lowest, highest) = (narrow.values.lowerBound, narrow.values.upperBound)
      warnings.append(
        "\(narrow.count) of \(narrow.total) 16-bit images \(narrow.count == 1 ? "uses" : "use") less than "
          + "a tenth of the range 0 to 65535 (found values \(lowest) to \(highest))"
          + (lowest < highest ? "; --range \(lowest),\(highest) maps these to 0 to 255" : ""))
    }
    return warnings
  }
}

/// The channels of the images.
enum Channels: String, EnumerableFlag {
  case gray
  case grayAlpha = "gray-alpha"
  case rgb
  case rgba

  /// The number of channels.
  var count: Int { 1 + (Self.allCases.firstIndex(of: self) ?? 0) }
  /// Whether the last channel is alpha.
  var hasAlpha: Bool { self == .grayAlpha || self == .rgba }
}

/// A size that is given as `28` or `28x32`.
struct ImageSize {
  let height: Int
  let width: Int

  init?(_ text: String) {
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { side in
      side.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? Int(side) : nil
    }
    guard let first = sides.first, let last = sides.last, sides.count <= 2,
      let first, let last, ImageConversion.isSize(height: first, width: last)
    else { return nil }
    (height, width) = (first, last)
  }
}

extension ResizeMode: ExpressibleByArgument {}
extension Color: ExpressibleByArgument {
  /// Parses what `init(_:)` parses.
  public init?(argument: String) { self.init(argument) }
}
extension SampleRange: ExpressibleByArgument {
  /// Parses what `init(_:)` parses.
  public init?(argument: String) { self.init(argument) }
}

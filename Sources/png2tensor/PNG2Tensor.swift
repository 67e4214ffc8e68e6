import ArgumentParser
import PNGFormat
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { PNG2Tensor.self }

struct PNG2Tensor: Tool {
  static let configuration = CommandConfiguration(
    commandName: "png2tensor",
    abstract: "Convert PNG files of any color type and size to a tensor file.",
    usage: """
      png2tensor [--size HxW] [--gray | --rgb] [--fit MODE] [--labels-from-folders] [-o FILE] PATH ...
      png2tensor --files-from LIST [OPTION ...]
      """,
    discussion: """
      A path is a file, or a directory for all .png files below it. Images are in the order of the \
      paths; the files of a directory are sorted by the bytes of their paths, as by LC_ALL=C sort. \
      Hidden files are skipped, and symbolic links are followed. For each directory with images in \
      other formats, one line on standard error reports their number. Writes tensor `images`, U8, N x \
      channels x height x width.

      Images are resized by area averaging of the stored values; enlarging repeats pixels. Resizing, \
      transparency and conversion to gray use 16 bits per channel, and the result is rounded to 8 bits \
      once. Palette indices are replaced by their colors; gamma and color profiles are ignored. Gray is \
      (19595 red + 38470 green + 7471 blue) / 65536.

      Invalid files, and missing files in a list, are reported on standard error and skipped. With \
      --strict, the first one is an error (status 65 if it is invalid, 66 if it is missing). A missing \
      path on the command line is always an error, and so is an output without images. An image has at \
      most 65535 pixels per side and 67108864 in total. Images are not kept in memory. If the output is \
      a pipe, they are stored in an unnamed temporary file in TMPDIR (default: /tmp) first.

      EXAMPLES:
        png2tensor --size 32 --rgb --labels-from-folders photos -o photos.tensor

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(
    help: ArgumentHelp("PNG files and directories; - is standard input.", valueName: "path"),
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
      "One channel, or three. (default: three if any image has colors)"))
  var channels: Channels?

  @Option(
    help: ArgumentHelp(
      "How to resize to another aspect ratio: crop or pad equally on both sides, or stretch.",
      valueName: "mode"))
  var fit = ResizeMode.crop

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Color behind transparent pixels and of padding: black, white, a gray level from 0 to 255, or "
        + "#rrggbb. (default: black)", valueName: "color"))
  var background: Color?

  @Flag(
    help: ArgumentHelp(
      "Write tensor `labels`, N: the index of each image's directory in their sorted order, U8, or I64 "
        + "with more than 256 directories. The directory is the first one below the given path, or the "
        + "parent of a file that was given itself. Metadata label.0, label.1, ... are their names.")
  )
  var labelsFromFolders = false

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
      throw ValidationError("specify either paths of files and directories, or --files-from")
    }
    if null, filesFrom == nil { throw ValidationError("-0 requires --files-from") }
    guard paths.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("standard input can be read only once")
    }
  }

  func run() throws {
    let paths = try filesFrom.map { try readPaths($0, nullTerminated: null) } ?? paths
    if filesFrom == "-", paths.contains("-") {
      throw FileError(.usage, "standard input", "cannot be both the list and an image")
    }
    let (files, others) = try findImages(paths, keepMissing: filesFrom != nil)
    guard !files.isEmpty else {
      let hint = others.first.map { ": \($0)" } ?? ""
      throw FileError(.invalid, others.first?.directory ?? paths[0], "has no PNG files\(hint)")
    }
    let output = try output.open(keeping: files.map(\.path) + [filesFrom])

    var conversion = PNGConversion()
    conversion.size = size.flatMap { ImageSize($0) }.map { ($0.height, $0.width) }
    conversion.resizeMode = fit
    conversion.isGray = channels.map { $0 == .gray }
    conversion.background = background ?? .black
    conversion.labelsFromDirectories = labelsFromFolders
    conversion.isStrict = strict
    var meter = Self.meter("files", progress)
    var done = 0
    let written = try conversion.run(files, to: output) { error in
      done += 1
      if let error {
        meter.clear()
        Self.report("\(error); skipped")
      }
      meter.update(done, of: files.count)
    }
    meter.clear()
    if written < files.count {
      let skipped = files.count - written
      Self.report("\(skipped) of \(files.count) files \(skipped == 1 ? "was" : "were") skipped")
    }
    for other in others { Self.report("\(other.directory): \(other); skipped") }
  }
}

/// The number of channels of the images.
enum Channels: String, EnumerableFlag {
  case gray
  case rgb
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
      let first, let last, PNGConversion.isSize(height: first, width: last)
    else { return nil }
    (height, width) = (first, last)
  }
}

extension ResizeMode: ExpressibleByArgument {}
extension Color: ExpressibleByArgument {
  /// Parses what `init(_:)` parses.
  public init?(argument: String) { self.init(argument) }
}

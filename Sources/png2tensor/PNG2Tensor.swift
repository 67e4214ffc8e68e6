import ArgumentParser
import PNGFormat
import TensorIO
import ToolSupport

@main
struct PNG2Tensor: Tool {
  static let configuration = CommandConfiguration(
    commandName: "png2tensor",
    abstract: "Convert PNG files of any kind and size to a tensor file of images.",
    usage: """
      png2tensor [--size HxW] [--gray | --rgb] [--fit HOW] [--labels-from-folders] [-o FILE] NAME ...
      png2tensor --files-from LIST [OPTION ...]
      """,
    discussion: """
      A name is of a file, or of a folder for all files below it that end in .png. The images come \
      in the order of the names, those of a folder in the order of the bytes of their paths, as \
      LC_ALL=C sort has it. Hidden files are passed over, symbolic links followed; pictures below a \
      folder that are not PNG are counted in one line. Writes tensor `images`, U8, N x channels x \
      height x width.

      Another size is made by means over the areas that pixels cover, of the stored values; \
      enlarging repeats pixels. All of this, transparency and gray too, is done in 16 bits, and \
      rounded to 8 at the end. Palettes are resolved; gamma and color profiles are not applied. Gray \
      is (19595 red + 38470 green + 7471 blue) / 65536.

      A bad file is told in one line and skipped, a name in a list whose file is not there too; \
      --strict ends with its exit status, 65 for bad data, 66 for a missing file. A name on the \
      command line must be there. A picture is at most 65535 pixels a side and 67108864 in all. \
      Memory does not grow with their number; what goes to a pipe waits in an unnamed file in \
      TMPDIR, or /tmp.

      EXAMPLES:
        png2tensor --size 32 --rgb --labels-from-folders photos -o photos.tensor

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(
    help: ArgumentHelp("The files and folders; - is standard input.", valueName: "name"),
    completion: .file())
  var names: [String] = []

  @Option(
    help: ArgumentHelp(
      "Read the names from this file, one a line; - is standard input.", valueName: "list"),
    completion: .file())
  var filesFrom: String?

  @Flag(name: [.customShort("0"), .long], help: "The names in the list end with a zero byte.")
  var null = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Height x width of the images, or one number for both. (default: the first image's, which all "
        + "must have)", valueName: "hxw"))
  var size: String?

  @Flag(
    help: ArgumentHelp(
      "One channel, or three. (default: three if any has colors)"))
  var channels: Channels?

  @Option(
    help: ArgumentHelp(
      "To get the size, crop what is too much on both sides alike, pad with the background, or "
        + "stretch.", valueName: "how"))
  var fit = ImageFit.crop

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What transparent pixels lie over: black, white, a gray from 0 to 255, or #rrggbb. "
        + "(default: black)", valueName: "color"))
  var background: Color?

  @Flag(
    help: ArgumentHelp(
      "Write tensor `labels`, N: for the folder, just below the one named, that leads to the image, "
        + "its place in their sorted order; U8, or I64 with more than 256. The metadata has their "
        + "names, label.0, label.1, ... Of a file that was named, it is the folder that it is in."))
  var labelsFromFolders = false

  @Flag(help: "End at the first bad file.")
  var strict = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let size, ImageSize(size) == nil {
      throw ValidationError(
        "--size must be one size or two, as 32 or 28x36, at most 65535 each and 67108864 pixels in all, "
          + "not \(size)")
    }
    guard names.isEmpty == (filesFrom != nil) else {
      throw ValidationError("give names of files and folders, or --files-from")
    }
    if null, filesFrom == nil { throw ValidationError("-0 is for --files-from") }
    guard names.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("standard input can be read only once")
    }
  }

  func run() throws {
    let names = try filesFrom.map { try readNames($0, endedByNull: null) } ?? names
    if filesFrom == "-", names.contains("-") {
      throw FileError(.usage, "standard input", "cannot be both the list and an image")
    }
    let (files, others) = try findImages(names, refusingMissing: filesFrom != nil)
    guard !files.isEmpty else {
      let hint = others.first.map { ": \($0)" } ?? ""
      throw FileError(.invalid, others.first?.folder ?? names[0], "has no PNG files\(hint)")
    }
    let output = try output.open(keeping: files.map(\.path) + [filesFrom])

    var conversion = PNGConversion()
    conversion.size = size.flatMap { ImageSize($0) }.map { ($0.height, $0.width) }
    conversion.fit = fit
    conversion.isGray = channels.map { $0 == .gray }
    conversion.background = background ?? .black
    conversion.labelsFromFolders = labelsFromFolders
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
    for other in others { Self.report("\(other.folder): \(other); passed over") }
  }
}

/// The channels of the images.
enum Channels: String, EnumerableFlag {
  case gray
  case rgb
}

/// A size as text: `28` or `28x32`.
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

extension ImageFit: ExpressibleByArgument {}
extension Color: ExpressibleByArgument {
  /// Reads what `init(_:)` reads.
  public init?(argument: String) { self.init(argument) }
}

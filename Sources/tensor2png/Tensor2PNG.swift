import ArgumentParser
import ImageFormat
import Synchronization
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { Tensor2PNG.self }

struct Tensor2PNG: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tensor2png",
    abstract: "Draw images of a tensor file as a PNG grid, or as one PNG each.",
    usage: """
      tensor2png [TENSOR] [--first I] [-n N] [--columns C] [--scale K] [-o FILE]
      tensor2png [TENSOR] --each FOLDER [--first I] [-n N] [--scale K]
      """,
    discussion: """
      Reads tensor files, other safetensors files, .npy and .npz with images of 1 to 4 channels: gray or RGB, \
      each with or without alpha. The range in the metadata is mapped linearly to 0...255, rounded and clamped. It is the same for all images: \
      none is normalized to its own range. --band draws a single channel of images with any number of \
      channels.

      With --each, a file is named by the index of its image in the tensor file, with leading zeros: \
      00042.png. If the tensor file has labels, the name or number of the label follows: \
      00042-sandal.png, 00042-7.png. In names of labels, characters that are not allowed in file names \
      on all systems are replaced by _, and at most 100 bytes are used. The folder is created if it is \
      missing. Files that the same call has written before are replaced, each atomically. If the folder \
      contains other files, nothing is written (status 73); hidden files do not count.

      EXAMPLES:
        tensor2png train.tensor --first 640 --scale 2 -o grid.png
        wgan-sample ckpt.bin -n 50000 | tensor2png --each samples

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "Tensor, .npy or .npz file of images; - is standard input.", completion: .file())
  var tensor = "-"

  @Option(
    help: ArgumentHelp(
      "Write each image to a file of its own in this folder.", valueName: "folder"),
    completion: .directory)
  var each: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Images per row. (default: the square root of their number, rounded up)", valueName: "c"))
  var columns: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Space between images and around them, in pixels. (default: 2)", valueName: "p"))
  var padding: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Draw each pixel as a square of k x k pixels.", valueName: "k"))
  var scale = 1

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Index of the first image, from 0.", valueName: "i")
  )
  var first = 0

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: ArgumentHelp(
      "Number of images. (default: all up to the end; 64 in a grid if these are more than 256)",
      valueName: "n"))
  var number: Int?

  @Flag(
    help: "Select images at equal distances from --first to the end, instead of consecutive ones.")
  var spread = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Draw only this channel, from 0, as gray.", valueName: "k"))
  var band: Int?

  @Option(
    help: ArgumentHelp(
      "How to draw images with alpha: checkerboard draws them over squares of 8 x 8 pixels in two grays, "
        + "204 and 153; keep writes a PNG file with alpha. (default: checkerboard; keep with --each)",
      valueName: "mode"))
  var alpha: AlphaMode?

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let columns, columns < 1 { throw ValidationError("--columns must be at least 1") }
    if let number, number < 1 { throw ValidationError("-n must be at least 1") }
    if let padding, padding < 0 { throw ValidationError("--padding must be at least 0") }
    guard scale >= 1 else { throw ValidationError("--scale must be at least 1") }
    guard first >= 0 else { throw ValidationError("--first must be at least 0") }
    if let band, band < 0 { throw ValidationError("--band must be at least 0") }
    if band != nil, alpha != nil {
      throw ValidationError("--alpha cannot be combined with --band")
    }
    if let each {
      guard !each.isEmpty else { throw ValidationError("--each requires the path of a folder") }
      guard columns == nil, padding == nil, output.path == "-" else {
        let option = columns != nil ? "--columns" : padding != nil ? "--padding" : "-o"
        throw ValidationError("\(option) cannot be combined with --each")
      }
    }
  }

  func run() throws {
    let selection = ImageSelection(first: first, count: number, spread: spread, band: band)
    if let each { return try draw(selection, into: each) }
    let output = try output.open(keeping: tensor)
    let png = try drawImages(
      of: try Self.open(images: tensor), selection, columns: columns, padding: padding ?? 2,
      scale: scale, alpha: alpha ?? .checkerboard)
    try output.write(png)
    try output.commit()
  }

  private func draw(_ selection: ImageSelection, into folder: String) throws {
    let meter = Mutex(Self.meter("images", progress))
    defer { meter.withLock { $0.clear() } }
    try drawEachImage(
      of: try Self.open(images: tensor), selection, into: folder, scale: scale,
      alpha: alpha ?? .keep,
      threads: threads.count
    ) { done, all in
      meter.withLock { $0.update(done, of: all) }
    }
  }
}

extension AlphaMode: ExpressibleByArgument {}

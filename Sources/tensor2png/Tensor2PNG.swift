import ArgumentParser
import ImageFormat
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { Tensor2PNG.self }

struct Tensor2PNG: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tensor2png",
    abstract: "Draw the images of a tensor file as a grid in one PNG file.",
    usage: "tensor2png [TENSOR] [--first I] [-n N] [--columns C] [--scale K] [-o FILE]",
    discussion: """
      Reads images with 1 or 3 channels: tensor files, other safetensors files, .npy and .npz. The range in the metadata is mapped linearly to \
      0...255, rounded and clamped. It is the same for all images: none is normalized to its own range.

      EXAMPLES:
        tensor2png train.tensor --first 640 --scale 2 -o grid.png

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "Tensor, .npy or .npz file of images; - is standard input.", completion: .file())
  var tensor = "-"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Images per row. (default: the square root of their number, rounded up)", valueName: "c"))
  var columns: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Space between images and around them, in pixels.", valueName: "p"))
  var padding = 2

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
      "Number of images. (default: all up to the end; 64 if these are more than 256)",
      valueName: "n"))
  var number: Int?

  @Flag(
    help: "Select images at equal distances from --first to the end, instead of consecutive ones.")
  var spread = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let columns, columns < 1 { throw ValidationError("--columns must be at least 1") }
    if let number, number < 1 { throw ValidationError("-n must be at least 1") }
    guard padding >= 0 else { throw ValidationError("--padding must be at least 0") }
    guard scale >= 1 else { throw ValidationError("--scale must be at least 1") }
    guard first >= 0 else { throw ValidationError("--first must be at least 0") }
  }

  func run() throws {
    let output = try output.open(keeping: tensor)
    let png = try drawImages(
      of: try Self.open(images: tensor), columns: columns, padding: padding, scale: scale,
      first: first,
      count: number, spread: spread)
    try output.write(png)
    try output.commit()
  }
}

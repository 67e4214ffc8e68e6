import ArgumentParser
import IDXFormat
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { IDX2Tensor.self }

struct IDX2Tensor: Tool {
  static let configuration = CommandConfiguration(
    commandName: "idx2tensor",
    abstract: "Convert IDX files, such as MNIST, to a tensor file of images.",
    usage: "idx2tensor [IMAGES] [--labels LABELS] [-o FILE]",
    discussion: """
      Reads unsigned bytes (type 0x08) of rank 3 (N x height x width) or rank 4 (N x channels x height \
      x width), plain or gzipped. Writes tensor `images`, U8, N x channels x height x width, and with \
      --labels tensor `labels`, U8, N. Memory use does not depend on the size of the files.

      EXAMPLES:
        idx2tensor train-images.gz --labels train-labels.gz -o train.tensor

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "IDX file of images; - is standard input.", completion: .file())
  var images = "-"

  @Option(
    help: ArgumentHelp("IDX file of rank 1 with one label per image.", valueName: "labels"),
    completion: .file())
  var labels: String?

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if images == "-", labels == "-" {
      throw ValidationError("images and labels cannot both come from standard input")
    }
  }

  func run() throws {
    var meter = Self.meter("images", progress)
    defer { meter.clear() }
    try convertIDX(images: images, labels: labels, to: try output.open(keeping: images, labels)) {
      meter.update($0, of: $1)
    }
  }
}

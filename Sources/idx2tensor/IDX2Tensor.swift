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
    usage:
      "idx2tensor [IMAGES] [--labels LABELS] [--transpose] [--mirror] [--flip] [--range LO,HI] [-o FILE]",
    discussion: """
      Reads files of rank 3 (N x height x width) or rank 4 (N x channels x height x width) with elements \
      of any type, plain or gzipped. Writes tensor `images`, U8, N x channels x height x width, and with \
      --labels tensor `labels`, N: U8 if its elements are bytes, otherwise I64. Memory use does not depend \
      on the size of the files.

      Without --range, all values must be integers from 0 to 255. --range LO,HI maps LO to 0 and \
      HI to 255 linearly, and rounds to the nearest integer. Values outside the range become 0 or 255.

      EMNIST stores each image transposed, with rows as columns: use --transpose. --transpose, --mirror \
      and --flip apply in this order, and together give all eight orientations.

      EXAMPLES:
        idx2tensor train-images.gz --labels train-labels.gz -o train.tensor
        idx2tensor emnist-letters-train-images-idx3-ubyte.gz --transpose -o letters.tensor
        idx2tensor float-images --range 0,1 -o images.tensor

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "IDX file of images; - is standard input.", completion: .file())
  var images = "-"

  @Option(
    help: ArgumentHelp(
      "IDX file of rank 1 with one label per image, or the labels of QMNIST, N x 8.",
      valueName: "labels"),
    completion: .file())
  var labels: String?

  @Flag(help: "Exchange the rows and columns of each image, as for EMNIST.")
  var transpose = false

  @Flag(help: "Exchange left and right of each image.")
  var mirror = false

  @Flag(help: "Exchange top and bottom of each image.")
  var flip = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The values that become 0 and 255, such as 0,1 or -1,1. (default: 0,255, integers only)",
      valueName: "lo,hi"),
    transform: expecting("two numbers such as 0,1, the lower one first", valueRange))
  var range: ClosedRange<Double>?

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
    var conversion = IDXConversion()
    conversion.range = range
    conversion.orientation.transpose = transpose
    conversion.orientation.mirror = mirror
    conversion.orientation.flip = flip
    let output = try output.open(keeping: images, labels)
    let warnings = try conversion.run(images: images, labels: labels, to: output) {
      meter.update($0, of: $1)
    }
    meter.clear()
    for warning in warnings { Self.report("warning: \(warning)") }
  }
}

/// Parses two numbers, the lower one first.
@Sendable private func valueRange(_ text: String) -> ClosedRange<Double>? {
  let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
  guard numbers.count == 2, let low = numbers[0], let high = numbers[1], low < high,
    (high - low).isFinite
  else { return nil }
  return low...high
}

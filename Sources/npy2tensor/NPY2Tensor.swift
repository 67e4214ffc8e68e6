import ArgumentParser
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { NPY2Tensor.self }

struct NPY2Tensor: Tool {
  static let configuration = CommandConfiguration(
    commandName: "npy2tensor",
    abstract: "Convert a NumPy or safetensors file of images to a tensor file.",
    usage:
      "npy2tensor [FILE] [--images NAME] [--labels NAME] [--axes ORDER] [--range LOWEST,HIGHEST] [-o FILE]",
    discussion: """
      Reads .npy, .npz and safetensors files. Arrays of Python objects (pickles) are not read. The images \
      are the array "images", "x_train", "X_train", "train_images", "x" or "X", in this order, or the only \
      array of rank 3 or 4. The labels are the array "labels", "y_train", "train_labels" or "y" that \
      belongs to it.

      Integers and Booleans become U8 with range 0,255, other numbers F32 with range -1,1. Values from 0 \
      to 1 are scaled to this range. With --range, all values are scaled to it; integers with --range 0,255 \
      stay U8. What is assumed, converted or rounded is reported on standard error.

      EXAMPLES:
        npy2tensor mnist.npz -o train.tensor
        npy2tensor scans.npy --range 0,65535 -o train.tensor

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "File of arrays; - is standard input.", completion: .file())
  var file = "-"

  @Option(help: ArgumentHelp("Array with the images.", valueName: "name"))
  var images: String?

  @Option(help: ArgumentHelp("Array with one integer per image.", valueName: "name"))
  var labels: String?

  @Option(
    help: ArgumentHelp(
      """
      Order of the axes: NCHW or NHWC. (default: NCHW; NHWC for a NumPy array whose last axis, but not \
      its second, is 1, 3 or 4)
      """, valueName: "order"))
  var axes: AxisOrder?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Values of black and white. (default: 0,255 for integers; for other numbers from their extremes)",
      valueName: "lowest,highest"))
  var range: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let range, ValueRange(range) == nil {
      throw ValidationError(
        "--range must be two numbers, the lower one first, such as 0,65535, not \(range)")
    }
  }

  func run() throws {
    let output = try output.open(keeping: file)
    var reading = ImageReading(isForTraining: true)
    (reading.images, reading.labels, reading.axes, reading.range) = (images, labels, axes, range)
    try Self.open(images: file, reading).writeImages(to: output)
  }
}

extension AxisOrder: ExpressibleByArgument {}

import ArgumentParser
import IDXFormat
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { CIFAR2Tensor.self }

struct CIFAR2Tensor: Tool {
  static let configuration = CommandConfiguration(
    commandName: "cifar2tensor",
    abstract: "Convert CIFAR-10 or CIFAR-100 binary files to a tensor file.",
    usage: "cifar2tensor [--classes N] [-o FILE] [FILE ...]",
    discussion: """
      Reads records of one label and 3 x 32 x 32 bytes, with --classes 20 or 100 of two labels, \
      plain or gzipped, file after file. Writes tensor `images`, U8, N x 3 x 32 x 32, and \
      `labels`, U8, N. Memory does not grow with the files; what goes to a pipe waits in an \
      unnamed file in TMPDIR, or /tmp.

      EXAMPLES:
        tar xzf cifar-10-binary.tar.gz
        cifar2tensor cifar-10-batches-bin/data_batch_*.bin -o train.tensor

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(
    help: ArgumentHelp("The files; - is standard input. (default: -)", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The labels to take: 10, of CIFAR-10; 100 or 20, the fine or the coarse ones of CIFAR-100.",
      valueName: "n"))
  var classes = 10

  @OptionGroup var output: OutputOptions

  private static let labels: [Int: CIFARLabels] = [10: .ten, 20: .coarse, 100: .fine]

  func validate() throws {
    guard Self.labels[classes] != nil else {
      throw ValidationError("--classes must be 10, 20 or 100")
    }
    guard files.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("standard input can be read only once")
    }
  }

  func run() throws {
    guard let labels = Self.labels[classes] else { return }
    let files = files.isEmpty ? ["-"] : files
    try convertCIFAR(files, labels: labels, to: try output.open(keeping: files))
  }
}

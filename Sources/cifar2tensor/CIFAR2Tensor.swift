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
      Reads plain or gzipped files one after another. A record is one label and 3 x 32 x 32 bytes; \
      with --classes 20 or 100, two labels. Writes tensor `images`, U8, N x 3 x 32 x 32, and tensor \
      `labels`, U8, N. Images are not kept in memory. If the output is a pipe, they are stored in an \
      unnamed temporary file in TMPDIR (default: /tmp) first.

      EXAMPLES:
        tar xzf cifar-10-binary.tar.gz
        cifar2tensor cifar-10-batches-bin/data_batch_*.bin -o train.tensor

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(
    help: ArgumentHelp("CIFAR files; - is standard input. (default: -)", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Number of classes: 10 for CIFAR-10; 100 for the fine or 20 for the coarse labels of CIFAR-100.",
      valueName: "n"))
  var classes = 10

  @OptionGroup var output: OutputOptions

  private static let labels: [Int: CIFARLabels] = [
    10: .cifar10, 20: .cifar100Coarse, 100: .cifar100Fine,
  ]

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

import ArgumentParser
import IDXFormat
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { CIFAR2Tensor.self }

struct CIFAR2Tensor: Tool {
  static let configuration = CommandConfiguration(
    commandName: "cifar2tensor",
    abstract: "Convert CIFAR-10 or CIFAR-100 to a tensor file.",
    usage: "cifar2tensor [--classes N] [--test] [-o FILE] [FILE ...]",
    discussion: """
      Reads the archive cifar-10-binary.tar.gz or cifar-100-binary.tar.gz, or its binary files one after \
      another, plain or gzipped. Of an archive, it reads the training images in the order of their batches \
      or, with --test, the test images. In a binary file, a record is one label and 3 x 32 x 32 bytes; \
      with --classes 20 or 100, two labels.

      Writes tensor `images`, U8, N x 3 x 32 x 32, and tensor `labels`, U8, N. The names of the classes \
      become metadata `label.0`, `label.1`, ..., if the archive, or the folder of the first file, has the \
      list of them (batches.meta.txt, fine_label_names.txt or coarse_label_names.txt). Images are not kept \
      in memory. Those of an archive, and those for a pipe, are stored in an unnamed temporary file in \
      TMPDIR (default: /tmp) first.

      EXAMPLES:
        cifar2tensor cifar-10-binary.tar.gz -o train.tensor
        cifar2tensor cifar-10-binary.tar.gz --test -o test.tensor
        cifar2tensor --classes 20 cifar-100-binary/train.bin -o train.tensor

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(
    help: ArgumentHelp(
      "One archive, or binary files; - is standard input. (default: -)", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Number of classes: 10 for CIFAR-10; 100 for the fine or 20 for the coarse labels of CIFAR-100. "
        + "(default: 10; 100 if the archive is CIFAR-100)",
      valueName: "n"))
  var classes: Int?

  @Flag(help: "Read the test images of an archive instead of the training images.")
  var test = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard CIFARLabels(classes: classes ?? 10) != nil else {
      throw ValidationError("--classes must be 10, 20 or 100")
    }
    guard files.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("standard input can be read only once")
    }
  }

  func run() throws {
    var conversion = CIFARConversion()
    conversion.classes = classes
    conversion.isTest = test
    let files = files.isEmpty ? ["-"] : files
    for warning in try conversion.run(files, to: try output.open(keeping: files)) {
      Self.report("warning: \(warning)")
    }
  }
}

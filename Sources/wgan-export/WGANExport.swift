import ArgumentParser
import ONNXFormat
import TensorIO
import ToolSupport
import WGAN

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { WGANExport.self }

struct WGANExport: Tool {
  static let configuration = CommandConfiguration(
    commandName: "wgan-export",
    abstract: "Export the generator of a checkpoint.",
    usage: "wgan-export [CHECKPOINT] [--format safetensors|onnx] [-o FILE]",
    discussion: """
      The output has the parameters and running statistics of the generator, without the critic and the \
      optimizer state. Training cannot continue from it.

      safetensors: a checkpoint with only the generator, for wgan-sample, tensor-info and PyTorch. wgan-sample \
      generates the same bytes from it.

      onnx: a model for ONNX Runtime and other programs. Its input "latent" is F32, N x latent size; its \
      output "images" is F32, N x channels x height x width, values on [-1, 1]. Batch norm uses the running \
      statistics, as in wgan-sample.

      EXAMPLES:
        wgan-export ckpt.bin -o generator.bin
        wgan-export ckpt.bin -o generator.onnx

      \(exitStatusHelp)
      """,
    version: toolVersion)

  /// The format of the output.
  enum Format: String, ExpressibleByArgument, CaseIterable { case safetensors, onnx }

  @Argument(help: "Checkpoint; - is standard input.", completion: .file())
  var checkpoint = "-"

  @Option(
    help: """
      Output format. (default: onnx if the name of the output ends with .onnx, else safetensors)
      """)
  var format: Format?

  @OptionGroup var output: OutputOptions

  func run() throws {
    let output = try output.open(keeping: checkpoint)
    let generator = try Generator(try Self.open(checkpoint: checkpoint))
    switch format ?? (self.output.path.hasSuffix(".onnx") ? .onnx : .safetensors) {
    case .safetensors: try generator.write(to: output)
    case .onnx: try generator.onnxModel.write(to: output)
    }
  }
}

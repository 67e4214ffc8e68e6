import ArgumentParser
import CIFAR2Tensor
import Glibc
import IDX2Tensor
import Image2Tensor
import Metrics2TB
import NPY2Tensor
import Tensor2PNG
import TensorIO
import TensorInfo
import ToolSupport
import WGANCritic
import WGANExport
import WGANInit
import WGANPlot
import WGANSample
import WGANStep

/// Every tool in one executable, `wgan`: many copies of the Swift library would be most of an installation.
///
/// It runs the tool whose name it is called by, through a link, or else the one that its first argument names.
@main
struct Multicall: Tool {
  /// The tools, in the order of the pipeline.
  private static var tools: [any Tool.Type] {
    [IDX2Tensor.tool, CIFAR2Tensor.tool] + Image2Tensor.tools + [
      NPY2Tensor.tool, WGANInit.tool, WGANStep.tool, WGANSample.tool, WGANCritic.tool,
      WGANExport.tool, Tensor2PNG.tool, TensorInfo.tool, WGANPlot.tool, Metrics2TB.tool,
    ]
  }

  static let configuration = CommandConfiguration(
    commandName: "wgan",
    abstract: "Run one of the tools that train Wasserstein GANs and convert their files.",
    usage: "wgan TOOL [ARGUMENT ...]",
    discussion: """
      This executable contains every tool. A link to it that has the name of a tool runs that tool.

      TOOLS:
      \(list)

      EXAMPLES:
        wgan wgan-step --help
        wgan wgan-sample ckpt.bin -n 64 | wgan tensor2png > grid.png
        ln -s wgan wgan-sample

      \(exitStatusHelp)
      """,
    version: toolVersion)

  /// A line for each tool: its name and what it does.
  private static var list: String {
    let width = tools.map { $0._commandName.count }.max() ?? 0
    return tools.map { tool in
      "  \(tool._commandName.padded(to: width + 2))\(tool.configuration.abstract)"
    }.joined(separator: "\n")
  }

  @Argument(help: "The tool to run.", completion: .list(tools.map { $0._commandName }))
  var tool: String?

  @Argument(
    help: ArgumentHelp("The arguments of the tool.", valueName: "argument"), completion: .file())
  var arguments: [String] = []

  static func main() {
    let name = ProcessArguments.program
    let arguments = ProcessArguments.all
    if name != _commandName {
      run(name, arguments)
    } else if let tool = arguments.first, !tool.hasPrefix("-") {
      run(tool, Array(arguments.dropFirst()))
    } else {
      main(arguments)
    }
  }

  func run() throws {
    guard let tool else { throw ValidationError("missing tool name; wgan --help lists the tools") }
    Self.run(tool, arguments)
  }

  /// Runs a tool, whose arguments are its own: `--help` too.
  private static func run(_ name: String, _ arguments: [String]) {
    guard let tool = tools.first(where: { $0._commandName == name }) else {
      report("unknown tool \(quoted(name)); wgan --help lists the tools")
      Glibc.exit(FileError.Kind.usage.rawValue)
    }
    tool.main(arguments)
  }
}

import ArgumentParser
import Engine
import TensorIO
import ToolSupport
import WGAN

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { WGANSample.self }

struct WGANSample: Tool {
  static let configuration = CommandConfiguration(
    commandName: "wgan-sample",
    abstract: "Generate images with a checkpoint.",
    usage: "wgan-sample [CHECKPOINT] [-n N | --interpolate A:B] [--seed S] [-o FILE]",
    discussion: """
      The output is a tensor file with the tensor "images": F32, N x channels x height x width, values on \
      [-1, 1]. Sample i of a seed is the same for every -n, --first and --threads.

      EXAMPLES:
        wgan-sample ckpt.bin -n 64 --seed 7 | tensor2png > grid.png
        wgan-sample ckpt.bin --interpolate 3:17 | tensor2png --columns 8 > path.png

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "Checkpoint; - is standard input.", completion: .file())
  var checkpoint = "-"

  @OptionGroup(title: "Latent vectors") var options: LatentOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let output = try output.open(keeping: checkpoint)
    let latents = options.latents
    var meter = Self.meter("samples", progress)
    defer { meter.clear() }
    let file = try Self.open(checkpoint: checkpoint)
    let pool = ThreadPool(count: threads.count)
    Self.report(started: pool.count, of: threads.count)
    try Sampler(file, pool: pool)
      .write(latents, to: output) { meter.update($0, of: latents.count) }
  }
}

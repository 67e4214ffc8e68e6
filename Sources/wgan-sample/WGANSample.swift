import ArgumentParser
import TensorIO
import ToolSupport
import WGAN

@main
struct WGANSample: Tool {
  static let configuration = CommandConfiguration(
    commandName: "wgan-sample",
    abstract: "Draw images from a checkpoint's generator.",
    discussion: """
      Writes tensor `images`, F32 on [-1, 1], N x channels x height x width. Sample i of a seed is \
      the same for every -n, --first and --threads.

      EXAMPLE: wgan-sample ckpt.bin -n 64 --seed 7 | tensor2png > grid.png

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "The checkpoint; - is standard input.")
  var checkpoint = "-"

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: ArgumentHelp("Draw so many samples.", valueName: "n"))
  var number = 64

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The seed of the latents; the checkpoint's own plays no part.", valueName: "s"))
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Begin with this sample of the seed, from 0.", valueName: "i"))
  var first = 0

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    let most = Int(UInt32.max)
    guard 1...most ~= number else { throw ValidationError("-n must be at least 1, less than 2^32") }
    guard 0...most ~= first, first + number <= most else {
      throw ValidationError("--first must be at least 0, and --first plus -n less than 2^32")
    }
  }

  func run() throws {
    let output = try output.open(keeping: checkpoint)
    var meter = Self.meter("samples", progress)
    defer { meter.clear() }
    try Sampler(try TensorFile(checkpoint), workers: Workers(count: threads.count))
      .write(first: first, count: number, seed: seed, to: output) {
        meter.update($0, of: number)
      }
  }
}

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
    usage:
      "wgan-sample [CHECKPOINT] [-n N | --interpolate A:B] [--seed S | --latents FILE] [-o FILE]",
    discussion: """
      The output is a tensor file with the tensor "images": F32, N x channels x height x width, values on \
      [-1, 1]. Sample i of a seed is the same for every -n, --first and --threads. The checkpoint may be \
      one with only the generator (wgan-export).

      EXAMPLES:
        wgan-sample ckpt.bin -n 64 --seed 7 | tensor2png > grid.png
        wgan-sample ckpt.bin --interpolate 3:17 | tensor2png --columns 8 > path.png
        wgan-sample ckpt.bin -n 9 --save-latents z.tensor -o samples.tensor
        wgan-sample ckpt.bin --latents z.tensor --interpolate 0:8 -o between.tensor

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "Checkpoint; - is standard input.", completion: .file())
  var checkpoint = "-"

  @OptionGroup(title: "Latent vectors") var options: LatentOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard checkpoint != "-" || options.latents != "-" else {
      throw ValidationError("only one input can be standard input")
    }
    if let path = options.saveLatents, path == output.path {
      throw ValidationError("samples and latent vectors cannot both be written to \(path)")
    }
  }

  func run() throws {
    let output = try output.open(keeping: checkpoint, options.latents)
    let saved = try options.saveLatents.map { try open(latents: $0) }
    let generator = try Generator(try Self.open(checkpoint: checkpoint))
    let latents = try options.selection(for: generator)
    // A pipe or a device, which may fail, is written before the other output replaces a file.
    if saved != nil { ignoreBrokenPipes() }
    func save() throws { if let saved { try latents.write(size: generator.latent, to: saved) } }
    let isLast = !output.isSeekable
    if !isLast { try save() }
    var meter = Self.meter("samples", progress)
    defer { meter.clear() }
    let pool = ThreadPool(count: threads.count)
    Self.report(started: pool.count, of: threads.count)
    try Sampler(generator, pool: pool)
      .write(latents, to: output) { meter.update($0, of: latents.count) }
    if isLast { try save() }
  }

  private func open(latents path: String) throws -> OutputFile {
    // Both outputs may have one path under two names.
    func partial(_ path: String) -> FileIdentity? {
      SystemCall.status(of: path + ".partial")?.identity
    }
    if let identity = partial(path), identity == partial(output.path) {
      throw FileError(.usage, path, "is also the output of the samples; choose another file")
    }
    return try OutputFile(path, keeping: [checkpoint, output.path])
  }
}

import ArgumentParser
import Engine
import TensorIO
import ToolSupport
import WGAN

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { WGANInit.self }

struct WGANInit: Tool {
  static let configuration = CommandConfiguration(
    commandName: "wgan-init",
    abstract: "Make the checkpoint that a training run begins with.",
    usage:
      "wgan-init (--preset NAME [--like IMAGES | --shape CxHxW] | --from FILE) [--seed N] [OVERRIDES] [-o FILE]",
    discussion: """
      A preset decides everything; every other option overrides one thing of it. All is stored in \
      the checkpoint, so no later tool needs to be told again. Weights are drawn as PyTorch \
      initialises Linear, unless --initialization says otherwise.

      A network is a list of layers, separated by semicolons or line ends; # begins a comment: \
      dense N [no-bias]; conv N kernel K [stride S] [padding P, or same] [no-bias]; \
      conv-transposed N kernel K [stride S] [padding P] [output-padding Q] [no-bias]; upsample F, \
      before a conv; batch-norm [epsilon E] [momentum M]; layer-norm [epsilon E]; dropout P; \
      zero-pad N; crop N; mean-pool N; reshape CxHxW; flatten; relu; leaky-relu SLOPE; tanh; \
      sigmoid. residual … shortcut … add is a residual block. The generator maps a latent to an \
      image; the critic, an image to dense 1.

      A schedule is constant; linear N or cosine N, falling to 0 at generator step N; or plateau \
      [factor F] [patience N] [threshold T] [cooldown N] [floor RATE] [every epoch, or step], which \
      multiplies the rates by F where the Wasserstein estimate has not come nearer to 0 for more \
      than so many epochs (each step: the network's own objective has not fallen). After any of \
      them warm-up N raises the rates in equal parts over the first N generator steps.

      EXAMPLES:
        wgan-init --preset mlp-gp --like train.tensor --seed 1 -o ckpt.bin

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Option(
    help: ArgumentHelp("The preset to begin with; see --list-presets.", valueName: "name"),
    completion: .list(Preset.all.map(\.name)))
  var preset: String?

  @Option(
    help: ArgumentHelp(
      "Start from the settings of this checkpoint or trace instead of a preset.",
      valueName: "file"), completion: .file())
  var from: String?

  @Flag(help: "List the presets with their parameter counts, and end.")
  var listPresets = false

  @Option(
    help: ArgumentHelp("Take the image shape from this tensor file.", valueName: "images"),
    completion: .file())
  var like: String?

  @Option(
    help: ArgumentHelp(
      "The image shape, channels x height x width. (default: 1x28x28)", valueName: "CxHxW"))
  var shape: String?

  @Option(
    parsing: .unconditional,
    help: "What every random number of the run comes from. (default: 0, or that of --from)")
  var seed: UInt64?

  @Flag(help: "Write the networks of the preset as text instead of a checkpoint.")
  var printNetworks = false

  @Flag(help: "With --print-networks: print the layers with their shapes as one JSON object.")
  var json = false

  @OptionGroup(title: "Overrides") var overrides: Overrides
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if like != nil, shape != nil { throw ValidationError("give either --like or --shape") }
    if from != nil, preset != nil || like != nil || shape != nil {
      throw ValidationError("--from excludes --preset, --like and --shape")
    }
    if json, !printNetworks { throw ValidationError("--json requires --print-networks") }
    if let shape, Shape(shape) == nil {
      throw ValidationError("--shape must be three positive sizes as 1x28x28, not \(shape)")
    }
    if let preset, Preset(preset) == nil {
      let names = Preset.all.map(\.name).joined(separator: ", ")
      throw ValidationError("unknown preset \(preset); there are \(names)")
    }
  }

  func run() throws {
    if listPresets { return try list() }
    if printNetworks { return try printNetworks(try configured()) }
    let output = try output.open(keeping: like, from)
    let configuration = try configured()
    if let validationError = configuration.validationError {
      throw ValidationError(validationError)
    }
    if let warning = configuration.warning { Self.complain("warning: \(warning)") }
    try TrainingState(initial: configuration).write(to: output)
  }

  private func configured() throws -> TrainingConfiguration {
    var configuration = try initialConfiguration()
    if let seed { configuration.seed = seed }
    try overrides.apply(to: &configuration)
    return configuration
  }

  /// The configuration that the other options override.
  private func initialConfiguration() throws -> TrainingConfiguration {
    if let from { return try TrainingConfiguration(try TensorFile(from)) }
    guard let preset = preset.flatMap(Preset.init) else {
      throw ValidationError("missing --preset NAME (--list-presets shows them)")
    }
    return try configuration(of: preset, try image())
  }

  private func configuration(of preset: Preset, _ image: Shape) throws -> TrainingConfiguration {
    do {
      return try preset.configuration(image: image, seed: 0)
    } catch { throw ValidationError("--preset \(preset.name): \(error)") }
  }

  private func image() throws -> Shape {
    if let like { return try Shape(like: try TensorFile(like)) }
    return shape.flatMap { Shape($0) } ?? .mnist
  }

  private func printNetworks(_ configuration: TrainingConfiguration) throws {
    let text: String
    if json {
      do { text = "\(try configuration.networksJSON())" } catch {
        throw ValidationError("\(error)")
      }
    } else {
      text = "generator: \(configuration.generator)\ncritic: \(configuration.critic)"
    }
    try StandardStream.write(text + "\n", to: 1)
  }

  private func list() throws {
    let image = try image()
    for preset in Preset.all {
      let size: String
      do {
        let counts = try preset.configuration(image: image, seed: 0).parameterCounts
        size = "generator \(counts.generator), critic \(counts.critic) parameters"
      } catch { size = "\(error)" }
      let name = preset.name + String(repeating: " ", count: max(1, 16 - preset.name.count))
      try StandardStream.write("\(name)\(preset.summary); \(size)\n", to: 1)
    }
  }
}

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
    abstract: "Create the initial checkpoint of a training run.",
    usage:
      "wgan-init (--preset NAME [--like IMAGES | --shape CxHxW] | --from FILE) [--seed N] [OVERRIDES] [-o FILE]",
    discussion: """
      A preset defines the networks, the optimizers and all hyperparameters. Each further option \
      overrides one setting. All settings are stored in the checkpoint.

      --from CHECKPOINT starts a new run from trained weights, to continue with other settings or other \
      images. Epochs, steps, the schedule and the random numbers start again. The moments of the optimizers \
      are kept. The networks cannot change. With --fresh, only the settings are used.

      A network is a list of layers, separated by semicolons or line ends. # starts a comment. The \
      layers are: dense N [no-bias]; conv N kernel K [stride S] [padding P, or same] [no-bias]; \
      conv-transposed N kernel K [stride S] [padding P] [output-padding Q] [no-bias]; upsample F, \
      before a conv; batch-norm [epsilon E] [momentum M]; layer-norm [epsilon E]; dropout P; \
      zero-pad N; crop N; mean-pool N; reshape CxHxW; flatten; relu; leaky-relu SLOPE; tanh; \
      sigmoid. A residual block is residual … shortcut … add. The input of the generator is a latent \
      vector, its output an image. The critic ends with dense 1.

      A schedule is one of: constant; linear N or cosine N, which decay the learning rates to 0 at \
      generator step N; or plateau [factor F] [patience N] [threshold T] [cooldown N] [floor RATE] \
      [every epoch, or step]. A plateau multiplies the learning rates by F when the absolute \
      Wasserstein estimate, averaged over an epoch, has not fallen for more than N epochs. With every \
      step, it watches the loss of each network. After any of these, warm-up N increases the learning \
      rates linearly over the first N generator steps.

      EXAMPLES:
        wgan-init --preset mlp-gp --like train.tensor --seed 1 -o ckpt.bin
        wgan-init --from ckpt.bin --learning-rate 1e-5 -o tuned.bin

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Option(
    help: ArgumentHelp("Preset; see --list-presets.", valueName: "name"),
    completion: .list(Preset.all.map(\.name)))
  var preset: String?

  @Option(
    help: ArgumentHelp(
      "Start from the weights and settings of this checkpoint instead of a preset.",
      valueName: "file"), completion: .file())
  var from: String?

  @Flag(
    help: "With --from: draw new weights, and use only the settings of the checkpoint or trace.")
  var fresh = false

  @Flag(help: "Print all presets with their parameter counts, and exit.")
  var listPresets = false

  @Option(
    help: ArgumentHelp(
      "Take the image shape from this tensor, .npy or .npz file.", valueName: "images"),
    completion: .file())
  var like: String?

  @Option(
    help: ArgumentHelp(
      "Image shape: channels x height x width. (default: 1x28x28)", valueName: "CxHxW"))
  var shape: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Seed of all random numbers of the run. (default: 0, or that of --from)", valueName: "s"))
  var seed: UInt64?

  @Flag(help: "Print the networks as text, and exit.")
  var printNetworks = false

  @Flag(help: "With --print-networks: print the layers with their shapes as one JSON object.")
  var json = false

  @OptionGroup(title: "Overrides") var options: Overrides

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Overrides as one text, quoted as in a shell. Separate options take precedence.",
      valueName: "text"))
  var overrides: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if like != nil, shape != nil { throw ValidationError("--like cannot be combined with --shape") }
    if from != nil, preset != nil || like != nil || shape != nil {
      throw ValidationError("--from cannot be combined with --preset, --like or --shape")
    }
    if from == nil, fresh { throw ValidationError("--fresh requires --from") }
    if output.path != "-", printNetworks || listPresets {
      throw ValidationError(
        "-o cannot be combined with --print-networks or --list-presets, which print text")
    }
    if json, !printNetworks { throw ValidationError("--json requires --print-networks") }
    if let shape, Shape(shape) == nil {
      throw ValidationError("--shape must be three positive sizes such as 1x28x28, not \(shape)")
    }
    if let preset, Preset(preset) == nil {
      let names = Preset.all.map(\.name).joined(separator: ", ")
      throw ValidationError("unknown preset \(preset); the presets are \(names)")
    }
    let resetsMoments = try parsedOverrides()?.resetMoments == true || options.resetMoments
    if resetsMoments, from == nil || fresh {
      throw ValidationError("--reset-moments requires --from and cannot be combined with --fresh")
    }
  }

  func run() throws {
    if listPresets { return try list() }
    if printNetworks {
      let configuration = try configured(try from.map { try TensorFile($0) })
      if let error = configuration.settingsValidationError { throw ValidationError(error) }
      return try printNetworks(configuration)
    }
    let output = try output.open(keeping: like, from)
    let parent = try from.map { try Self.open(checkpoint: $0) }
    let configuration = try configured(parent)
    if let validationError = configuration.validationError {
      throw ValidationError(validationError)
    }
    if let parent, !fresh { try requireSameNetworks(configuration, parent) }
    if let warning = configuration.warning { Self.report("warning: \(warning)") }
    let state =
      if let parent, !fresh {
        try TrainingState(
          configuration, from: parent,
          keepsMoments: !options.resetMoments && parsedOverrides()?.resetMoments != true)
      } else { TrainingState(initial: configuration) }
    try state.write(to: output)
  }

  /// Checks that the weights of a checkpoint fit.
  private func requireSameNetworks(
    _ configuration: TrainingConfiguration, _ parent: TensorFile
  ) throws {
    guard parent.header.kind != "trace" else {
      throw FileError(
        .invalid, parent.path, "is a trace, which has no weights; add --fresh to use its settings")
    }
    let old = try TrainingConfiguration(parent)
    guard configuration.hasSameNetworks(as: old), configuration.initialization == old.initialization
    else {
      throw ValidationError(
        "--latent, --generator, --critic and --initialization cannot change trained networks; "
          + "add --fresh to start from new weights")
    }
  }

  private func configured(_ parent: TensorFile?) throws -> TrainingConfiguration {
    var configuration = try initialConfiguration(parent)
    if let seed { configuration.seed = seed }
    let isNewRun = parent != nil
    try parsedOverrides()?.apply(to: &configuration, mayChangeConstraint: isNewRun)
    try options.apply(to: &configuration, mayChangeConstraint: isNewRun)
    return configuration
  }

  /// The configuration that the other options override.
  private func initialConfiguration(_ parent: TensorFile?) throws -> TrainingConfiguration {
    if let parent { return try TrainingConfiguration(parent).withoutOrigin }
    guard let preset = preset.flatMap(Preset.init) else {
      throw ValidationError("missing --preset NAME; --list-presets prints all presets")
    }
    return try configuration(of: preset, try image())
  }

  /// The options in the text of `--overrides`.
  private func parsedOverrides() throws -> Overrides? {
    guard let overrides else { return nil }
    guard let arguments = shellWords(overrides) else {
      throw ValidationError("--overrides: unterminated quotation: \(overrides)")
    }
    do { return try Overrides.parse(arguments) } catch {
      // --help, or a request for completions.
      let isOther = Overrides.exitCode(for: error) == .success
      let message = isOther ? "\(overrides) is not an override" : Overrides.message(for: error)
      throw ValidationError("--overrides: \(message.prefix(1).lowercased() + message.dropFirst())")
    }
  }

  private func configuration(of preset: Preset, _ image: Shape) throws -> TrainingConfiguration {
    do {
      return try preset.configuration(image: image, seed: 0)
    } catch { throw ValidationError("--preset \(preset.name): \(error)") }
  }

  private func image() throws -> Shape {
    if let like { return try Shape(like: try Self.open(images: like)) }
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
      try StandardStream.write("\(preset.name.padded(to: 16))\(preset.summary); \(size)\n", to: 1)
    }
  }
}

import ArgumentParser
import Engine
import ToolSupport
import WGAN

/// The options that override settings of a preset.
struct Overrides: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Batch size, 1 to 65536: real images per critic step, and as many generated ones.",
      valueName: "n"))
  var batchSize: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Critic steps per generator step, 1 to 1000000.", valueName: "n"))
  var criticSteps: Int?

  @Option(
    help: ArgumentHelp(
      "'N F P': N critic steps before each of the first F generator steps and before every P-th one; or "
        + "none.", valueName: "n f p"),
    transform: expecting(
      "three integers from 1 such as '100 25 500', or none", { CriticWarmUp($0) }))
  var criticWarmUp: CriticWarmUp?

  @Option(
    help: ArgumentHelp(
      "Real images: fresh (a new batch per critic step) or reused (one batch for all critic steps before "
        + "a generator step).", valueName: "mode"))
  var realBatch: RealBatch?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Weight of the gradient penalty, greater than 0.", valueName: "x"))
  var lambda: Double?

  @Option(
    help: ArgumentHelp(
      "Distribution of the weights of the interpolates in the gradient penalty: uniform, as published, or "
        + "normal, an error of some implementations, for comparison.",
      valueName: "distribution"))
  var interpolation: Interpolation?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Bound of weight clipping, greater than 0.", valueName: "x"))
  var clip: Double?

  @Option(help: ArgumentHelp("Optimizer of both networks: rmsprop or adam.", valueName: "name"))
  var optimizer: OptimizerName?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Learning rate of both networks.", valueName: "x"))
  var learningRate: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Learning rate of the critic; takes precedence over --learning-rate.", valueName: "x"))
  var criticLearningRate: Double?

  @Option(
    help: ArgumentHelp("Learning rate schedule; see above.", valueName: "text"),
    transform: expecting("a schedule such as 'linear 20000' (see --help)", { Schedule($0) }))
  var schedule: Schedule?

  @Option(
    name: .customLong("beta1"), parsing: .unconditional,
    help: ArgumentHelp("Decay rate of Adam's first moment.", valueName: "x"))
  var beta1: Double?

  @Option(
    name: .customLong("beta2"), parsing: .unconditional,
    help: ArgumentHelp("Decay rate of Adam's second moment.", valueName: "x")
  )
  var beta2: Double?

  @Option(parsing: .unconditional, help: ArgumentHelp("Decay rate of RMSProp.", valueName: "x"))
  var alpha: Double?

  @Option(
    help: ArgumentHelp(
      "Weight initialization: pytorch, glorot, he or dcgan.", valueName: "name"))
  var initialization: Initialization?

  @Option(parsing: .unconditional, help: ArgumentHelp("Size of a latent vector.", valueName: "n"))
  var latent: Int?

  @Option(
    help: ArgumentHelp("Read the layers of the generator from this text file.", valueName: "file"),
    completion: .file())
  var generator: String?

  @Option(
    help: ArgumentHelp("Read the layers of the critic from this text file.", valueName: "file"),
    completion: .file())
  var critic: String?

  @Flag(
    help:
      "With --from: start with optimizer moments of 0. They are 0 in any case if the optimizer changes."
  )
  var resetMoments = false

  enum OptimizerName: String, ExpressibleByArgument, CaseIterable { case rmsprop, adam }

  /// Applies the options.
  ///
  /// - Parameter mayChangeConstraint: Whether `--clip` and `--lambda` may replace the other constraint.
  func apply(
    to configuration: inout TrainingConfiguration, mayChangeConstraint: Bool
  ) throws {
    if mayChangeConstraint { try changeConstraint(of: &configuration) }
    if let batchSize { configuration.batchSize = batchSize }
    if let criticSteps { configuration.criticSteps = criticSteps }
    if let criticWarmUp { configuration.criticWarmUp = criticWarmUp }
    if let realBatch { configuration.realBatch = realBatch }
    if let schedule { configuration.schedule = schedule }
    if let initialization { configuration.initialization = initialization }
    if let latent { configuration.latent = latent }
    if let generator { configuration.generator = try Architecture(contentsOf: generator) }
    if let critic { configuration.critic = try Architecture(contentsOf: critic) }
    try applyConstraint(to: &configuration)
    for network in [\TrainingConfiguration.generatorOptimizer, \.criticOptimizer] {
      try apply(to: &configuration[keyPath: network])
    }
    if let criticLearningRate { configuration.criticOptimizer.rate = criticLearningRate }
  }

  /// Replaces the constraint if an option of the other one is given.
  private func changeConstraint(of configuration: inout TrainingConfiguration) throws {
    if clip != nil, lambda != nil {
      throw ValidationError("--clip cannot be combined with --lambda")
    }
    switch configuration.constraint {
    case .clip: if let lambda { configuration.constraint = .gradientPenalty(weight: lambda) }
    case .gradientPenalty:
      guard let clip else { return }
      configuration.constraint = .clip(bound: clip)
      configuration.interpolation = .uniform
    }
  }

  /// An option of the other constraint is an error, because it would have no effect.
  private func applyConstraint(to configuration: inout TrainingConfiguration) throws {
    switch configuration.constraint {
    case .clip:
      for (name, isGiven) in [("lambda", lambda != nil), ("interpolation", interpolation != nil)]
      where isGiven {
        throw ValidationError("--\(name) does not apply: the critic uses weight clipping (--clip)")
      }
      if let clip { configuration.constraint = .clip(bound: clip) }
    case .gradientPenalty:
      if clip != nil {
        throw ValidationError(
          "--clip does not apply: the critic uses a gradient penalty (--lambda)")
      }
      if let lambda { configuration.constraint = .gradientPenalty(weight: lambda) }
      if let interpolation { configuration.interpolation = interpolation }
    }
  }

  private func apply(to setting: inout Optimizer) throws {
    switch (optimizer, setting) {
    case (.adam, .rmsprop(let rate, _, _)): setting = .adam(rate: rate)
    case (.rmsprop, .adam(let rate, _, _, _)): setting = .rmsprop(rate: rate)
    default: break
    }
    switch setting {
    case .adam(let rate, let first, let second, let epsilon):
      if alpha != nil { throw ValidationError("--alpha does not apply: the optimizer is Adam") }
      setting = .adam(rate: rate, beta1: beta1 ?? first, beta2: beta2 ?? second, epsilon: epsilon)
    case .rmsprop(let rate, let decay, let epsilon):
      if beta1 != nil || beta2 != nil {
        throw ValidationError("--beta1 and --beta2 do not apply: the optimizer is RMSProp")
      }
      setting = .rmsprop(rate: rate, alpha: alpha ?? decay, epsilon: epsilon)
    }
    if let learningRate { setting.rate = learningRate }
  }
}

extension RealBatch: ExpressibleByArgument {}
extension Interpolation: ExpressibleByArgument {}
extension Initialization: ExpressibleByArgument {}

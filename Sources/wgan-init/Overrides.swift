import ArgumentParser
import Engine
import WGAN

/// Every hyper-parameter of a preset, as an option.
struct Overrides: ParsableArguments {
  @Option(parsing: .unconditional, help: "Samples of each kind in a step.")
  var batchSize: Int?

  @Option(parsing: .unconditional, help: "Critic steps for each generator step.")
  var criticSteps: Int?

  @Option(
    help: ArgumentHelp(
      "Other critic steps at times: 100 25 500 is 100 for each of the first 25 generator steps and "
        + "for every 500th; or none.", valueName: "steps first every"))
  var criticWarmUp: CriticWarmUp?

  @Option(help: "The real images of the critic steps for one generator step: fresh or reused.")
  var realBatch: RealBatch?

  @Option(parsing: .unconditional, help: "The weight of the gradient penalty.")
  var lambda: Double?

  @Option(
    help: ArgumentHelp(
      "How interpolates are drawn for the gradient penalty: uniform; normal, for comparison only.",
      valueName: "distribution"))
  var interpolation: Interpolation?

  @Option(parsing: .unconditional, help: "The bound that clips the critic's parameters.")
  var clip: Double?

  @Option(help: "The rule of both networks: rmsprop or adam.")
  var optimizer: Rule?

  @Option(parsing: .unconditional, help: "The learning rate of both networks.")
  var learningRate: Double?

  @Option(parsing: .unconditional, help: "The learning rate of the critic alone.")
  var criticLearningRate: Double?

  @Option(help: ArgumentHelp("How the learning rates change; see above.", valueName: "text"))
  var schedule: Schedule?

  @Option(name: .customLong("beta1"), parsing: .unconditional, help: "Adam's first decay.")
  var beta1: Double?

  @Option(name: .customLong("beta2"), parsing: .unconditional, help: "Adam's second decay.")
  var beta2: Double?

  @Option(parsing: .unconditional, help: "RMSProp's decay.")
  var alpha: Double?

  @Option(
    help: ArgumentHelp(
      "What the networks begin with: pytorch, glorot, he or dcgan.", valueName: "name"))
  var initialization: Initialization?

  @Option(parsing: .unconditional, help: "Numbers in a latent.")
  var latent: Int?

  @Option(
    help: ArgumentHelp("Take the generator's layers from this text.", valueName: "file"),
    completion: .file())
  var generator: String?

  @Option(
    help: ArgumentHelp("Take the critic's layers from this text.", valueName: "file"),
    completion: .file())
  var critic: String?

  enum Rule: String, ExpressibleByArgument, CaseIterable { case rmsprop, adam }

  func apply(to configuration: inout TrainingConfiguration) throws {
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

  /// A preset holds its critic in one way; the other way's number would be ignored, so it is
  /// refused.
  private func applyConstraint(to configuration: inout TrainingConfiguration) throws {
    switch configuration.constraint {
    case .clip:
      for (name, isGiven) in [("lambda", lambda != nil), ("interpolation", interpolation != nil)]
      where isGiven {
        throw ValidationError("--\(name): this preset clips weights (--clip)")
      }
      if let clip { configuration.constraint = .clip(bound: clip) }
    case .gradientPenalty:
      if clip != nil {
        throw ValidationError("--clip: this preset has a gradient penalty (--lambda)")
      }
      if let lambda { configuration.constraint = .gradientPenalty(weight: lambda) }
      if let interpolation { configuration.interpolation = interpolation }
    }
  }

  private func apply(to rule: inout Optimizer) throws {
    switch (optimizer, rule) {
    case (.adam, .rmsprop(let rate, _, _)): rule = .adam(rate: rate)
    case (.rmsprop, .adam(let rate, _, _, _)): rule = .rmsprop(rate: rate)
    default: break
    }
    switch rule {
    case .adam(let rate, let first, let second, let epsilon):
      if alpha != nil { throw ValidationError("--alpha is RMSProp's; this run has Adam") }
      rule = .adam(rate: rate, beta1: beta1 ?? first, beta2: beta2 ?? second, epsilon: epsilon)
    case .rmsprop(let rate, let decay, let epsilon):
      if beta1 != nil || beta2 != nil {
        throw ValidationError("--beta1 and --beta2 are Adam's; this run has RMSProp")
      }
      rule = .rmsprop(rate: rate, alpha: alpha ?? decay, epsilon: epsilon)
    }
    if let learningRate { rule.rate = learningRate }
  }
}

extension CriticWarmUp: ExpressibleByArgument {}
extension Schedule: ExpressibleByArgument {}
extension RealBatch: ExpressibleByArgument {}
extension Interpolation: ExpressibleByArgument {}
extension Initialization: ExpressibleByArgument {}

import ArgumentParser
import WGAN

/// Every hyper-parameter of a preset, as an option.
struct Overrides: ParsableArguments {
  @Option(parsing: .unconditional, help: "Samples of each kind in a step.")
  var batchSize: Int?

  @Option(parsing: .unconditional, help: "Critic steps for each generator step.")
  var criticSteps: Int?

  @Option(parsing: .unconditional, help: "The weight of the gradient penalty.")
  var lambda: Double?

  @Option(parsing: .unconditional, help: "The bound that clips the critic's parameters.")
  var clip: Double?

  @Option(help: "The rule of both networks: rmsprop or adam.")
  var optimizer: Rule?

  @Option(parsing: .unconditional, help: "The learning rate of both networks.")
  var learningRate: Double?

  @Option(parsing: .unconditional, help: "The learning rate of the critic alone.")
  var criticLearningRate: Double?

  @Option(name: .customLong("beta1"), parsing: .unconditional, help: "Adam's first decay.")
  var beta1: Double?

  @Option(name: .customLong("beta2"), parsing: .unconditional, help: "Adam's second decay.")
  var beta2: Double?

  @Option(parsing: .unconditional, help: "RMSProp's decay.")
  var alpha: Double?

  @Option(parsing: .unconditional, help: "Numbers in a latent.")
  var latent: Int?

  @Option(help: ArgumentHelp("Take the generator's layers from this text.", valueName: "file"))
  var generator: String?

  @Option(help: ArgumentHelp("Take the critic's layers from this text.", valueName: "file"))
  var critic: String?

  enum Rule: String, ExpressibleByArgument, CaseIterable { case rmsprop, adam }

  func apply(to configuration: inout Configuration) throws {
    if let batchSize { configuration.batchSize = batchSize }
    if let criticSteps { configuration.criticSteps = criticSteps }
    if let latent { configuration.latent = latent }
    if let generator { configuration.generator = try Architecture(contentsOf: generator) }
    if let critic { configuration.critic = try Architecture(contentsOf: critic) }
    try applyConstraint(to: &configuration)
    for network in [\Configuration.generatorOptimizer, \.criticOptimizer] {
      try apply(to: &configuration[keyPath: network])
    }
    if let criticLearningRate { configuration.criticOptimizer.rate = criticLearningRate }
  }

  /// A preset holds its critic in one way; the other way's number would be ignored, so it is
  /// refused.
  private func applyConstraint(to configuration: inout Configuration) throws {
    switch configuration.constraint {
    case .clip:
      if lambda != nil { throw ValidationError("--lambda: this preset clips weights (--clip)") }
      if let clip { configuration.constraint = .clip(bound: clip) }
    case .gradientPenalty:
      if clip != nil {
        throw ValidationError("--clip: this preset has a gradient penalty (--lambda)")
      }
      if let lambda { configuration.constraint = .gradientPenalty(weight: lambda) }
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

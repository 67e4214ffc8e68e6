/// The two networks of a training.
struct TrainedNetworks<S: Scalar>: Sendable {
  let generator: TrainedNetwork<S>, critic: TrainedNetwork<S>

  /// Both, of zeros.
  init(zeros configuration: Configuration) {
    generator = TrainedNetwork(configuration.generatorNetwork, configuration.generatorOptimizer)
    critic = TrainedNetwork(configuration.criticNetwork, configuration.criticOptimizer)
  }

  /// Draws what a run begins with.
  func draw(_ configuration: Configuration) {
    let (rule, key) = (configuration.initialization, configuration.seed)
    generator.network.initialize(generator.runs, by: rule, key: key, firstStep: 0)
    critic.network.initialize(
      critic.runs, by: rule, key: key, firstStep: generator.network.parameters.count)
  }
}

/// A network, its numbers, and the rule that they follow.
struct TrainedNetwork<S: Scalar>: Sendable {
  let network: Network
  let optimizer: Optimizer
  let runs: ParameterRuns<S>

  /// A network of zeros.
  init(_ network: Network, _ optimizer: Optimizer) {
    self.network = network
    self.optimizer = optimizer
    runs = ParameterRuns(network, moments: optimizer.momentNames.count, in: Workspace())
  }
}

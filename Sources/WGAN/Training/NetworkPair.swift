import Engine

/// The two networks of a training.
struct NetworkPair<S: Scalar>: Sendable {
  let generator: TrainedNetwork<S>, critic: TrainedNetwork<S>

  /// Both, of zeros.
  init(zeros configuration: TrainingConfiguration) {
    generator = TrainedNetwork(configuration.generatorNetwork, configuration.generatorOptimizer)
    critic = TrainedNetwork(configuration.criticNetwork, configuration.criticOptimizer)
  }

  /// Draws what a run begins with.
  func draw(_ configuration: TrainingConfiguration) {
    let (rule, key) = (configuration.initialization, configuration.seed)
    generator.network.initialize(generator.store, by: rule, key: key, firstStep: 0)
    critic.network.initialize(
      critic.store, by: rule, key: key, firstStep: generator.network.parameters.count)
  }
}

/// A network, its numbers, and the rule that they follow.
struct TrainedNetwork<S: Scalar>: Sendable {
  let network: Network
  let optimizer: Optimizer
  let store: ParameterStore<S>

  /// A network of zeros.
  init(_ network: Network, _ optimizer: Optimizer) {
    self.network = network
    self.optimizer = optimizer
    store = ParameterStore(network, moments: optimizer.momentNames.count, in: Workspace())
  }
}

import Engine

/// The generator and the critic of a run.
struct NetworkPair<S: Scalar>: Sendable {
  let generator: TrainedNetwork<S>, critic: TrainedNetwork<S>

  /// Makes both networks with zeros.
  init(zeros configuration: TrainingConfiguration) {
    generator = TrainedNetwork(configuration.generatorNetwork, configuration.generatorOptimizer)
    critic = TrainedNetwork(configuration.criticNetwork, configuration.criticOptimizer)
  }

  /// Draws the initial weights of both networks.
  func draw(_ configuration: TrainingConfiguration) {
    let (rule, key) = (configuration.initialization, configuration.seed)
    generator.network.initialize(generator.store, by: rule, key: key, firstStep: 0)
    critic.network.initialize(
      critic.store, by: rule, key: key, firstStep: generator.network.parameters.count)
  }
}

/// A network, its parameters and its optimizer.
struct TrainedNetwork<S: Scalar>: Sendable {
  let network: Network
  let optimizer: Optimizer
  let store: ParameterStore<S>

  /// Makes a network with zeros.
  init(_ network: Network, _ optimizer: Optimizer) {
    self.network = network
    self.optimizer = optimizer
    store = ParameterStore(network, moments: optimizer.momentNames.count, in: Workspace())
  }
}

/// Everything that a training run is: configuration, progress, both networks with their moments.
/// A checkpoint is this in a file; `Trainer` maps one state to the next.
public final class TrainingState {
  /// What was decided at the beginning.
  public let configuration: Configuration
  /// How far the run has come.
  public internal(set) var progress: Progress
  let generator: TrainedNetwork
  let critic: TrainedNetwork

  /// The state at the beginning, weights drawn from the seed.
  ///
  /// - Precondition: the configuration has no `flaw`.
  public convenience init(initial configuration: Configuration) {
    self.init(zeros: configuration, progress: Progress(configuration))
    let key = configuration.seed
    generator.network.initialize(
      generator.runs, by: configuration.initialization, key: key, firstStep: 0)
    critic.network.initialize(
      critic.runs, by: configuration.initialization, key: key,
      firstStep: generator.network.parameters.count)
  }

  /// A state of zeros, to be read into.
  init(zeros configuration: Configuration, progress: Progress) {
    precondition(configuration.flaw == nil)
    self.configuration = configuration
    self.progress = progress
    generator = TrainedNetwork(configuration.generatorNetwork, configuration.generatorOptimizer)
    critic = TrainedNetwork(configuration.criticNetwork, configuration.criticOptimizer)
  }
}

/// A network, its numbers, and the rule that they follow.
struct TrainedNetwork: Sendable {
  let network: Network
  let optimizer: Optimizer
  let runs: ParameterRuns<Float>

  /// A network of zeros.
  init(_ network: Network, _ optimizer: Optimizer) {
    self.network = network
    self.optimizer = optimizer
    runs = ParameterRuns(network, moments: optimizer.momentNames.count, in: Workspace())
  }
}

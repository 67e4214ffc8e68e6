import Engine

/// The complete state of a training run: configuration, progress, and both networks with their
/// optimizer state.
///
/// A checkpoint file contains exactly this. ``Trainer`` advances a state step by step.
public final class TrainingState {
  /// The hyperparameters, networks and seed of the run.
  public let configuration: TrainingConfiguration
  /// The counters of the run.
  public internal(set) var progress: TrainingProgress
  let networks: NetworkPair<Float>
  var generator: TrainedNetwork<Float> { networks.generator }
  var critic: TrainedNetwork<Float> { networks.critic }

  /// Makes the state before the first step. The weights are drawn from the seed.
  ///
  /// - Parameter configuration: The configuration of the run.
  /// - Precondition: `configuration.validationError` is `nil`.
  public convenience init(initial configuration: TrainingConfiguration) {
    self.init(zeros: configuration, progress: TrainingProgress(configuration))
    networks.draw(configuration)
  }

  /// Makes a state whose networks are all zeros, to be filled from a file.
  init(zeros configuration: TrainingConfiguration, progress: TrainingProgress) {
    precondition(configuration.validationError == nil)
    self.configuration = configuration
    self.progress = progress
    networks = NetworkPair(zeros: configuration)
  }
}

import Engine

/// Everything that a training run is: configuration, progress, both networks with their moments.
/// A checkpoint is this in a file; `Trainer` maps one state to the next.
public final class TrainingState {
  /// What was decided at the beginning.
  public let configuration: TrainingConfiguration
  /// How far the run has come.
  public internal(set) var progress: TrainingProgress
  let networks: NetworkPair<Float>
  var generator: TrainedNetwork<Float> { networks.generator }
  var critic: TrainedNetwork<Float> { networks.critic }

  /// The state at the beginning, weights drawn from the seed.
  ///
  /// - Precondition: the configuration has no `validationError`.
  public convenience init(initial configuration: TrainingConfiguration) {
    self.init(zeros: configuration, progress: TrainingProgress(configuration))
    networks.draw(configuration)
  }

  /// A state of zeros, to be read into.
  init(zeros configuration: TrainingConfiguration, progress: TrainingProgress) {
    precondition(configuration.validationError == nil)
    self.configuration = configuration
    self.progress = progress
    networks = NetworkPair(zeros: configuration)
  }
}

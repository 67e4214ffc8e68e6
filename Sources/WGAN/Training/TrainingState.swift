/// Everything that a training run is: configuration, progress, both networks with their moments.
/// A checkpoint is this in a file; `Trainer` maps one state to the next.
public final class TrainingState {
  /// What was decided at the beginning.
  public let configuration: Configuration
  /// How far the run has come.
  public internal(set) var progress: Progress
  let networks: TrainedNetworks<Float>
  var generator: TrainedNetwork<Float> { networks.generator }
  var critic: TrainedNetwork<Float> { networks.critic }

  /// The state at the beginning, weights drawn from the seed.
  ///
  /// - Precondition: the configuration has no `flaw`.
  public convenience init(initial configuration: Configuration) {
    self.init(zeros: configuration, progress: Progress(configuration))
    networks.draw(configuration)
  }

  /// A state of zeros, to be read into.
  init(zeros configuration: Configuration, progress: Progress) {
    precondition(configuration.flaw == nil)
    self.configuration = configuration
    self.progress = progress
    networks = TrainedNetworks(zeros: configuration)
  }
}

import Engine
import TensorIO

extension TrainingState {
  /// Makes the state before the first step of a new run that starts from the weights of a checkpoint.
  ///
  /// The progress starts at 0: epochs, steps, the schedule and the random numbers. The configuration
  /// of the state records the checkpoint in ``TrainingConfiguration/origin``.
  ///
  /// - Parameters:
  ///   - configuration: The configuration of the new run.
  ///   - file: The checkpoint.
  ///   - keepsMoments: Whether each network keeps the moments of its optimizer. They are 0 in any
  ///     case where the optimizer is of another kind.
  /// - Throws: `FileError` if the file is not a checkpoint, or not valid.
  /// - Precondition: The configuration has no `validationError`. Its networks are those of the
  ///   checkpoint.
  public convenience init(
    _ configuration: TrainingConfiguration, from file: TensorFile, keepsMoments: Bool
  ) throws(FileError) {
    let parent = try TrainingState(file)
    precondition(configuration.hasSameNetworks(as: parent.configuration))
    var configuration = configuration
    let (old, done) = (parent.configuration, parent.progress)
    let keepsGenerator =
      keepsMoments && configuration.generatorOptimizer.isSameKind(as: old.generatorOptimizer)
    let keepsCritic =
      keepsMoments && configuration.criticOptimizer.isSameKind(as: old.criticOptimizer)
    configuration.origin = Origin(file, done)
    configuration.generatorUpdates = keepsGenerator ? old.generatorUpdates + done.generatorSteps : 0
    configuration.criticUpdates = keepsCritic ? old.criticUpdates + done.criticSteps : 0
    var progress = TrainingProgress(configuration)
    progress.arithmetic = done.arithmetic
    self.init(zeros: configuration, progress: progress)
    generator.store.copy(parent.generator.store, withMoments: keepsGenerator)
    critic.store.copy(parent.critic.store, withMoments: keepsCritic)
  }
}

extension TrainingConfiguration {
  /// Returns whether the weights of another configuration fit the networks of this one.
  ///
  /// - Parameter other: The other configuration.
  public func hasSameNetworks(as other: TrainingConfiguration) -> Bool {
    (image, latent, generator, critic) == (other.image, other.latent, other.generator, other.critic)
  }
}

extension Optimizer {
  /// Whether the moments of another optimizer have the same meaning in this one.
  fileprivate func isSameKind(as other: Optimizer) -> Bool { momentNames == other.momentNames }
}

extension ParameterStore<Float> {
  fileprivate func copy(_ other: Self, withMoments: Bool) {
    parameters.copy(other.parameters)
    buffers.copy(other.buffers)
    if withMoments { for (moment, value) in zip(moments, other.moments) { moment.copy(value) } }
  }
}

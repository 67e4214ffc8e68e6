import Engine

/// Trains a state: it counts steps, batches and epochs, and decides which network steps next.
public final class Trainer {
  /// The state, which every step changes in place.
  public let state: TrainingState
  let trainingStep: TrainingStep<Float>

  /// The identity of the run, also before its first step.
  public var run: String {
    state.progress.run
      ?? state.configuration.runIdentity(images: trainingStep.images.fingerprint)
  }

  /// The number of batches in an epoch. Images that do not fill a last batch are not used.
  public let batchesPerEpoch: Int

  /// Makes a trainer that continues from a state.
  ///
  /// - Parameters:
  ///   - state: The state to train. Nothing else may change it during the lifetime of the trainer.
  ///   - images: The real images.
  ///   - pool: The threads that compute the steps. Their number does not change the result.
  /// - Throws: `TrainingError` if the images do not have the shape of the configuration, are too
  ///   few for one batch, or differ from those with which the current epoch started; or if there is
  ///   too little memory for a batch.
  public init(_ state: TrainingState, images: TrainingImages, pool: ThreadPool)
    throws(TrainingError)
  {
    let configuration = state.configuration
    guard images.shape == configuration.image else {
      throw .images("images are \(images.shape) (expected \(configuration.image))")
    }
    batchesPerEpoch = images.count / configuration.batchSize
    guard batchesPerEpoch > 0 else {
      throw .images(
        "too few images for a batch (expected at least \(configuration.batchSize), found "
          + "\(images.count)); wgan-init --batch-size sets the batch size")
    }
    guard !state.progress.isMidEpoch || state.progress.images == images.fingerprint else {
      throw .images(
        "the images are not those with which the current epoch started (the checkpoint is at batch "
          + "\(state.progress.batch)); finish the epoch with the same images")
    }
    guard state.progress.batch < batchesPerEpoch else {
      throw .images(
        "the checkpoint is at batch \(state.progress.batch) of the epoch, but \(images.count) "
          + "images make only \(batchesPerEpoch) batches")
    }
    self.state = state
    func trainingStep(in workspace: Workspace<Float>) -> TrainingStep<Float> {
      TrainingStep(of: state.networks, configuration, images: images, pool: pool, in: workspace)
    }
    let size = Workspace.plan { _ = trainingStep(in: $0) }
    if let shortage = Memory.shortage(of: size, for: "a batch of \(configuration.batchSize)") {
      throw .memory(shortage)
    }
    self.trainingStep = trainingStep(in: Workspace())
  }

  /// Does one step: a critic step, then a generator step if one is due. If only one network is
  /// trained, it does one step of that network.
  ///
  /// - Parameters:
  ///   - networks: The networks to train.
  ///   - trace: Records everything that the step drew and computed.
  /// - Returns: The metrics of the step.
  /// - Throws: `TrainingError.notFinite`, where the state does not contain the step of the network
  ///   whose gradient is not finite, but contains a critic step before it; `FileError` if the trace
  ///   cannot be written.
  public func step(_ networks: TrainedNetworks = .both, trace: Trace? = nil) throws -> StepReport {
    let configuration = state.configuration
    state.progress.arithmetic.enter()
    state.progress.run = run
    var report = StepReport(
      epoch: state.progress.epoch + 1, rates: configuration.rates(at: state.progress))
    if networks != .generator {
      let critic = try trainingStep.updateCritic(at: state.progress)
      state.progress.criticSteps += 1
      state.progress.images = trainingStep.images.fingerprint
      report.critic = critic
      report.count(state.progress)
      try trace?.append(critic: report)
      state.progress.advance(after: critic, networks, configuration)
    }
    if networks == .generator || networks == .both && state.progress.isGeneratorDue(configuration) {
      let score: Double
      do { score = try trainingStep.updateGenerator(at: state.progress) } catch {
        // The critic step is complete, so the state can be saved.
        finishEpochIfDue()
        throw error
      }
      state.progress.generatorSteps += 1
      report.generator = score
      report.count(state.progress)
      try trace?.append(generator: report)
      state.progress.advance(afterGenerator: score, networks, configuration)
    }
    finishEpochIfDue()
    return report
  }

  private func finishEpochIfDue() {
    if state.progress.batch == batchesPerEpoch {
      state.progress.finishEpoch(state.configuration)
    }
  }
}

/// The reason why training cannot start or continue.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The images do not fit the configuration or the progress.
  case images(String)
  /// There is too little memory for a batch.
  case memory(String)
  /// The loss or its gradient contains an infinity or a NaN. The step was not done.
  case notFinite(String)

  /// One line for an error message, without the file name.
  public var description: String {
    switch self {
    case .images(let reason), .memory(let reason): reason
    case .notFinite(let step):
      "\(step): the gradient is not finite, so the step was not done"
    }
  }
}

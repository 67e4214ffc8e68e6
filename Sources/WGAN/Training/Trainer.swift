import Engine

/// Maps a training state to the next: keeps count of steps, batches and epochs, and says whose turn
/// it is. What a step does to a network is in `Updates`.
public final class Trainer {
  /// What is trained, as it is now.
  public let state: TrainingState
  let updates: Updates<Float>

  /// Batches in an epoch: a last short one is left out.
  public let batchesPerEpoch: Int

  /// A trainer that goes on from `state`. It takes the state over.
  ///
  /// - Throws: `TrainingError` when the images are not of the network's shape, too few for a batch,
  ///   or others than those of an epoch that has begun, and when a batch takes more memory than there
  ///   is.
  public init(_ state: TrainingState, images: TrainingImages, pool: ThreadPool)
    throws(TrainingError)
  {
    let configuration = state.configuration
    guard images.shape == configuration.image else {
      throw .images("images are \(images.shape), the network's are \(configuration.image)")
    }
    batchesPerEpoch = images.count / configuration.batchSize
    guard batchesPerEpoch > 0 else {
      throw .images(
        "\(images.count == 1 ? "1 image does" : "\(images.count) images do") not make a batch of "
          + "\(configuration.batchSize), which wgan-init --batch-size sets")
    }
    guard !state.progress.isMidEpoch || state.progress.images == images.fingerprint else {
      throw .images(
        "other images than those of the epoch in hand, which the checkpoint left at batch "
          + "\(state.progress.batch)")
    }
    guard state.progress.batch < batchesPerEpoch else {
      throw .images("\(images.count) images end before batch \(state.progress.batch)")
    }
    self.state = state
    func updates(in workspace: Workspace<Float>) -> Updates<Float> {
      Updates(of: state.networks, configuration, images: images, pool: pool, in: workspace)
    }
    let size = Workspace.plan { _ = updates(in: $0) }
    if let refusal = Memory.shortage(of: size, for: "a batch of \(configuration.batchSize)") {
      throw .memory(refusal)
    }
    self.updates = updates(in: Workspace())
  }

  /// One step of the given side: with `both` a critic step, and the generator step if one is due.
  /// What either drew and computed goes to the trace, if there is one.
  ///
  /// - Throws: `TrainingError.notFinite` before a parameter of the network in question is changed;
  ///   what the trace throws.
  public func step(_ trained: TrainedNetworks, trace: Trace? = nil) throws -> StepReport {
    let configuration = state.configuration
    state.progress.arithmetic.enter()
    var report = StepReport(
      epoch: state.progress.epoch + 1, rates: configuration.rates(at: state.progress))
    if trained != .generator {
      let seen = try updates.updateCritic(at: state.progress)
      state.progress.criticSteps += 1
      state.progress.images = updates.images.fingerprint
      report.critic = seen
      report.count(state.progress)
      try trace?.append(critic: report)
      state.progress.advance(after: seen, trained, configuration)
    }
    if trained == .generator || trained == .both && state.progress.isGeneratorDue(configuration) {
      let mean = try updates.updateGenerator(at: state.progress)
      state.progress.generatorSteps += 1
      report.generator = mean
      report.count(state.progress)
      try trace?.append(generator: report)
      state.progress.advance(afterGenerator: mean, trained, configuration)
    }
    if state.progress.batch == batchesPerEpoch { state.progress.finishEpoch(configuration) }
    return report
  }
}

/// Why training cannot begin or go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The images do not fit the checkpoint.
  case images(String)
  /// There is not memory enough for a batch.
  case memory(String)
  /// The objective or its gradient has an infinity or a NaN; no parameter was changed.
  case notFinite(String)

  /// One clause, lower case.
  public var description: String {
    switch self {
    case .images(let reason), .memory(let reason): reason
    case .notFinite(let step):
      "\(step): the gradient is not finite; stopped before the update (a smaller learning rate may help)"
    }
  }
}

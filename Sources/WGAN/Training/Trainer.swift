import Synchronization

/// Maps a training state to the next (Arjovsky et al. 2017, algorithm 1; Gulrajani et al. 2017,
/// algorithm 1).
///
/// All shares of the work go through a step together and wait for one another between its parts:
/// what is shared by samples (draw, generate, *differentiate*), by rows of the weights
/// (*accumulate*), by parameters (*update*). No part depends on how it is shared.
public final class Trainer {
  /// What is trained, as it is now.
  public let state: TrainingState
  let images: TrainingImages
  private let workers: Workers
  private let key: UInt64
  private let workspace = Workspace<Float>()
  let critic: CriticObjective<Float>
  let generator: GeneratorObjective<Float>
  private(set) var order: DataOrder

  /// Batches in an epoch: a last short one is left out.
  public let batchesPerEpoch: Int

  /// A trainer that goes on from `state`. It takes the state over.
  ///
  /// - Throws: `TrainingError` when the images are not of the network's shape, too few for a batch,
  ///   or others than those of an epoch that has begun.
  public init(_ state: TrainingState, images: TrainingImages, workers: Workers)
    throws(TrainingError)
  {
    let configuration = state.configuration
    guard images.shape == configuration.image else {
      throw .images("images are \(images.shape), the network's are \(configuration.image)")
    }
    batchesPerEpoch = images.count / configuration.batchSize
    guard batchesPerEpoch > 0 else {
      throw .images("\(images.count) images do not make a batch of \(configuration.batchSize)")
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
    self.images = images
    self.workers = workers
    key = configuration.seed
    critic = CriticObjective(
      state.critic.network, batchSize: configuration.batchSize,
      penaltyWeight: configuration.constraint.penaltyWeight, in: workspace)
    generator = GeneratorObjective(state.generator.network, critic: critic, in: workspace)
    order = DataOrder(count: images.count)
  }

  /// One step of the given side: with `both` a critic step, and the generator step if one is due.
  /// What either drew and computed goes to the trace, if there is one.
  ///
  /// - Throws: `TrainingError.notFinite` before a parameter of the network in question is changed;
  ///   what the trace throws.
  public func step(_ side: TrainingSide, trace: Trace? = nil) throws -> StepReport {
    let configuration = state.configuration
    state.progress.arithmetic.enter()
    var report = StepReport(epoch: state.progress.epoch + 1, rates: rates)
    if side != .generator {
      let seen = try criticStep()
      report.critic = seen
      report.count(state.progress)
      try trace?.append(critic: report)
      state.progress.advance(after: seen, side, configuration)
    }
    if side == .generator || side == .both && state.progress.isGeneratorDue(configuration) {
      let mean = try generatorStep()
      report.generator = mean
      report.count(state.progress)
      try trace?.append(generator: report)
      state.progress.advance(afterGenerator: mean, side, configuration)
    }
    if state.progress.batch == batchesPerEpoch { state.progress.finishEpoch(configuration) }
    return report
  }

  /// The learning rates of the next step.
  private var rates: LearningRates { state.configuration.rates(at: state.progress) }

  /// One update of the critic, from the next batch of the epoch.
  private func criticStep() throws(TrainingError) -> CriticReport {
    let progress = state.progress
    order.shuffle(epoch: progress.epoch, key: key)
    let (critic, generator, images, key) = (critic, generator, images, key)
    let (judge, maker) = (state.critic, state.generator)
    let (rate, interpolation) = (rates.critic, state.configuration.interpolation)
    let first = progress.batch * critic.batchSize
    let step = UInt32(truncatingIfNeeded: progress.criticSteps)
    let constraint = state.configuration.constraint
    let batch = order.indices[first..<first + critic.batchSize]
    let isFinite = update(judge, rate, step: progress.criticSteps + 1, constraint) { share in
      let own = share.columns(of: 0..<critic.batchSize)
      let offset = UInt32(own.lowerBound)
      judge.network.derive(judge.runs, share: share)
      maker.network.derive(maker.runs, share: share)
      Float.fillNormal(
        generator.latents.columns(own), key: key, stream: RandomStream.criticNoise.rawValue,
        step: step, first: offset)
      interpolation.draw(
        into: critic.interpolation.columns(own), key: key, step: step, first: offset)
      generator.drawMasks(key: key, stream: .generatorDropoutForCritic, step: step, share: share)
      share.synchronize()
      generator.generate(maker.runs, share: share)
      share.synchronize()
      for chunk in critic.chunks {
        let own = share.columns(of: 0..<chunk.count)
        let samples = own.shifted(by: chunk.lowerBound)
        images.gather(
          batch[samples.shifted(by: first)], into: critic.real(chunk).columns(own))
        critic.fake(chunk).columns(own).copy(generator.samples.columns(samples))
        critic.drawMasks(chunk, key: key, step: step, share: share)
        share.synchronize()
        critic.differentiate(judge.runs, chunk, share: share)
        share.synchronize()
        critic.accumulate(judge.runs, chunk, share: share)
        share.synchronize()
      }
    } objective: {
      critic.report().objective
    }
    guard isFinite else { throw .notFinite("critic step \(progress.criticSteps + 1)") }
    state.progress.criticSteps += 1
    state.progress.images = images.fingerprint
    return critic.report()
  }

  /// One update of the generator. Returns the mean of C over its samples.
  private func generatorStep() throws(TrainingError) -> Double {
    let (critic, generator, key) = (critic, generator, key)
    let (judge, maker) = (state.critic, state.generator)
    let done = state.progress.generatorSteps
    let step = UInt32(truncatingIfNeeded: done)
    let isFinite = update(maker, rates.generator, step: done + 1, nil) { share in
      let own = share.columns(of: 0..<critic.batchSize)
      judge.network.derive(judge.runs, share: share)
      maker.network.derive(maker.runs, share: share)
      Float.fillNormal(
        generator.latents.columns(own), key: key, stream: RandomStream.generatorNoise.rawValue,
        step: step, first: UInt32(own.lowerBound))
      generator.drawMasks(key: key, stream: .generatorDropout, step: step, share: share)
      share.synchronize()
      generator.generate(maker.runs, share: share)
      share.synchronize()
      for chunk in critic.chunks {
        generator.drawCriticMasks(chunk, key: key, step: step, share: share)
        generator.judge(judge.runs, chunk, share: share)
        // The next chunk may be shorter, and cut at other columns.
        share.synchronize()
      }
      generator.differentiate(maker.runs, share: share)
      share.synchronize()
      generator.accumulate(maker.runs, share: share)
    } objective: {
      generator.criticMean()
    }
    guard isFinite else { throw .notFinite("generator step \(done + 1)") }
    state.progress.generatorSteps += 1
    return generator.criticMean()
  }

  /// One update of a network: all shares make its gradient, and if it and the objective are finite
  /// they move the parameters, then clip them where clipping holds the critic. Returns whether they
  /// are.
  private func update(
    _ network: TrainedNetwork, _ rate: Double, step: Int, _ constraint: Constraint?,
    differentiate: @Sendable (Share) -> Void, objective: @Sendable () -> Double
  ) -> Bool {
    let isFinite = Atomic(true)
    let optimizer = network.optimizer.with(rate: rate)
    workers.share { share in
      differentiate(share)
      if !network.network.isFinite(network.runs.gradients, share: share)
        || share.index == 0 && !objective().isFinite
      {
        isFinite.store(false, ordering: .relaxed)
      }
      share.synchronize()
      guard isFinite.load(ordering: .relaxed) else { return }
      let range = share.range(of: network.runs.count, unit: 64)
      if range.isEmpty { return }
      optimizer.update(network.runs, range, step: step)
      if case .clip(let bound) = constraint {
        Float.clamp(network.runs.parameters[range], bound: Float(bound))
      }
    }
    return isFinite.load(ordering: .relaxed)
  }
}

/// Why training cannot begin or go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The images do not fit the checkpoint.
  case images(String)
  /// The objective or its gradient has an infinity or a NaN; no parameter was changed.
  case notFinite(String)

  /// One clause, lower case.
  public var description: String {
    switch self {
    case .images(let reason): reason
    case .notFinite(let step):
      "\(step): the gradient is not finite; stopped before the update (a smaller learning rate may help)"
    }
  }
}

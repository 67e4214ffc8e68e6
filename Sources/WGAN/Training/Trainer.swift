/// Maps a training state to the next (Arjovsky et al. 2017, algorithm 1; Gulrajani et al. 2017,
/// algorithm 1).
///
/// A step has three parts with a barrier after each: *differentiate*, shared by samples;
/// *accumulate*, shared by rows of the weights; *update*, shared by parameters. No part depends on
/// how it is shared.
public final class Trainer {
  /// What is trained, as it is now.
  public let state: TrainingState
  private let images: TrainingImages
  private let workers: Workers
  private let key: UInt64
  private let workspace = Workspace<Float>()
  private let critic: CriticObjective<Float>
  private let generator: GeneratorObjective<Float>
  private var order: DataOrder
  /// One for each share: whether its part of the gradient is finite.
  private let finite: UnsafeMutableBufferPointer<Bool>

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
    finite = .allocate(capacity: workers.count)
    finite.initialize(repeating: true)
  }

  deinit { finite.deallocate() }

  /// One step of the given side: with `both` a critic step, and the generator step if one is due.
  ///
  /// - Throws: `TrainingError.notFinite` before a parameter of the network in question is changed.
  public func step(_ side: TrainingSide) throws(TrainingError) -> StepReport {
    let configuration = state.configuration
    var report = StepReport(epoch: state.progress.epoch + 1, rates: rates)
    if side != .generator {
      let seen = try criticStep()
      report.critic = seen
      state.progress.advance(after: seen, side, configuration)
    }
    if side == .generator || side == .both && state.progress.isGeneratorDue(configuration) {
      let mean = try generatorStep()
      report.generator = mean
      state.progress.advance(afterGenerator: mean, side, configuration)
    }
    if state.progress.batch == batchesPerEpoch { state.progress.finishEpoch(configuration) }
    report.criticStep = state.progress.criticSteps
    report.generatorStep = state.progress.generatorSteps
    return report
  }

  /// The learning rates of the next step.
  private var rates: LearningRates { state.configuration.rates(at: state.progress) }

  /// One update of the critic, from the next batch of the epoch.
  private func criticStep() throws(TrainingError) -> CriticReport {
    let progress = state.progress
    order.shuffle(epoch: progress.epoch, key: key)
    let (critic, generator, images, key) = (critic, generator, images, key)
    let (judge, maker) = (state.critic.runs, state.generator.runs)
    let interpolation = state.configuration.interpolation
    let first = progress.batch * critic.batchSize
    let step = UInt32(truncatingIfNeeded: progress.criticSteps)
    order.indices.withUnsafeBufferPointer { indices in
      nonisolated(unsafe) let batch = indices[first..<first + critic.batchSize]
      workers.share { share in
        let samples = share.samples(of: critic.batchSize)
        guard !samples.isEmpty, let indices = UnsafeBufferPointer(rebasing: batch).baseAddress
        else { return }
        let offset = UInt32(samples.lowerBound)
        images.gather(indices + samples.lowerBound, into: critic.real.columns(samples))
        Float.fillNormal(
          generator.latents.columns(samples), key: key, stream: RandomStream.criticNoise.rawValue,
          step: step, first: offset)
        generator.generate(maker.parameters, samples: samples)
        if critic.penaltyWeight != nil {
          interpolation.draw(
            into: critic.interpolation.columns(samples), key: key, step: step, first: offset)
        }
        critic.differentiate(judge.parameters, samples: samples)
      }
    }
    let isFinite = accumulate(state.critic) { share in
      critic.accumulate(share: share, into: judge.gradients)
    }
    let report = critic.report()
    guard isFinite, report.objective.isFinite else {
      throw .notFinite("critic step \(progress.criticSteps + 1)")
    }
    update(
      state.critic, rate: rates.critic, step: progress.criticSteps + 1,
      constraint: state.configuration.constraint)
    state.progress.criticSteps += 1
    state.progress.images = images.fingerprint
    return report
  }

  /// One update of the generator. Returns the mean of C over its samples.
  private func generatorStep() throws(TrainingError) -> Double {
    let (generator, key) = (generator, key)
    let (judge, maker) = (state.critic.runs, state.generator.runs)
    let step = UInt32(truncatingIfNeeded: state.progress.generatorSteps)
    workers.share { share in
      let samples = share.samples(of: generator.critic.batchSize)
      if samples.isEmpty { return }
      Float.fillNormal(
        generator.latents.columns(samples), key: key,
        stream: RandomStream.generatorNoise.rawValue, step: step, first: UInt32(samples.lowerBound))
      generator.differentiate(maker.parameters, critic: judge.parameters, samples: samples)
    }
    let isFinite = accumulate(state.generator) { share in
      generator.accumulate(share: share, into: maker.gradients)
    }
    let mean = generator.criticMean()
    guard isFinite, mean.isFinite else {
      throw .notFinite("generator step \(state.progress.generatorSteps + 1)")
    }
    update(
      state.generator, rate: rates.generator, step: state.progress.generatorSteps + 1,
      constraint: nil)
    state.progress.generatorSteps += 1
    return mean
  }

  /// Accumulates a gradient and says whether all of it is finite.
  private func accumulate(
    _ network: TrainedNetwork, _ accumulateShare: @Sendable (Share) -> Void
  ) -> Bool {
    nonisolated(unsafe) let finite = finite
    let (network, runs) = (network.network, network.runs)
    workers.share { share in
      accumulateShare(share)
      finite[share.index] = network.isFinite(runs.gradients, share: share)
    }
    return finite.allSatisfy { $0 }
  }

  /// Moves the parameters, then clips them where clipping holds the critic.
  private func update(
    _ network: TrainedNetwork, rate: Double, step: Int, constraint: Constraint?
  ) {
    let (runs, optimizer) = (network.runs, network.optimizer.with(rate: rate))
    workers.share { share in
      let range = share.range(of: runs.count, unit: 64)
      if range.isEmpty { return }
      optimizer.update(runs, range, step: step)
      if case .clip(let bound) = constraint {
        Float.clamp(runs.parameters + range.lowerBound, count: range.count, bound: Float(bound))
      }
    }
  }
}

extension Share {
  /// This share of a batch, in whole vectors.
  fileprivate func samples(of batchSize: Int) -> Range<Int> { range(of: batchSize, unit: 16) }
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

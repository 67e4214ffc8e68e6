import Engine

/// Which networks a run trains.
public enum TrainedNetworks: String, Sendable, CaseIterable {
  /// Critic steps, and a generator step after every so many of them.
  case both
  /// One network alone; the other stays, and so does the place in the alternation.
  case critic, generator
}

/// How far a call trains.
public enum StopCondition: Equatable, Sendable {
  /// So many generator steps more; critic steps if the critic trains alone.
  case steps(Int)
  /// To the end of so many epochs more, the one in hand counted. When the generator trains alone,
  /// as many of its steps as the epochs have batches.
  case epochs(Int)
  /// Up to this many epochs in all; nothing if they are done already.
  case untilEpoch(Int)
}

/// The way that one call trains: from where it began, on one side or both, to a goal.
public struct TrainingPlan {
  /// Which networks are trained.
  public let trained: TrainedNetworks
  private let stopCondition: StopCondition?
  let start: TrainingProgress
  private let configuration: TrainingConfiguration
  private let batchesPerEpoch: Int

  /// A course that begins where the trainer stands; without a goal it has no end.
  public init(_ trainer: Trainer, _ trained: TrainedNetworks, to stopCondition: StopCondition?) {
    self.init(
      from: trainer.state.progress, trained, to: stopCondition, trainer.state.configuration,
      batchesPerEpoch: trainer.batchesPerEpoch)
  }

  init(
    from start: TrainingProgress, _ trained: TrainedNetworks, to stopCondition: StopCondition?,
    _ configuration: TrainingConfiguration, batchesPerEpoch: Int
  ) {
    (self.start, self.trained, self.stopCondition) = (start, trained, stopCondition)
    (self.configuration, self.batchesPerEpoch) = (configuration, batchesPerEpoch)
  }

  /// Whether there is nothing more to do: the goal is reached, or nothing is left to learn.
  public func isFinished(at progress: TrainingProgress) -> Bool {
    isReached(at: progress) || isSpent(at: progress)
  }

  /// Whether an epoch has ended from which on both learning rates are 0 for good. Steps that are
  /// counted are done all the same.
  public func isSpent(at progress: TrainingProgress) -> Bool {
    if case .steps = stopCondition { return false }
    return !progress.isMidEpoch && configuration.schedule.isOver(after: progress.generatorSteps)
  }

  /// Whether the goal is reached.
  public func isReached(at progress: TrainingProgress) -> Bool {
    switch (stopCondition, trained) {
    case (nil, _): false
    case (.steps(let steps), .critic): progress.criticSteps - start.criticSteps >= steps
    case (.steps(let steps), _): progress.generatorSteps - start.generatorSteps >= steps
    case (.epochs(let epochs), .generator):
      (progress.generatorSteps - start.generatorSteps) / batchesPerEpoch >= epochs
    case (.epochs(let epochs), _): progress.epoch - start.epoch >= epochs
    case (.untilEpoch(let epoch), _): progress.epoch >= epoch
    }
  }

  /// The epoch that it ends with, if that is known.
  public var lastEpoch: Int? {
    switch (stopCondition, trained) {
    case (nil, _), (.steps, _), (_, .generator): nil
    case (.epochs(let epochs), _): start.epoch + min(epochs, TrainingProgress.maximumCount)
    case (.untilEpoch(let epoch), _): epoch
    }
  }

  /// Images that the critic was shown so far; where the generator trains alone, that it made.
  public func images(at progress: TrainingProgress) -> Int {
    let steps =
      trained == .generator
      ? progress.generatorSteps - start.generatorSteps : progress.criticSteps - start.criticSteps
    return steps * configuration.batchSize
  }

  /// Images still to come, about, if there is an end; a warm-up of the critic is not foreseen.
  public func imagesLeft(at progress: TrainingProgress) -> Double? {
    guard let stopCondition else { return nil }
    let made = Double(progress.generatorSteps - start.generatorSteps)
    let perGenerator = Double(configuration.criticSteps)
    let steps =
      switch (stopCondition, trained) {
      case (.steps(let steps), .critic):
        Double(steps) - Double(progress.criticSteps - start.criticSteps)
      case (.steps(let steps), .generator): Double(steps) - made
      case (.steps(let steps), .both):
        (Double(steps) - made) * perGenerator - Double(progress.phase)
      case (.epochs(let epochs), .generator): Double(epochs) * Double(batchesPerEpoch) - made
      case (.epochs, _), (.untilEpoch, _):
        (Double((lastEpoch ?? 0) - progress.epoch) * Double(batchesPerEpoch)
          - Double(progress.batch)) * (configuration.realBatch == .reused ? perGenerator : 1)
      }
    return max(steps, 0) * Double(configuration.batchSize)
  }

  /// Calls `body` for every step of the course, with the progress that it leads to, for as long as
  /// `body` says so.
  func forEachStep(_ body: (_ isCritic: Bool, _ after: TrainingProgress) -> Bool) {
    var progress = start
    while !isFinished(at: progress) {
      if trained != .generator {
        progress.criticSteps += 1
        guard body(true, progress) else { return }
        let nothing = CriticReport(real: 0, fake: 0, penalty: nil, gradientNorm: nil)
        progress.advance(after: nothing, trained, configuration)
      }
      if trained == .generator || trained == .both && progress.isGeneratorDue(configuration) {
        progress.generatorSteps += 1
        guard body(false, progress) else { return }
        progress.advance(afterGenerator: 0, trained, configuration)
      }
      if progress.batch == batchesPerEpoch { progress.finishEpoch(configuration) }
    }
  }
}

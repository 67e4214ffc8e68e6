import Engine

/// The networks that are trained.
public enum TrainedNetworks: String, Sendable, CaseIterable {
  /// Both in alternation: several critic steps, then one generator step.
  case both
  /// The critic only. The generator and the alternation do not change.
  case critic
  /// The generator only. The critic and the alternation do not change.
  case generator
}

/// The end of a training plan.
public enum StopCondition: Equatable, Sendable {
  /// A number of further generator steps, or critic steps if only the critic is trained.
  case steps(Int)
  /// A number of further epochs, including the current one. If only the generator is trained, an
  /// epoch is as many generator steps as there are batches.
  case epochs(Int)
  /// A total number of epochs. If they are already complete, there is nothing to do.
  case untilEpoch(Int)
}

/// The steps from a trainer's current state to a stop condition.
public struct TrainingPlan {
  /// The networks that are trained.
  public let trained: TrainedNetworks
  private let stopCondition: StopCondition?
  let start: TrainingProgress
  private let configuration: TrainingConfiguration
  private let batchesPerEpoch: Int

  /// Makes a plan that starts at the trainer's current state.
  ///
  /// - Parameters:
  ///   - trainer: The trainer.
  ///   - trained: The networks to train.
  ///   - stopCondition: The end; `nil` for a plan without an end.
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

  /// Returns whether the plan ends here: ``isReached(at:)`` or ``isScheduleOver(at:)``.
  ///
  /// - Parameter progress: The progress of the state.
  public func isFinished(at progress: TrainingProgress) -> Bool {
    isReached(at: progress) || isScheduleOver(at: progress)
  }

  /// Returns whether an epoch has just ended and the schedule keeps both learning rates at 0 from
  /// here on. Always `false` for ``StopCondition/steps(_:)``.
  ///
  /// - Parameter progress: The progress of the state.
  public func isScheduleOver(at progress: TrainingProgress) -> Bool {
    if case .steps = stopCondition { return false }
    return !progress.isMidEpoch && areRatesZero(at: progress)
  }

  /// Returns whether the schedule keeps both learning rates at 0 from here on. Steps then change no
  /// weight.
  ///
  /// - Parameter progress: The progress of the state.
  public func areRatesZero(at progress: TrainingProgress) -> Bool {
    configuration.schedule.isOver(after: progress.generatorSteps)
  }

  /// Returns whether the stop condition is reached.
  ///
  /// - Parameter progress: The progress of the state.
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

  /// The last epoch, counted from 1; `nil` if it is not known in advance.
  public var lastEpoch: Int? {
    switch (stopCondition, trained) {
    case (nil, _), (.steps, _), (_, .generator): nil
    case (.epochs(let epochs), _): start.epoch + min(epochs, TrainingProgress.maximumCount)
    case (.untilEpoch(let epoch), _): epoch
    }
  }

  /// Returns the number of real images that the critic has processed since the start of the plan,
  /// or of generated images if only the generator is trained.
  ///
  /// - Parameter progress: The progress of the state.
  public func images(at progress: TrainingProgress) -> Int {
    let steps =
      trained == .generator
      ? progress.generatorSteps - start.generatorSteps : progress.criticSteps - start.criticSteps
    return steps * configuration.batchSize
  }

  /// Returns an estimate of the remaining images, which ignores additional critic steps of a
  /// warm-up; `nil` for a plan without an end.
  ///
  /// - Parameter progress: The progress of the state.
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

  /// Calls `body` for every step of the plan, with the progress after it, until `body` returns
  /// `false`.
  func forEachStep(_ body: (_ isCritic: Bool, _ after: TrainingProgress) -> Bool) {
    var progress = start
    while !isFinished(at: progress) {
      if trained != .generator {
        progress.criticSteps += 1
        guard body(true, progress) else { return }
        // The numbers of a step only affect the learning rates, not the order of the steps.
        let unknown = CriticMetrics(real: 0, fake: 0, penalty: nil, gradientNorm: nil)
        progress.advance(after: unknown, trained, configuration)
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

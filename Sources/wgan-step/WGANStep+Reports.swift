import TensorIO
import ToolSupport
import WGAN

// What a call reports about its result: that nothing was left to do, that it ended early, or that a step failed.
extension WGANStep {
  /// The name of the input in messages.
  var checkpointName: String { checkpoint == "-" ? "standard input" : checkpoint }

  /// Throws an error if the schedule is over and nothing is left to train. With `--until-epoch` that is
  /// a result, not an error, so that the same call may be repeated.
  func requireTraining(
    _ plan: TrainingPlan, _ progress: TrainingProgress
  ) throws(FileError) {
    guard !plan.isReached(at: progress), plan.isScheduleOver(at: progress),
      options.untilEpoch == nil
    else { return }
    throw FileError(
      .invalid, checkpointName,
      "the learning rates are 0 after epoch \(progress.epoch), so there is nothing to train "
        + "(wgan-init --from starts a new run from these weights)")
  }

  /// Reports a call that makes no step, or only steps that change no weight.
  func reportNoEffect(_ plan: TrainingPlan, _ progress: TrainingProgress) {
    if plan.isReached(at: progress) {
      if let epoch = options.untilEpoch, progress.epoch >= epoch {
        Self.report(
          "\(checkpointName): has \(progress.epoch) epochs; nothing to do for --until-epoch \(epoch)"
        )
      } else {
        let option = options.steps == nil ? "--epochs" : "--steps"
        Self.report("\(checkpointName): nothing to do for \(option) 0")
      }
    } else if plan.areRatesZero(at: progress), !plan.isFinished(at: progress) {
      Self.report(
        "warning: \(checkpointName): the learning rates are 0 from here on, so no step changes a weight "
          + "(wgan-init --from starts a new run from these weights)")
    }
  }

  /// Reports why the call ends before its stop condition.
  func reportEarlyEnd(
    _ plan: TrainingPlan, of whole: TrainingPlan, _ progress: TrainingProgress,
    since start: Steps, _ signals: StopSignals
  ) {
    if plan.isReached(at: progress) { return }
    if plan.isScheduleOver(at: progress) {
      Self.report(
        "\(checkpointName): the learning rates are 0 after epoch \(progress.epoch); training is complete"
      )
    } else if signals.received == nil, Steps(progress) == start {
      Self.report(
        "warning: \(checkpointName): no step was done, because the time limit was reached before the first"
      )
    } else if signals.received == nil, whole.lastEpoch != nil, !self.progress.isQuiet {
      Self.report(
        "\(checkpointName): the time limit is reached in epoch \(progress.epoch + 1); "
          + "run the same command to resume")
    }
  }

  /// The error about a gradient that is not finite.
  ///
  /// - Parameters:
  ///   - error: The error of the step.
  ///   - path: The file with the state before the step.
  func notFinite(_ error: TrainingError, lastGood path: String) -> FileError {
    FileError(
      .invalid, checkpointName,
      "\(error); \(path) has the last good state (wgan-init --from starts a new run from it, such as "
        + "with a smaller --learning-rate)")
  }
}

/// The steps of a run.
struct Steps: Equatable {
  let critic: Int, generator: Int

  init(_ progress: TrainingProgress) {
    (critic, generator) = (progress.criticSteps, progress.generatorSteps)
  }
}

import ArgumentParser
import ToolSupport
import WGAN

/// Checkpoints before the end of the call.
struct SaveOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write the checkpoint after every n-th epoch of the run. auto selects n from 1, 2, 5, 10, …: "
        + "the smallest n that gives at most 50 checkpoints or, with --time-budget, about 20.",
      valueName: "n"),
    transform: expecting("an integer from 1, or auto", { Interval($0) }))
  var saveEvery: Interval?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Run this shell command after each checkpoint of --save-every and after the last epoch. $1 is the "
        + "number of completed epochs, $2 the seconds since the previous run of the command. It also runs "
        + "at the start if CHECKPOINT is such a checkpoint, because an earlier call may have been "
        + "interrupted before it. If it fails, training ends with its exit status.",
      valueName: "command"))
  var afterSave: ShellCommand?

  enum Interval {
    case epochs(Int), automatic

    init?(_ text: String) {
      if text == "auto" {
        self = .automatic
      } else {
        guard let epochs = Int(text), epochs > 0 else { return nil }
        self = .epochs(epochs)
      }
    }
  }
}

/// The state of `SaveOptions` during a call.
struct Saves {
  private var interval: SaveInterval?
  private let command: ShellCommand?
  /// The epoch after which the command last ran.
  private var reportedEpoch: Int?
  private var clock = Stopwatch()

  init(_ options: SaveOptions, of plan: TrainingPlan, from epoch: Int, within budget: TimeBudget?) {
    interval = options.saveEvery.map { interval in
      switch (interval, budget) {
      case (.epochs(let epochs), _): SaveInterval(epochs: epochs)
      case (.automatic, let budget?): SaveInterval(from: epoch, within: budget.seconds)
      case (.automatic, nil): SaveInterval(upTo: plan.lastEpoch ?? 0)
      }
    }
    command = options.afterSave
  }

  /// Whether an epoch has ended that needs a checkpoint.
  func isDue(at progress: TrainingProgress) -> Bool { interval?.isDue(at: progress) ?? false }

  /// Runs the command if the checkpoint is one that it runs after. The checkpoint is saved, so a signal
  /// ends the tool immediately.
  mutating func runCommand(
    after progress: TrainingProgress, of plan: TrainingPlan, _ signals: StopSignals
  ) throws {
    let isComplete = plan.isFinished(at: progress) && progress.isEndOfEpoch
    guard isDue(at: progress) || isComplete, progress.epoch != reportedEpoch else { return }
    reportedEpoch = progress.epoch
    let seconds = clock.lap()
    signals.release()
    defer { signals.block() }
    do { try command?.run(["\(progress.epoch)", "\(Int(seconds.rounded()))"]) } catch {
      try signals.finish()
      throw error
    }
    interval?.adapt(to: seconds + clock.lap())
  }

  /// The same at the start of the call, in case that an earlier one was interrupted before the command.
  mutating func runCommand(
    before progress: TrainingProgress, of plan: TrainingPlan, _ signals: StopSignals
  ) throws {
    let interval = interval
    try runCommand(after: progress, of: plan, signals)
    self.interval = interval
  }
}

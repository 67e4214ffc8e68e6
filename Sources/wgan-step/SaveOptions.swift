import ArgumentParser
import ToolSupport
import WGAN

/// Checkpoints before the end of the call.
struct SaveOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write the checkpoint after every n-th epoch of the run. auto selects n from 1, 2, 5, 10, …: "
        + "the smallest n that gives at most 50 checkpoints or, with --time-budget, about 20. If n is a "
        + "time such as 10m, write it between two steps when this time has passed since the last write. "
        + "Epochs and a time can be combined: --save-every 5 --save-every 10m.",
      valueName: "n"),
    transform: expecting(
      "an integer from 1, auto, or a time such as \(TimeBudget.format)", { Interval($0) }))
  var saveEvery: [Interval] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Run this shell command after each checkpoint of --save-every N and after the last epoch. $1 is the "
        + "number of completed epochs, $2 the seconds since the previous run of the command. If "
        + "CHECKPOINT was saved at such an epoch, the command also runs at the start. If it fails, training ends with its exit status.",
      valueName: "command"))
  var afterSave: ShellCommand?

  enum Interval {
    case epochs(Int), automatic, seconds(Double)

    init?(_ text: String) {
      if text == "auto" {
        self = .automatic
      } else if let epochs = Int(text), epochs > 0 {
        self = .epochs(epochs)
      } else if let time = TimeBudget(text), time.seconds > 0 {
        self = .seconds(time.seconds)
      } else {
        return nil
      }
    }
  }

  /// The interval in seconds.
  fileprivate var seconds: Double? {
    for case .seconds(let seconds) in saveEvery { return seconds }
    return nil
  }

  /// The interval in epochs.
  fileprivate var epochs: Interval? {
    saveEvery.first { if case .seconds = $0 { false } else { true } }
  }

  /// Whether there is an interval in epochs.
  var hasEpochs: Bool { epochs != nil }

  func validate() throws {
    let count = saveEvery.count
    guard count < 2 || count == 2 && seconds != nil && epochs != nil else {
      throw ValidationError(
        "--save-every can be given twice only with a number of epochs and a time")
    }
  }
}

/// The state of `SaveOptions` during a call.
struct Saves {
  private var interval: SaveInterval?
  /// Seconds between two checkpoints, and the time since the last one.
  private let seconds: Double?
  private var sinceSave = Stopwatch()
  private let command: ShellCommand?
  /// The epoch after which the command last ran.
  private var reportedEpoch: Int?
  private var clock = Stopwatch()

  init(_ options: SaveOptions, of plan: TrainingPlan, from epoch: Int, within budget: TimeBudget?) {
    seconds = options.seconds
    interval = options.epochs.map { interval in
      switch (interval, budget) {
      case (.epochs(let epochs), _): SaveInterval(epochs: epochs)
      case (.automatic, let budget?): SaveInterval(from: epoch, within: budget.seconds)
      // The other case is not an interval in epochs.
      case (.automatic, nil), (.seconds, _): SaveInterval(upTo: plan.lastEpoch ?? 0)
      }
    }
    command = options.afterSave
  }

  /// Whether the state needs a checkpoint after a step; `isEndOfEpoch` if the step ended an epoch.
  func isDue(at progress: TrainingProgress, isEndOfEpoch: Bool) -> Bool {
    if let seconds, sinceSave.seconds >= seconds { return true }
    return isEndOfEpoch && isDue(at: progress)
  }

  /// Starts the time to the next checkpoint.
  mutating func restartClock() { _ = sinceSave.lap() }

  /// Whether an epoch has ended that needs a checkpoint.
  private func isDue(at progress: TrainingProgress) -> Bool {
    interval?.isDue(at: progress) ?? false
  }

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

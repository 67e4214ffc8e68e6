import ArgumentParser
import ToolSupport
import WGAN

/// How far to train: one of three, or until the time is up.
struct GoalOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Train to the end of so many epochs more.", valueName: "n"))
  var epochs: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Train so many generator steps more; critic steps with --only critic.", valueName: "n"))
  var steps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Train up to the end of this epoch, counted from 1; nothing if it is done.", valueName: "n"))
  var untilEpoch: Int?

  @Option(
    help: ArgumentHelp(
      "Stop between two steps when so much time has gone by, as 90s, 50m, 1.5h or 2d, whatever else "
        + "is asked for.", valueName: "time"))
  var timeBudget: TimeBudget?

  func validate() throws {
    let given = [("--epochs", epochs), ("--steps", steps), ("--until-epoch", untilEpoch)]
    for case (let name, let number?) in given where number < 0 {
      throw ValidationError("\(name) must be at least 0, not \(number)")
    }
    let count = given.count { $0.1 != nil }
    guard count == 1 || count == 0 && timeBudget != nil else {
      throw ValidationError("give one of --epochs, --steps and --until-epoch, or --time-budget")
    }
  }

  /// What to reach; `nil` when only time ends the run.
  var goal: TrainingGoal? {
    epochs.map { .epochs($0) } ?? steps.map { .steps($0) } ?? untilEpoch.map { .untilEpoch($0) }
  }
}

extension TrainingSide: ExpressibleByArgument {}

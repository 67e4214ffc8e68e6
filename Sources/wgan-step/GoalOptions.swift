import ArgumentParser
import WGAN

/// How far to train: exactly one of three.
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

  func validate() throws {
    let given = [("--epochs", epochs), ("--steps", steps), ("--until-epoch", untilEpoch)]
    for case (let name, let number?) in given where number < 0 {
      throw ValidationError("\(name) must be at least 0, not \(number)")
    }
    guard given.count(where: { $0.1 != nil }) == 1 else {
      throw ValidationError("give one of --epochs, --steps and --until-epoch")
    }
  }

  var goal: TrainingGoal {
    if let epochs { return .epochs(epochs) }
    if let steps { return .steps(steps) }
    return .untilEpoch(untilEpoch ?? 0)
  }
}

extension TrainingSide: ExpressibleByArgument {}

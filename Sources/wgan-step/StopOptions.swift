import ArgumentParser
import Engine
import ToolSupport
import WGAN

/// How far to train: so far, or until the time is up.
struct StopOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Train to the end of so many epochs more; with --until-epoch no further in this call.",
      valueName: "n"))
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
    guard steps == nil || epochs == nil && untilEpoch == nil else {
      throw ValidationError("--steps goes with neither --epochs nor --until-epoch")
    }
    guard given.contains(where: { $0.1 != nil }) || timeBudget != nil else {
      throw ValidationError("give one of --epochs, --steps, --until-epoch and --time-budget")
    }
  }

  /// What this call reaches, and what it is a part of; `nil` when only time ends it.
  func stopConditions(from epoch: Int) -> (call: StopCondition?, whole: StopCondition?) {
    if let untilEpoch {
      let count = min(epochs ?? .max, max(untilEpoch - epoch, 0))
      return (.untilEpoch(epoch + count), .untilEpoch(untilEpoch))
    }
    let stopCondition = epochs.map { StopCondition.epochs($0) } ?? steps.map { .steps($0) }
    return (stopCondition, stopCondition)
  }
}

extension TrainedNetworks: ExpressibleByArgument {}

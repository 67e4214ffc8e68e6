import ArgumentParser
import Engine
import ToolSupport
import WGAN

/// When a call stops.
struct StopOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Train until n more epochs are complete. With --until-epoch, whichever comes first.",
      valueName: "n"))
  var epochs: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Train n more generator steps; critic steps with --only critic.", valueName: "n"))
  var steps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Train until n epochs of the run are complete.", valueName: "n"))
  var untilEpoch: Int?

  @Option(
    help: ArgumentHelp(
      "Stop between two steps after this time: \(TimeBudget.format).", valueName: "time"),
    transform: expecting(TimeBudget.format, { TimeBudget($0) }))
  var timeBudget: TimeBudget?

  func validate() throws {
    let given = [("--epochs", epochs), ("--steps", steps), ("--until-epoch", untilEpoch)]
    for case (let name, let number?) in given where number < 0 {
      throw ValidationError("\(name) must be at least 0, not \(number)")
    }
    guard steps == nil || epochs == nil && untilEpoch == nil else {
      throw ValidationError("--steps cannot be combined with --epochs or --until-epoch")
    }
    guard given.contains(where: { $0.1 != nil }) || timeBudget != nil else {
      throw ValidationError(
        "missing stop condition: --epochs, --until-epoch, --steps or --time-budget")
    }
  }

  /// The stop condition of this call, and that of the training that it is a part of; `nil` if only time ends it.
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

import ArgumentParser

/// Metrics and traces.
struct RecordOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Append one JSON line per generator step to this file. The first line identifies the run; a log of "
        + "another run is an error. Lines after the checkpoint are removed before the first new one.",
      valueName: "file"), completion: .file())
  var metrics: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Write only every n-th line.", valueName: "n"))
  var metricsEvery = 1

  @Option(
    help: ArgumentHelp(
      "After each epoch, add a line with the Wasserstein estimate on these images, which are not used for "
        + "training. When the log is new, a warning reports how many of them are also training images.",
      valueName: "images"),
    completion: .file())
  var heldOut: String?

  @Option(
    help: ArgumentHelp(
      "Write all random numbers, activations and gradients of the steps to this tensor file. The file "
        + "is large: trace at most a few hundred steps.",
      valueName: "file"), completion: .file())
  var trace: String?

  func validate() throws {
    guard metricsEvery >= 1 else { throw ValidationError("--metrics-every must be at least 1") }
    guard metricsEvery == 1 || metrics != nil else {
      throw ValidationError("--metrics-every needs --metrics")
    }
    guard heldOut == nil || metrics != nil else {
      throw ValidationError("--held-out needs --metrics")
    }
    guard trace != "-" else {
      throw ValidationError(
        "a trace cannot be written to standard output, because its header is written last")
    }
    guard trace == nil || trace != metrics else {
      throw ValidationError("metrics and trace cannot both be written to \(trace ?? "")")
    }
  }
}

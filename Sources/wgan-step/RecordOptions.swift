import ArgumentParser

/// What to write down of the steps, beside the checkpoint.
struct RecordOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Append a JSON line for each step to this file, first cut back to the steps that the "
        + "checkpoint knows.", valueName: "file"), completion: .file())
  var metrics: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Write a line at every n-th step only.", valueName: "n"))
  var metricsEvery = 1

  @Option(
    help: ArgumentHelp(
      "At the end of each epoch add a line with the Wasserstein estimate on these images, which no "
        + "step is trained on; 64 at a time, so that it costs little memory. Where the log begins, "
        + "images that are trained on all the same are counted.", valueName: "images"),
    completion: .file())
  var heldOut: String?

  @Option(
    help: ArgumentHelp(
      "Write all that the steps, some hundred at most, draw and compute to this tensor file.",
      valueName: "file"), completion: .file())
  var trace: String?

  func validate() throws {
    guard metricsEvery >= 1 else { throw ValidationError("--metrics-every must be at least 1") }
    guard heldOut == nil || metrics != nil else {
      throw ValidationError("--held-out needs --metrics, where its estimates go")
    }
    guard trace != "-" else {
      throw ValidationError("a trace cannot go to standard output: its header is written last")
    }
    guard trace == nil || trace != metrics else {
      throw ValidationError("metrics and trace cannot both go to \(trace ?? "")")
    }
  }
}

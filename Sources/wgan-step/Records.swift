import Engine
import Glibc
import TensorIO
import ToolSupport
import WGAN

/// The metrics and the trace of a call.
struct Records {
  let trace: Trace?
  private let metrics: MetricsLog?
  private let heldOut: HeldOutEstimate?
  private let options: RecordOptions
  private let trained: TrainedNetworks
  private var clock = Stopwatch()
  private var epoch: Int
  private let checkpoint: String
  /// The steps that were done, and the lines that were due.
  private var steps = 0, lines = 0

  /// Opens the files of the options. None of them may replace one of the `inputs`.
  init(
    _ options: RecordOptions, of trainer: Trainer, on trainingImages: TrainingImages,
    along plan: TrainingPlan, pool: ThreadPool, checkpoint: String, keeping inputs: [String?]
  ) throws {
    let state = trainer.state
    let isNew = options.metrics.map { (SystemCall.status(of: $0)?.st_size ?? 0) == 0 } ?? false
    heldOut = try options.heldOut.map { path in
      let images = try TrainingImages(
        try WGANStep.open(images: path, ImageReading(isForTraining: true)))
      let estimate = try blaming(images: path, checkpoint: checkpoint) {
        try HeldOutEstimate(of: state, on: images, pool: pool)
      }
      // Only for a new log: a run consists of many calls.
      if isNew { reportOverlap(images.count(among: trainingImages), of: images.count, path) }
      return estimate
    }
    trace = try options.trace.map {
      try Trace(OutputFile($0, keeping: inputs + [options.metrics]), of: trainer, along: plan)
    }
    metrics = try options.metrics.map {
      try MetricsLog($0, of: trainer.run, checkpoint: checkpoint, keeping: state.progress)
    }
    (self.options, trained, epoch) = (options, plan.trained, state.progress.epoch)
    self.checkpoint = checkpoint
  }

  /// Logs a step, and the epoch if the step completes it.
  mutating func log(
    _ report: StepReport, _ progress: TrainingProgress, unless shouldStop: () -> Bool
  ) {
    guard let metrics else { return }
    if steps == 0 { start(metrics) }
    steps += 1
    let isDue = report.isDue(every: options.metricsEvery, trained: trained)
    if isDue || progress.epoch != epoch && heldOut != nil { lines += 1 }
    if isDue {
      metrics.write(report.json(seconds: clock.lap()), unless: shouldStop)
    }
    if progress.epoch != epoch, let heldOut {
      epoch = progress.epoch
      let estimate = heldOut.wasserstein()
      if !estimate.isFinite {
        WGANStep.report(
          "warning: \(options.heldOut ?? ""): the estimate after epoch \(epoch) is not finite; "
            + "the metrics have null (a smaller learning rate may help)")
      }
      metrics.write(heldOut.json(estimate), unless: shouldStop)
    }
  }

  /// Removes the lines after the checkpoint, and reports them.
  private func start(_ metrics: MetricsLog) {
    let name = options.metrics ?? ""
    metrics.start()
    if metrics.linesAfterCheckpoint > 0 {
      let count = metrics.linesAfterCheckpoint
      WGANStep.report(
        "\(name): removed \(count) \(count == 1 ? "line" : "lines") after the last step of \(checkpoint)"
      )
    }
    if metrics.isUnidentified {
      WGANStep.report(
        "\(name): does not identify its run, because an older version started it; check that it "
          + "belongs to \(checkpoint)")
    }
  }

  /// Warns if no line was due, although there were steps.
  private func reportNoLines() {
    guard metrics != nil, steps > 0, lines == 0 else { return }
    let reason =
      options.metricsEvery > 1
      ? "no step of this call is a multiple of --metrics-every \(options.metricsEvery)"
      : "no generator step of this call is complete"
    WGANStep.report("warning: \(options.metrics ?? ""): no line was written, because \(reason)")
  }

  /// Writes the log to disk. Call it before the checkpoint is written.
  func synchronize() { metrics?.synchronize() }

  /// Completes the trace, and throws if a line of the log could not be written.
  func finish() throws {
    try trace?.finish()
    reportNoLines()
    try metrics?.check()
  }
}

/// Warns if held-out images are also used for training.
private func reportOverlap(_ count: Int, of total: Int, _ path: String) {
  if count == 0 { return }
  let verb = count == 1 ? "is" : "are"
  WGANStep.report(
    "warning: \(path): \(count) of \(total) images \(verb) also in the training data")
}

/// Turns a training error into a `FileError` about the images or the checkpoint.
func blaming<Value>(
  images: String, checkpoint: String, _ body: () throws -> Value
) throws -> Value {
  do { return try body() } catch let error as TrainingError {
    let path = if case .images = error { images } else { checkpoint }
    throw FileError(.invalid, path, error.description)
  }
}

import Engine
import Glibc
import TensorIO
import ToolSupport
import WGAN

/// What a run writes down beside its checkpoint.
struct Records {
  let trace: Trace?
  private let log: MetricsLog?
  private let heldOut: HeldOutEstimate?
  private let options: RecordOptions
  private let trained: TrainedNetworks
  private var clock = Stopwatch()
  private var epoch: Int

  /// Opens what is asked for. None of it may replace one of `inputs`.
  init(
    _ options: RecordOptions, of trainer: Trainer, on trainingImages: TrainingImages,
    along plan: TrainingPlan, pool: ThreadPool, checkpoint: String, keeping inputs: [String?]
  ) throws {
    let state = trainer.state
    let isNew = options.metrics.map { (SystemCall.status(of: $0)?.st_size ?? 0) == 0 } ?? false
    heldOut = try options.heldOut.map { path in
      let images = try TrainingImages(try TensorFile(path))
      let estimate = try blaming(images: path, checkpoint: checkpoint) {
        try HeldOutEstimate(of: state, on: images, pool: pool)
      }
      // Said where a log begins, for a run is of many calls.
      if isNew { warn(of: images.count(among: trainingImages), of: images.count, path) }
      return estimate
    }
    trace = try options.trace.map {
      try Trace(OutputFile($0, keeping: inputs + [options.metrics]), of: trainer, along: plan)
    }
    log = try options.metrics.map { try MetricsLog($0, keeping: state.progress) }
    (self.options, trained, epoch) = (options, plan.trained, state.progress.epoch)
  }

  /// Logs a step that was done, and the epoch if it is done with it.
  mutating func note(
    _ report: StepReport, _ progress: TrainingProgress, unless shouldStop: () -> Bool
  ) {
    guard let log else { return }
    if report.isDue(every: options.metricsEvery, trained: trained) {
      log.write(report.json(seconds: clock.lap()), unless: shouldStop)
    }
    if progress.epoch != epoch, let heldOut {
      epoch = progress.epoch
      let estimate = heldOut.wasserstein()
      if !estimate.isFinite {
        WGANStep.complain(
          "warning: \(options.heldOut ?? ""): the estimate after epoch \(epoch) is not finite; "
            + "the metrics have null (a smaller learning rate may help)")
      }
      log.write(heldOut.json(estimate), unless: shouldStop)
    }
  }

  /// Makes the log durable, before the checkpoint that it belongs to.
  func synchronize() { log?.synchronize() }

  /// Completes the trace, and throws if a line of the log was lost.
  func finish() throws {
    try trace?.finish()
    try log?.check()
  }
}

/// Says that images are not held out.
private func warn(of count: Int, of total: Int, _ path: String) {
  if count == 0 { return }
  let verb = count == 1 ? "is" : "are"
  WGANStep.complain("\(path): \(count) of \(total) images \(verb) among those trained on")
}

/// Gives a training error the file that it is about: the images', or else the checkpoint.
func blaming<Value>(
  images: String, checkpoint: String, _ body: () throws -> Value
) throws -> Value {
  do { return try body() } catch let error as TrainingError {
    let path = if case .images = error { images } else { checkpoint }
    throw FileError(.invalid, path, error.description)
  }
}

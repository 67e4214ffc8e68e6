import ArgumentParser
import Engine
import TensorIO
import ToolSupport
import WGAN

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { WGANStep.self }

struct WGANStep: Tool {
  static let configuration = CommandConfiguration(
    commandName: "wgan-step",
    abstract: "Train a checkpoint.",
    usage:
      "wgan-step [CHECKPOINT] --data IMAGES (--epochs N | --until-epoch N | --steps N | --time-budget T) [-o FILE]",
    discussion: """
      An epoch is one pass of the critic through all images in random order. Images that do not fill \
      the last batch are left out. The output may be the input file. Training in several calls gives the same \
      bytes as in one call, with any number of threads. When the schedule has reduced the learning rates \
      to 0, training stops at the end of the epoch. With --steps, it continues, with a warning. If no step is \
      possible for this reason, the exit status is 65, or 0 with --until-epoch. To train further, start a \
      new run with wgan-init --from.

      On a terminal, a line shows the progress. SIGUSR1 prints one such line. On SIGINT, SIGTERM or \
      SIGHUP, the tool finishes the current step and writes the checkpoint. A second signal terminates it \
      immediately, without writing.

      If a gradient is not finite, the state before this step is written and the exit status is 65. If a \
      line of metrics cannot be written, the checkpoint is written and the exit status is 74.

      EXAMPLES:
        wgan-step ckpt.bin --data train.tensor --until-epoch 20 -o ckpt.bin
        wgan-step ckpt.bin --data train.tensor --time-budget 50m -q -o ckpt.bin

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "Checkpoint; - is standard input.", completion: .file())
  var checkpoint = "-"

  @Option(
    help: ArgumentHelp("Training images: a tensor, .npy or .npz file.", valueName: "images"),
    completion: .file())
  var data: String

  @OptionGroup(title: "Stop conditions") var options: StopOptions

  @Option(
    help: ArgumentHelp(
      "Networks to train: both, critic or generator.", valueName: "networks"))
  var only: TrainedNetworks = .both

  @OptionGroup(title: "Checkpoints during training") var save: SaveOptions
  @OptionGroup(title: "Records") var records: RecordOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var output: OutputOptions

  @Flag(help: "Check the options, and exit without reading or writing a file.")
  var dryRun = false

  func validate() throws {
    guard [checkpoint, data, records.heldOut].count(where: { $0 == "-" }) < 2 else {
      throw ValidationError("only one input can be standard input")
    }
    let others = [("metrics", records.metrics), ("trace", records.trace)]
    for (name, path) in others where path == output.path {
      throw ValidationError("checkpoint and \(name) cannot both be written to \(output.path)")
    }
    if only == .generator, options.untilEpoch != nil {
      throw ValidationError("--until-epoch counts epochs of the critic; --only generator has none")
    }
    if only == .generator, save.hasEpochs {
      throw ValidationError("--save-every counts epochs of the critic; --only generator has none")
    }
    if only == .generator, records.heldOut != nil {
      throw ValidationError("--held-out needs epochs of the critic; --only generator has none")
    }
    if output.path == "-", !save.saveEvery.isEmpty || save.afterSave != nil {
      throw ValidationError("--save-every and --after-save need -o FILE")
    }
  }

  func run() throws {
    if dryRun { return }
    ignoreBrokenPipes()
    var output = try openOutput()
    let state = try TrainingState(try Self.open(checkpoint: checkpoint))
    if let warning = state.progress.arithmetic.warning {
      Self.report("\(checkpointName): \(warning)")
    }
    let images = try TrainingImages(try Self.open(images: data, ImageReading(isForTraining: true)))
    let pool = ThreadPool(count: threads.count)
    Self.report(started: pool.count, of: threads.count)
    let trainer = try blaming(images: data, checkpoint: checkpoint) {
      try Trainer(state, images: images, pool: pool)
    }
    let stopConditions = options.stopConditions(from: state.progress.epoch)
    let plan = TrainingPlan(trainer, only, to: stopConditions.call)
    let whole = TrainingPlan(trainer, only, to: stopConditions.whole)
    try requireTraining(plan, state.progress)
    var records = try Records(
      records, of: trainer, on: images, along: plan, pool: pool, checkpoint: checkpointName,
      keeping: [checkpoint, data, records.heldOut])
    var saves = Saves(
      save, of: whole, from: state.progress.epoch, within: options.timeBudget)
    let signals = StopSignals()
    // A finished checkpoint stays as it is.
    let isUpToDate = checkpoint == self.output.path && plan.isFinished(at: state.progress)
    if checkpoint == self.output.path {
      try saves.runCommand(before: state.progress, of: plan, signals)
    }
    reportNoEffect(plan, state.progress)
    var meter = Self.meter("images", progress)
    let start = Steps(state.progress)
    var saved = (steps: start, path: checkpointName)
    do {
      while try train(trainer, plan, of: whole, &records, saves, signals, &meter) {
        try save(state, to: output, records, signals)
        saved = (Steps(state.progress), self.output.path)
        saves.restartClock()
        output = try openOutput()
        do { try saves.runCommand(after: state.progress, of: plan, signals) } catch {
          try records.finish()
          throw error
        }
      }
    } catch let error as TrainingError {
      // The steps since the last checkpoint are not lost.
      if Steps(state.progress) != saved.steps {
        do {
          try save(state, to: output, records, signals)
          saved.path = output.path
        } catch { Self.report("\(error)") }
      }
      throw notFinite(error, lastGood: saved.path)
    }
    reportEarlyEnd(plan, of: whole, state.progress, since: start, signals)
    if !isUpToDate { try save(state, to: output, records, signals) }
    try records.finish()
    try signals.finish()
    try saves.runCommand(after: state.progress, of: plan, signals)
    try signals.finish()
  }

  private func openOutput() throws -> OutputFile {
    let file = try output.open(
      keeping: data, records.metrics, records.trace, records.heldOut)
    guard file.isSeekable || save.saveEvery.isEmpty else {
      throw FileError(.usage, file.path, "is not a regular file, which --save-every needs")
    }
    return file
  }

  /// Writes the checkpoint, after the metrics that belong to it.
  private func save(
    _ state: TrainingState, to output: OutputFile, _ records: Records, _ signals: StopSignals
  ) throws {
    records.synchronize()
    // Writing a file takes little time. A pipe may have no reader, so a second signal ends the tool.
    if !output.isSeekable { signals.release() }
    try state.write(to: output)
  }

  /// Trains until the call ends, or until a checkpoint is due.
  ///
  /// - Throws: `TrainingError` if a gradient is not finite.
  /// - Returns: Whether training continues after the checkpoint.
  private func train(
    _ trainer: Trainer, _ plan: TrainingPlan, of whole: TrainingPlan,
    _ records: inout Records, _ saves: Saves, _ signals: StopSignals,
    _ meter: inout ProgressMeter
  ) throws -> Bool {
    let state = trainer.state
    defer { meter.clear() }
    func shouldStop() -> Bool {
      signals.poll {
        meter.clear()
        if progress.isQuiet { return }
        Self.report("stopping after this step; a second signal stops immediately, without saving")
      }
    }
    while !plan.isFinished(at: state.progress), options.timeBudget?.secondsLeft != 0 {
      let epoch = state.progress.epoch
      let report = try trainer.step(only, trace: records.trace)
      records.log(report, state.progress, unless: shouldStop)
      meter.update(
        whole.images(at: state.progress), left: whole.imagesLeft(at: state.progress),
        within: options.timeBudget?.secondsLeft, report.summary(lastEpoch: whole.lastEpoch))
      if shouldStop() { return false }
      let isEndOfEpoch = state.progress.epoch != epoch
      if saves.isDue(at: state.progress, isEndOfEpoch: isEndOfEpoch),
        !plan.isFinished(at: state.progress)
      {
        return true
      }
    }
    return false
  }
}

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
    abstract: "Train a checkpoint further.",
    usage:
      "wgan-step [CHECKPOINT] --data IMAGES (--epochs N | --until-epoch N | --steps N | --time-budget T) [-o FILE]",
    discussion: """
      An epoch shows each batch of images to the critic once, or for as many steps as the \
      checkpoint reuses it; a last batch that is short is left out. -o may \
      name the checkpoint itself. k steps and then n - k give the bytes that n steps give, on any \
      number of threads. Where the schedule has brought the learning rates to 0, the end of the epoch \
      is the end, unless --steps are asked for.

      On a terminal a line says how far it has come, and SIGUSR1 asks for such a line at any time. \
      SIGINT, SIGTERM or SIGHUP ends after the step in hand, the checkpoint written; a second one \
      ends at once, the old file kept. A gradient that is not finite ends with status 65, the old \
      file kept. A line of metrics that cannot be written ends with status 74, the checkpoint \
      written.

      EXAMPLES:
        wgan-step ckpt.bin --data train.tensor --until-epoch 20 -o ckpt.bin
        wgan-step ckpt.bin --data train.tensor --time-budget 50m -q -o ckpt.bin

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "The checkpoint; - is standard input.", completion: .file())
  var checkpoint = "-"

  @Option(
    help: ArgumentHelp("The images to train on, a tensor file.", valueName: "images"),
    completion: .file())
  var data: String

  @OptionGroup(title: "How far") var options: StopOptions

  @Option(
    help: ArgumentHelp(
      "Train both networks in turn, or one alone: both, critic or generator.", valueName: "side"))
  var only: TrainedNetworks = .both

  @OptionGroup(title: "What to record") var records: RecordOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard [checkpoint, data, records.heldOut].count(where: { $0 == "-" }) < 2 else {
      throw ValidationError("only one of the inputs can come from standard input")
    }
    let others = [("metrics", records.metrics), ("trace", records.trace)]
    for (name, path) in others where path == output.path {
      throw ValidationError("checkpoint and \(name) cannot both go to \(output.path)")
    }
    if only == .generator, options.untilEpoch != nil {
      throw ValidationError("--until-epoch counts the critic's epochs; --only generator has none")
    }
  }

  func run() throws {
    ignoreBrokenPipes()
    let output = try output.open(
      keeping: data, records.metrics, records.trace, records.heldOut)
    let state = try TrainingState(try Self.open(checkpoint: checkpoint))
    if let warning = state.progress.arithmetic.warning {
      Self.complain("\(checkpoint): \(warning)")
    }
    let images = try TrainingImages(try TensorFile(data))
    let pool = try ThreadPool(count: threads.count)
    let trainer = try blaming(images: data, checkpoint: checkpoint) {
      try Trainer(state, images: images, pool: pool)
    }
    let stopConditions = options.stopConditions(from: state.progress.epoch)
    let plan = TrainingPlan(trainer, only, to: stopConditions.call)
    var records = try Records(
      records, of: trainer, on: images, along: plan, pool: pool, checkpoint: checkpoint,
      keeping: [checkpoint, data, records.heldOut])
    let signals = StopSignals()
    try train(
      trainer, plan, of: TrainingPlan(trainer, only, to: stopConditions.whole), &records, signals)
    if plan.isScheduleOver(at: state.progress), !plan.isReached(at: state.progress) {
      Self.complain(
        "\(checkpoint): the learning rates are 0 after epoch \(state.progress.epoch); "
          + "there is nothing more to train")
    }
    records.synchronize()
    // A file that is replaced is soon written, and worth waiting for; the reader of a pipe may
    // never come.
    if !output.isSeekable { signals.release() }
    try state.write(to: output)
    try records.finish()
    try signals.finish()
  }

  private func train(
    _ trainer: Trainer, _ plan: TrainingPlan, of whole: TrainingPlan,
    _ records: inout Records, _ signals: StopSignals
  ) throws {
    let state = trainer.state
    var meter = Self.meter("images", progress)
    func shouldStop() -> Bool {
      signals.poll {
        meter.clear()
        if progress.isQuiet { return }
        Self.complain("stopping after this step; again to stop at once, without saving")
      }
    }
    while !plan.isFinished(at: state.progress), options.timeBudget?.secondsLeft != 0 {
      let report = try blaming(images: data, checkpoint: checkpoint) {
        try trainer.step(only, trace: records.trace)
      }
      records.note(report, state.progress, unless: shouldStop)
      meter.update(
        whole.images(at: state.progress), left: whole.imagesLeft(at: state.progress),
        within: options.timeBudget?.secondsLeft, report.summary(lastEpoch: whole.lastEpoch))
      if shouldStop() { break }
    }
    meter.clear()
  }
}

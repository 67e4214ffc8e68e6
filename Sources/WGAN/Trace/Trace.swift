import Engine
import TensorIO

/// A record of training steps in a file of kind `trace`.
///
/// It contains everything that the steps drew and computed, so that other software can repeat and
/// compare them. docs/TRACE.md lists its tensors and metadata.
public final class Trace {
  private let critic: TracedSteps, generator: TracedSteps
  private let file: TensorAppender
  /// Holds one tensor at a time.
  private let scratch: Buffer<UInt8>
  private let workspace = Workspace<UInt8>()
  /// Owns the memory that the tensors are read from.
  private let trainer: Trainer

  /// Starts a trace of the steps of a plan.
  ///
  /// - Parameters:
  ///   - output: The file to write, a regular file.
  ///   - trainer: The trainer that does the steps.
  ///   - plan: The steps.
  /// - Throws: `FileError`, of kind `usage` if the plan has more steps than fit into the header of
  ///   a file, or if the output is not a regular file.
  public init(
    _ output: OutputFile, of trainer: Trainer, along plan: TrainingPlan
  ) throws(FileError) {
    let state = trainer.state
    var metadata = CheckpointMetadata.encode(state.configuration, state.progress)
    metadata["trace.version"] = "1"
    metadata["trace.only"] = plan.trained.rawValue
    metadata["trace.images"] = trainer.trainingStep.images.fingerprint
    let draft = TensorHeaderBuilder(kind: "trace", metadata: metadata)
    let (critic, generator) = (TracedSteps.critic(of: trainer), TracedSteps.generator(of: trainer))

    var header = draft
    var counts = (critic: 0, generator: 0)
    plan.forEachStep { isCritic, progress in
      (isCritic ? critic : generator).addStep(.longest, progress, to: &header)
      guard header.fits else { return false }
      if isCritic { counts.critic += 1 } else { counts.generator += 1 }
      return true
    }
    guard header.fits else {
      throw FileError(
        .usage, output.path,
        "a trace has room for \(counts.critic) critic and \(counts.generator) generator steps "
          + "of this run; request fewer steps")
    }
    file = try TensorAppender(draft, to: output)
    (self.trainer, self.critic, self.generator) = (trainer, critic, generator)
    scratch = workspace.buffer(
      (critic.tensors + generator.tensors).map(\.byteCount).max() ?? 0)
  }

  /// Adds the critic step that was done last.
  func append(critic report: StepReport) throws(FileError) { try append(critic, report) }

  /// Adds the generator step that was done last.
  func append(generator report: StepReport) throws(FileError) {
    var report = report
    report.critic = nil
    try append(generator, report)
  }

  /// Completes the file with the steps added so far, and commits the output.
  ///
  /// - Throws: `FileError` if the output cannot be written.
  public func finish() throws(FileError) { try file.finish() }

  private func append(_ steps: TracedSteps, _ report: StepReport) throws(FileError) {
    let step = steps.name(trainer.state.progress)
    file.addMetadata(step, report.traceText)
    for tensor in steps.tensors {
      let bytes = scratch.prefix(tensor.byteCount)
      tensor.read(bytes)
      try file.append(tensor.entry(step), bytes)
    }
  }
}

import Engine
import TensorIO

/// The steps of one network in a trace: their names and the tensors of each.
struct TracedSteps {
  private let network: String
  private let number: (TrainingProgress) -> Int
  let tensors: [TracedTensor]

  /// The name of the step that led to this progress, such as `critic.12`.
  func name(_ progress: TrainingProgress) -> String { "\(network).\(number(progress))" }

  /// Adds the metadata and the tensors of a step to a header.
  func addStep(
    _ report: StepReport, _ progress: TrainingProgress, to header: inout TensorHeaderBuilder
  ) {
    let step = name(progress)
    header.addMetadata(step, report.traceText)
    for tensor in tensors { header.append(tensor.entry(step)) }
  }

  /// The critic steps of a trainer.
  static func critic(of trainer: Trainer) -> TracedSteps {
    let (critic, generator, state) = (
      trainer.trainingStep.critic, trainer.trainingStep.generator, trainer.state
    )
    let count = critic.batchSize
    let key = state.configuration.seed
    func masks(
      _ prefix: String, _ suffix: String = "", of network: Network, group: Int = 0,
      _ stream: RandomStream
    ) -> [TracedTensor] {
      TracedTensor.masks(
        prefix, suffix, of: network, count: count, group: group, stream, key: key,
        step: { state.progress.criticSteps - 1 })
    }
    var tensors = [
      TracedTensor.indices(trainer), TracedTensor("latents", generator.latents),
      TracedTensor("score.real", critic.scores.columns(0..<count)),
      TracedTensor("score.fake", critic.scores.columns(count..<2 * count)),
    ]
    var groups = ["real", "fake"]
    if critic.penaltyWeight != nil {
      tensors += [
        TracedTensor("alpha", critic.interpolation), TracedTensor("gradient_norm", critic.norms),
      ]
      groups.append("interpolated")
    }
    tensors += state.results("critic", state.critic)
    tensors += masks(
      "mask.generator.", of: generator.network, .generatorDropoutForCritic)
    for (group, name) in groups.enumerated() {
      tensors += masks(
        "mask.critic.", ".\(name)", of: critic.network, group: group, .criticDropout)
    }
    return TracedSteps(network: "critic", number: \.criticSteps, tensors: tensors)
  }

  /// The generator steps of a trainer.
  static func generator(of trainer: Trainer) -> TracedSteps {
    let (critic, generator, state) = (
      trainer.trainingStep.critic, trainer.trainingStep.generator, trainer.state
    )
    func masks(_ prefix: String, of network: Network, _ stream: RandomStream) -> [TracedTensor] {
      TracedTensor.masks(
        prefix, of: network, count: critic.batchSize, stream, key: state.configuration.seed,
        step: { state.progress.generatorSteps - 1 })
    }
    var tensors = [
      TracedTensor("latents", generator.latents), TracedTensor("score.fake", generator.scores),
    ]
    tensors += state.results("generator", state.generator)
    tensors += masks("mask.generator.", of: generator.network, .generatorDropout)
    tensors += masks("mask.critic.", of: critic.network, .criticDropoutForGenerator)
    return TracedSteps(network: "generator", number: \.generatorSteps, tensors: tensors)
  }
}

extension TrainingState {
  /// The gradient of a step of one network, and everything that the step changed, with the names of
  /// a checkpoint.
  fileprivate func results(_ name: String, _ trained: TrainedNetwork<Float>) -> [TracedTensor] {
    let (network, store) = (trained.network, trained.store)
    var tensors = TracedTensor.tensors("gradient.", network.parameters, of: store.gradients)
    tensors += TracedTensor.tensors("after.\(name).", network.parameters, of: store.parameters)
    for (moment, numbers) in zip(trained.optimizer.momentNames, store.moments) {
      tensors += TracedTensor.tensors(
        "after.optimizer.\(name).\(moment).", network.parameters, of: numbers)
    }
    // Every batch changes the running statistics of both networks.
    for (name, trained) in [("generator", generator), ("critic", critic)] {
      tensors += TracedTensor.tensors(
        "after.\(name).", trained.network.buffers, of: trained.store.buffers)
    }
    return tensors
  }
}

extension StepReport {
  /// The report with the longest possible text. Its numbers have the maximum length, and the sign
  /// of the rates, which real rates do not have, makes up for any difference.
  static var longest: StepReport {
    let number = -Double.leastNormalMagnitude
    var report = StepReport(
      epoch: TrainingProgress.maximumCount, rates: LearningRates(critic: number, generator: number))
    (report.criticStep, report.generatorStep) = (
      TrainingProgress.maximumCount, TrainingProgress.maximumCount
    )
    report.critic = CriticMetrics(
      real: number, fake: -.greatestFiniteMagnitude, penalty: number, gradientNorm: number)
    return report
  }
}

import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// New runs from the weights of others.
@Suite struct OriginTests {
  /// A checkpoint of a trained preset.
  private func parent(_ preset: String, steps: Int = 4) throws -> (file: ScratchFile, TrainingState)
  {
    let configuration = try smallConfiguration(preset, "1x8x8")
    let trainer = try trainer(TrainingState(initial: configuration))
    for _ in 0..<steps { _ = try trainer.step() }
    let file = ScratchFile()
    try trainer.state.write(to: OutputFile(file.path))
    return (file, trainer.state)
  }

  private func trainer(_ state: TrainingState, threads: Int = 2) throws -> Trainer {
    try Trainer(
      state, images: scratchImages(count: 48, shape: [1, 8, 8]).images(),
      pool: ThreadPool(count: threads))
  }

  @Test(arguments: Preset.all.map(\.name))
  func `a new run has the weights and moments of its checkpoint, and no progress`(_ preset: String)
    throws
  {
    let (file, parent) = try parent(preset)
    var configuration = parent.configuration
    configuration.seed = 99
    let state = try TrainingState(configuration, from: TensorFile(file.path), keepsMoments: true)
    let isSame = state.numbers == parent.numbers
    #expect(isSame)
    var progress = TrainingProgress(configuration)
    progress.arithmetic = parent.progress.arithmetic
    #expect(state.progress == progress)
    #expect(state.configuration.criticUpdates == parent.progress.criticSteps)
    #expect(state.configuration.generatorUpdates == parent.progress.generatorSteps)
    let origin = try #require(state.configuration.origin)
    #expect(origin.criticSteps == 4 && origin.generatorSteps == parent.progress.generatorSteps)
    #expect(Origin(origin.description) == origin)
    // It is written and read like any other, and does not depend on threads or calls.
    let child = ScratchFile()
    let calm = try trainer(state)
    try state.write(to: OutputFile(child.path))
    let parts = try trainer(TrainingState(TensorFile(child.path)), threads: 1)
    for _ in 0..<3 { #expect(try calm.step() == parts.step()) }
    #expect(calm.state.configuration == parts.state.configuration)
    let isSameAfterwards = calm.state.numbers == parts.state.numbers
    #expect(isSameAfterwards && calm.state.numbers != parent.numbers)
  }

  @Test func `moments are 0 if they are reset, or if the optimizer changes`() throws {
    let (file, parent) = try parent("mlp-gp", steps: 6)
    let checkpoint = try TensorFile(file.path)
    var other = parent.configuration
    other.criticOptimizer = .rmsprop(rate: 1e-4)
    let changed = try TrainingState(other, from: checkpoint, keepsMoments: true)
    #expect(changed.critic.store.moments.count == 1)
    #expect(changed.critic.store.moments[0].numbers.allSatisfy { $0 == 0 })
    #expect(changed.configuration.criticUpdates == 0)
    #expect(changed.configuration.generatorUpdates == 1)
    let moment = parent.generator.store.moments[0].numbers
    #expect(changed.generator.store.moments[0].numbers == moment && moment.contains { $0 != 0 })
    let reset = try TrainingState(parent.configuration, from: checkpoint, keepsMoments: false)
    #expect(reset.generator.store.moments.flatMap(\.numbers).allSatisfy { $0 == 0 })
    #expect(reset.critic.store.moments.flatMap(\.numbers).allSatisfy { $0 == 0 })
    #expect(reset.configuration.generatorUpdates == 0 && reset.configuration.criticUpdates == 0)
    #expect(reset.generator.store.parameters.numbers == parent.generator.store.parameters.numbers)
  }

  /// Adam's correction divides by 1 − βᵗ. If t started at 1 again, kept moments would be scaled by
  /// as much as 1/(1 − β).
  @Test func `the bias correction of kept moments continues`() throws {
    let (file, parent) = try parent("mlp-gp", steps: 6)
    let state = try TrainingState(
      parent.configuration, from: TensorFile(file.path), keepsMoments: true)
    // A second generation counts the updates of both.
    let first = try trainer(state)
    for _ in 0..<3 { _ = try first.step(.critic) }
    let second = ScratchFile()
    try first.state.write(to: OutputFile(second.path))
    let grandchild = try TrainingState(
      parent.configuration, from: TensorFile(second.path), keepsMoments: true)
    #expect(grandchild.configuration.criticUpdates == 9)
    let (store, t) = (grandchild.critic.store, 10.0)
    let (p, m, v) = (store.parameters.numbers, store.moments[0].numbers, store.moments[1].numbers)
    _ = try trainer(grandchild).step(.critic)
    guard
      case .adam(let rate, let beta1, let beta2, let epsilon) = parent.configuration.criticOptimizer
    else { Issue.record("not Adam"); return }
    var moved = 0
    for index in p.indices where m[index] != 0 {
      let g = Double(store.gradients[index])
      let m = (beta1 * Double(m[index]) + (1 - beta1) * g) / (1 - power(beta1, Int(t)))
      let v = (beta2 * Double(v[index]) + (1 - beta2) * g * g) / (1 - power(beta2, Int(t)))
      let expected = Double(p[index]) - rate * m / (v.squareRoot() + epsilon)
      #expect(abs(Double(store.parameters[index]) - expected) <= 2e-7 * max(abs(expected), rate))
      moved += 1
    }
    #expect(moved > 100)
  }

  @Test func `the identity of a run depends on its settings, its images and its weights`() throws {
    let (file, parent) = try parent("mlp-gp")
    let configuration = parent.configuration
    var other = configuration
    other.seed = 8
    let child = try TrainingState(configuration, from: TensorFile(file.path), keepsMoments: true)
    let identities = [configuration, other, child.configuration].map { $0.runIdentity(images: "a") }
    #expect(Set(identities + [configuration.runIdentity(images: "b")]).count == 4)
    #expect(child.configuration.withoutOrigin == configuration)
    // The first step fixes it.
    let trainer = try trainer(TrainingState(initial: configuration))
    let run = trainer.run
    #expect(trainer.state.progress.run == nil && parent.progress.run == run)
    _ = try trainer.step()
    #expect(trainer.state.progress.run == run)
  }

  @Test(arguments: [
    "", "1a2b3c4d", "1a2b3c4 epoch 1 generator_steps 1 critic_steps 1",
    "1A2b3c4d epoch 1 generator_steps 1 critic_steps 1",
    "1a2b3c4d epoch -1 generator_steps 1 critic_steps 1",
    "1a2b3c4d epoch 1 generator_steps 1 critic_steps 1 x",
  ])
  func `any other text is not an origin`(_ text: String) { #expect(Origin(text) == nil) }
}

import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// The effect of a step on the networks: its direction, the clipping of the critic, and values that
/// are not finite.
@Suite struct UpdateTests {
  @Test(arguments: ["mlp-clip", "mlp-gp"])
  func `pitfall 1: the critic separates real from fake, the generator raises C of its samples`(
    _ preset: String
  )
    throws
  {
    let trainer = try trainer(preset, threads: 2) {
      ($0.criticOptimizer.rate, $0.generatorOptimizer.rate) = (1e-3, 1e-3)
    }
    let critic = try (0..<60).map { _ in try #require(trainer.step(.critic).critic) }
    let (first, last) = (critic[0].wasserstein, critic[59].wasserstein)
    #expect(last > 0 && last > first, "\(first) \(last)")
    let scores = try (0..<60).map { _ in try #require(trainer.step(.generator).generator) }
    #expect(scores[59] - scores[0] > last / 4, "\(scores[0]) \(scores[59])")
  }

  @Test(arguments: ["mlp-clip", "mlp-clip-adam", "dcgan-clip"])
  func `pitfall 3: every parameter of the critic is clipped after every step`(_ preset: String)
    throws
  {
    // A step with this rate moves every parameter with a gradient outside the bound.
    let trainer = try trainer(preset, threads: 2, "1x8x8") { $0.criticOptimizer.rate = 1 }
    let critic = trainer.state.critic
    critic.store.parameters.fill(1)
    for _ in 0..<7 {
      _ = try trainer.step(.both)
      for tensor in critic.network.parameters {
        let numbers = critic.store.parameters[tensor.range].numbers
        #expect(numbers.allSatisfy { abs($0) <= 0.01 }, "\(tensor.name)")
      }
      #expect(critic.store.parameters.numbers.contains { abs($0) == 0.01 })
    }
    #expect(trainer.state.generator.store.parameters.numbers.contains { abs($0) > 0.02 })
  }

  @Test(arguments: ["mlp-gp", "mlp-clip"])
  func `pitfall 13: a critic step changes nothing in the generator`(_ preset: String) throws {
    let trainer = try trainer(preset, threads: 2)
    for _ in 0..<6 { _ = try trainer.step(.both) }
    let store = trainer.state.generator.store
    store.gradients.fill(0.5)
    func generator() -> [Float] {
      ([store.parameters, store.gradients] + store.moments).flatMap(\.numbers)
    }
    let before = generator()
    let critic = trainer.state.numbers
    _ = try trainer.step(.critic)
    let isSame = generator() == before
    #expect(isSame)
    #expect(trainer.state.numbers != critic)
  }

  @Test(arguments: [TrainedNetworks.critic, .generator])
  func `pitfall 29: a value that is not finite stops the step before any parameter changes`(
    _ trained: TrainedNetworks
  ) throws {
    let trainer = try trainer("mlp-gp", threads: 2)
    _ = try trainer.step(.both)
    let before = trainer.state.numbers
    // A finite number that becomes infinite in the first product.
    for index in 0..<20 { trainer.state.generator.store.parameters[index] = 3e38 }
    let corrupted = trainer.state.numbers
    let step = trained == .critic ? "critic step 2" : "generator step 1"
    #expect(throws: TrainingError.notFinite(step)) { try trainer.step(trained) }
    let isSame = trainer.state.numbers == corrupted
    #expect(isSame && corrupted != before)
    #expect(trainer.state.progress.criticSteps == 1 && trainer.state.progress.generatorSteps == 0)
  }

  @Test(arguments: [TrainedNetworks.critic, .generator])
  func `a step that is not done does not move the running statistics`(_ trained: TrainedNetworks)
    throws
  {
    let trainer = try trainer("dcgan-clip", threads: 2, "1x8x8")
    _ = try trainer.step(.critic)
    // The last layer overflows, after the batch norm layers have seen the batch.
    let parameters = trainer.state.generator.store.parameters
    let critic = trainer.state.critic.store.parameters
    if trained == .critic {
      for index in 0..<critic.count { critic[index] = 3e38 }
    } else {
      for index in 0..<parameters.count { parameters[index] = 3e38 }
    }
    let before = trainer.state.numbers
    #expect(throws: TrainingError.self) { try trainer.step(trained) }
    let isSame = trainer.state.numbers == before
    #expect(isSame)
  }

  @Test func `a critic step before a generator step that is not finite can be saved`() throws {
    // One batch per epoch, and a critic that is too steep after its first step.
    var configuration = try smallConfiguration("mlp-gp")
    configuration.criticSteps = 1
    configuration.criticOptimizer.rate = 1e38
    let data = try scratchImages(count: 10)
    let pool = ThreadPool(count: 2)
    let trainer = try Trainer(
      TrainingState(initial: configuration), images: data.images(), pool: pool)
    #expect(throws: TrainingError.notFinite("generator step 1")) { try trainer.step() }
    let progress = trainer.state.progress
    #expect(progress.criticSteps == 1 && progress.generatorSteps == 0)
    #expect(progress.epoch == 1 && progress.batch == 0)
    let file = ScratchFile()
    try trainer.state.write(to: OutputFile(file.path))
    let state = try TrainingState(TensorFile(file.path))
    #expect(state.progress == progress)
    _ = try Trainer(state, images: data.images(), pool: pool)
  }

  @Test(arguments: [Float.infinity, -.infinity, .nan], [0, 1])
  func `pitfall 29: a checkpoint with a value that is not finite is neither written nor read`(
    _ number: Float, _ moment: Int
  ) throws {
    let state = try trainer("mlp-gp", threads: 1).state
    let (good, bad) = (ScratchFile(), ScratchFile())
    try state.write(to: OutputFile(good.path))
    let file = try TensorFile(good.path)
    let name = moment == 0 ? "critic.2.bias" : "optimizer.generator.exp_avg_sq.0.weight"
    let parts = file.header.entries.map { entry in
      var numbers: [Float] = file.numbers(of: entry.name) ?? []
      if entry.name == name { numbers[numbers.count - 1] = number }
      return numbers.withUnsafeBytes { [UInt8]($0) }
    }
    try Array(parts.joined()).withUnsafeBytes {
      try file.header.write([$0], to: OutputFile(bad.path))
    }
    let error = #expect(throws: FileError.self) { try TrainingState(TensorFile(bad.path)) }
    #expect(error?.message.contains("not finite") == true)

    let store = moment == 0 ? state.critic.store : state.generator.store
    (moment == 0 ? store.parameters : store.moments[1])[store.count - 1] = number
    let path = ScratchFile()
    #expect(throws: FileError.self) { try state.write(to: OutputFile(path.path)) }
    #expect(!path.exists)
  }

  private func trainer(
    _ preset: String, threads: Int, _ shape: String = "1x6x6",
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> Trainer {
    var configuration = try smallConfiguration(preset, shape)
    change(&configuration)
    let sizes = [
      configuration.image.channels, configuration.image.height, configuration.image.width,
    ]
    return try Trainer(
      TrainingState(initial: configuration),
      images: scratchImages(count: 48, shape: sizes).images(), pool: ThreadPool(count: threads))
  }
}

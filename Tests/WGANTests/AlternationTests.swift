import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// The alternation of the networks, the images and learning rates of their steps, and resuming in
/// the middle of them.
@Suite struct AlternationTests {
  /// Changes to `mlp-gp` with two critic steps, in the text forms of a checkpoint.
  struct Variant: CustomTestStringConvertible, Sendable {
    var schedule = "constant"
    var warmUp = "none"
    var realBatch = RealBatch.fresh
    var interpolation = Interpolation.uniform
    var criticSteps = 2

    var testDescription: String {
      "\(schedule), \(warmUp), \(realBatch), \(interpolation), \(criticSteps)"
    }

    func configuration() throws -> TrainingConfiguration {
      var configuration = try smallConfiguration("mlp-gp")
      configuration.generator = try #require(Architecture("dense 8; relu; dense 36; tanh"))
      configuration.critic = try #require(Architecture("dense 8; leaky-relu 0.2; dense 1"))
      configuration.criticSteps = criticSteps
      configuration.schedule = try #require(Schedule(schedule))
      configuration.criticWarmUp = try #require(CriticWarmUp(warmUp))
      configuration.realBatch = realBatch
      configuration.interpolation = interpolation
      #expect(configuration.validationError == nil)
      return configuration
    }
  }

  /// Both networks in alternation, and each one alone for a while, across epochs of four batches.
  static let turns: [TrainedNetworks] =
    Array(repeating: .both, count: 7) + [.critic, .critic, .generator, .critic, .critic, .critic]
    + Array(repeating: .both, count: 9) + [.generator, .generator, .both, .critic, .both, .both]

  static let variants = [
    Variant(schedule: "plateau factor 0.5 patience 0 threshold 0.5 floor 0 every epoch"),
    Variant(
      schedule: "plateau factor 0.9 patience 0 cooldown 1 floor 0 every epoch warm-up 5",
      realBatch: .reused),
    Variant(schedule: "plateau factor 0.5 patience 2 floor 0 every step"),
    Variant(schedule: "plateau factor 0.7 patience 0 cooldown 2 every step", warmUp: "3 2 4"),
    Variant(schedule: "linear 9", warmUp: "5 1 3"),
    Variant(schedule: "cosine 14 warm-up 3", realBatch: .reused, criticSteps: 3),
    Variant(warmUp: "4 2 3", realBatch: .reused, interpolation: .normal),
  ]

  @Test(arguments: variants)
  func `pitfall 26: a run that is interrupted anywhere and resumed has the same bytes`(
    _ variant: Variant
  )
    throws
  {
    let data = try scratchImages(count: 48)
    let calm = try trainer(variant, data)
    for trained in Self.turns { _ = try calm.step(trained) }
    let expected = ScratchFile()
    try calm.state.write(to: OutputFile(expected.path))
    let first = try trainer(variant, data)
    for (cut, trained) in Self.turns.enumerated() {
      let (middle, end) = (ScratchFile(), ScratchFile())
      try first.state.write(to: OutputFile(middle.path))
      let second = try Trainer(
        TrainingState(TensorFile(middle.path)), images: data.images(), pool: ThreadPool(count: 2))
      for trained in Self.turns[cut...] { _ = try second.step(trained) }
      try second.state.write(to: OutputFile(end.path))
      let isSame = end.bytes == expected.bytes
      #expect(isSame, "cut before step \(cut)")
      _ = try first.step(trained)
    }
  }

  @Test
  func
    `pitfall 6: the warm-up adds critic steps before the first generator steps and periodically`()
    throws
  {
    let trainer = try trainer(Variant(warmUp: "5 2 3"), scratchImages(count: 48))
    var counts: [Int] = []
    var count = 0
    while counts.count < 8 {
      count += 1
      if try trainer.step(.both).generator != nil {
        counts.append(count)
        count = 0
      }
    }
    // Generator steps 0 and 1 are the first; 0, 3 and 6 are every third.
    #expect(counts == [5, 5, 2, 5, 2, 2, 5, 2])
  }

  @Test func `pitfall 6: the warm-up of Arjovsky et al. is 100 steps for 25, then every 500th`()
    throws
  {
    let dcgan = try #require(Preset("dcgan-clip")).configuration(image: .mnist, seed: 0)
    #expect(dcgan.criticWarmUp.description == "100 25 500")
    var configuration = try #require(Preset("mlp-clip")).configuration(image: .mnist, seed: 0)
    #expect(configuration.criticWarmUp == .never)
    configuration.criticWarmUp = try #require(CriticWarmUp("100 25 500"))
    for number in 0..<2000 {
      let expected = number < 25 || number % 500 == 0 ? 100 : 5
      #expect(configuration.criticSteps(before: number) == expected)
    }
    configuration.criticWarmUp = .never
    #expect(configuration.criticSteps(before: 0) == 5)
  }

  @Test(arguments: ["none", "100 25 500", "1 1 1"])
  func `a warm-up has the text form that it was parsed from`(_ text: String) throws {
    let warmUp = try #require(CriticWarmUp(text))
    #expect(warmUp.description == text)
    #expect(warmUp.validationError == nil)
  }

  @Test(arguments: ["", "no", "100", "100 25", "100 25 500 1", "100 25 x", "none none"])
  func `a text that is not a warm-up is refused`(_ text: String) {
    #expect(CriticWarmUp(text) == nil)
  }

  @Test(arguments: ["0 1 1", "1000001 1 1", "1 0 1", "1 1 0", "1 1 -1", "1 9007199254740993 1"])
  func `a warm-up that is out of range is refused with the reason`(_ text: String) throws {
    var configuration = try smallConfiguration("mlp-gp")
    configuration.criticWarmUp = try #require(CriticWarmUp(text))
    #expect(configuration.validationError?.contains("warm-up") == true)
  }

  @Test func `a step with rate 0 changes the moments and no parameter`() throws {
    let trainer = try frozen(Variant(), scratchImages(count: 48))
    let before = trainer.state.numbers
    for _ in 0..<6 { _ = try trainer.step(.both) }
    let parameters = trainer.state.critic.store.count + trainer.state.generator.store.count
    let after = trainer.state.numbers
    #expect(Array(after[..<parameters]) == Array(before[..<parameters]))
    #expect(after != before)
  }

  @Test func `all critic steps before a generator step use the same reused batch`() throws {
    let data = try scratchImages(count: 48)
    // The networks do not change, so the mean of C identifies the real images.
    let fresh = try seen(by: frozen(Variant(), data), Array(repeating: .both, count: 12))
    #expect(Set(fresh).count == 12)
    let both = try frozen(Variant(warmUp: "5 3 100", realBatch: .reused, criticSteps: 3), data)
    // Generator steps 1 and 2 have a warm-up; `frozen` starts at step 1.
    let counts = [5, 5, 3, 3, 3, 3]
    let expected = zip(fresh, counts).flatMap { Array(repeating: $0, count: $1) }
    #expect(try seen(by: both, Array(repeating: .both, count: 22)) == expected)
    #expect(both.state.progress.epoch == 1 && both.state.progress.batch == 2)
    #expect(both.state.progress.batchUses == 0)

    let alone = try frozen(Variant(realBatch: .reused, criticSteps: 3), data)
    #expect(
      try seen(by: alone, Array(repeating: .critic, count: 8))
        == [0, 0, 0, 1, 1, 1, 2, 2].map { fresh[$0] })
    #expect(alone.state.progress.batch == 2 && alone.state.progress.batchUses == 2)

    let mixed = try frozen(Variant(realBatch: .reused, criticSteps: 3), data)
    #expect(
      try seen(by: mixed, [.both, .both, .critic, .generator, .both, .both, .critic, .both, .both])
        == [0, 0, 0, 1, 2, 2, 2, 2].map { fresh[$0] })
  }

  @Test func `other images are refused while a batch is in use`() throws {
    let (data, other) = (try scratchImages(count: 48), try scratchImages(count: 48, salt: 1))
    let trainer = try trainer(Variant(realBatch: .reused), data)
    _ = try trainer.step(.both)
    #expect(trainer.state.progress.batch == 0)
    #expect(throws: TrainingError.self) {
      try Trainer(trainer.state, images: other.images(), pool: ThreadPool(count: 1))
    }
    _ = try Trainer(trainer.state, images: data.images(), pool: ThreadPool(count: 1))
  }

  @Test func `steps use the learning rates of the schedule`() throws {
    let data = try scratchImages(count: 48)
    let scheduled = try trainer(Variant(schedule: "linear 8", criticSteps: 1), data)
    var configuration = try Variant(criticSteps: 1).configuration()
    configuration.criticOptimizer.rate *= 0.25
    configuration.generatorOptimizer.rate *= 0.25
    let quarter = try Trainer(
      TrainingState(initial: configuration), images: data.images(), pool: ThreadPool(count: 1))
    for trainer in [scheduled, quarter] { trainer.state.progress.generatorSteps = 6 }
    let reports = try [scheduled.step(.both), quarter.step(.both)]
    #expect(reports[0] == reports[1])
    #expect(reports[0].rates == LearningRates(critic: 2.5e-5, generator: 2.5e-5))
    let isSame = scheduled.state.numbers == quarter.state.numbers
    #expect(isSame)
    let next = try [scheduled.step(.both), quarter.step(.both)]
    #expect(next[0].rates.critic == 1.25e-5 && next[1].rates.critic == 2.5e-5)
  }

  @Test func `a plateau of every step uses the losses of the steps before`() throws {
    let variant = Variant(
      schedule: "plateau factor 0.5 patience 1 threshold 0.01 floor 0 every step")
    let trainer = try trainer(variant, scratchImages(count: 48))
    let plateau = try #require(trainer.state.configuration.schedule.plateau)
    var (critic, generator) = (PlateauMemory(rate: 1e-4), PlateauMemory(rate: 1e-4))
    for trained in Self.turns {
      let report = try trainer.step(trained)
      #expect(report.rates == LearningRates(critic: critic.rate, generator: generator.rate))
      if let objective = report.critic?.objective { critic.update(objective, plateau) }
      if let mean = report.generator { generator.update(-mean, plateau) }
    }
    #expect(critic.rate < 1e-4 && generator.rate < 1e-4 && critic.rate != generator.rate)
  }

  @Test(arguments: [RealBatch.fresh, .reused])
  func `a plateau of every epoch uses the mean estimates of the epochs before`(_ batch: RealBatch)
    throws
  {
    let variant = Variant(
      schedule: "plateau factor 0.5 patience 0 threshold 0.3 floor 0 every epoch", realBatch: batch)
    var configuration = try variant.configuration()
    configuration.generatorOptimizer.rate = 8e-4
    let data = try scratchImages(count: 48)
    let trainer = try Trainer(
      TrainingState(initial: configuration), images: data.images(), pool: ThreadPool(count: 1))
    let plateau = try #require(configuration.schedule.plateau)
    var memory = PlateauMemory(rate: 1e-4)
    var estimates: [Double] = []
    while trainer.state.progress.epoch < 7 {
      let epoch = trainer.state.progress.epoch
      let report = try trainer.step(.both)
      #expect(report.rates == LearningRates(critic: memory.rate, generator: 8 * memory.rate))
      estimates.append(try #require(report.critic).wasserstein)
      if trainer.state.progress.epoch > epoch {
        #expect(estimates.count == (batch == .fresh ? 4 : 8))
        memory.update(abs(estimates.reduce(0, +) / Double(estimates.count)), plateau)
        estimates = []
      }
    }
    #expect(memory.rate < 1e-4)
  }

  private func trainer(_ variant: Variant, _ data: ScratchImages) throws -> Trainer {
    try Trainer(
      TrainingState(initial: variant.configuration()), images: data.images(),
      pool: ThreadPool(count: 1))
  }

  private func frozen(_ variant: Variant, _ data: ScratchImages) throws -> Trainer {
    try frozenTrainer(variant.configuration(), data)
  }

  /// The mean of C over the real images of each critic step.
  private func seen(by trainer: Trainer, _ turns: [TrainedNetworks]) throws -> [Double] {
    try turns.compactMap { try trainer.step($0).critic?.real }
  }
}

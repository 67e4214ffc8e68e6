import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// The trainer as a map from one state to the next.
@Suite struct TrainerTests {
  @Test(arguments: Preset.all.map(\.name), [2, 5])
  func `pitfall 30: the state does not depend on the number of threads`(
    _ preset: String, _ threads: Int
  ) throws {
    let data = try scratchImages(count: 190, shape: [1, 8, 8])
    let one = try wideTrainer(preset, data, threads: 1)
    let several = try wideTrainer(preset, data, threads: threads)
    for _ in 0..<5 {
      let (expected, report) = (try one.step(.both), try several.step(.both))
      #expect(report == expected)
    }
    // Where arrays are long, the difference that an expectation tells would take minutes.
    let isSame = one.state.numbers == several.state.numbers
    #expect(isSame)
    #expect(one.state.progress == several.state.progress)
  }

  @Test(arguments: Preset.all.map(\.name))
  func `pitfall 26: k steps, a checkpoint and the rest equal all steps at once`(_ preset: String)
    throws
  {
    let data = try scratchImages(count: 190, shape: [1, 8, 8])
    let calm = try wideTrainer(preset, data, threads: 2)
    for _ in 0..<12 { _ = try calm.step(.both) }
    for k in [1, 4, 5, 11] {
      let first = try wideTrainer(preset, data, threads: 1)
      for _ in 0..<k { _ = try first.step(.both) }
      let path = ScratchFile()
      try first.state.write(to: OutputFile(path.path))
      let state = try TrainingState(TensorFile(path.path))
      let second = try Trainer(state, images: data.images(), pool: ThreadPool(count: 2))
      for _ in k..<12 { _ = try second.step(.both) }
      let isSame = second.state.numbers == calm.state.numbers
      #expect(isSame)
      #expect(second.state.progress == calm.state.progress)
    }
  }

  @Test func `a batch goes through the critic in chunks that threads do not change`() throws {
    let data = try scratchImages(count: 300, shape: [1, 8, 8])
    func train(_ threads: Int) throws -> [Float] {
      let trainer = try wideTrainer("keras-gp", data, threads: threads, batchSize: 150)
      #expect(trainer.state.configuration.batchSize == 150)
      for _ in 0..<4 { _ = try trainer.step(.both) }
      // The last chunk is shorter than the others: shares that did not wait would meet in it.
      for _ in 0..<12 { _ = try trainer.step(.generator) }
      return trainer.state.numbers
    }
    #expect(try train(1) == train(3))
  }

  @Test func `pitfall 8: the critic's steps are counted across epochs and checkpoints`() throws {
    let data = try scratchImages(count: 48)
    var trainer = try trainer("mlp-clip", data, threads: 1)
    #expect(trainer.batchesPerEpoch == 4)
    var epochs: [Int] = []
    var generatorSteps: [Int] = []
    for _ in 0..<12 {
      let report = try trainer.step(.both)
      epochs.append(report.epoch)
      generatorSteps.append(report.generatorStep)
      #expect((report.generator != nil) == (report.criticStep % 5 == 0))
      let path = ScratchFile()
      try trainer.state.write(to: OutputFile(path.path))
      trainer = try Trainer(
        TrainingState(TensorFile(path.path)), images: data.images(), pool: ThreadPool(count: 1))
    }
    #expect(epochs == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    #expect(generatorSteps == [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2])
    #expect(trainer.state.progress.epoch == 3)
    #expect(trainer.state.progress.batch == 0)
    #expect(trainer.state.progress.phase == 2)
  }

  @Test func `a side trains alone, and the other and the alternation stay`() throws {
    let data = try scratchImages(count: 48)
    let trainer = try trainer("mlp-gp", data, threads: 1)
    _ = try trainer.step(.both)
    let before = trainer.state.numbers
    let generator = trainer.state.generator.network.parameterCount
    let report = try trainer.step(.critic)
    #expect(report.generator == nil)
    #expect(Array(trainer.state.numbers[..<generator]) == Array(before[..<generator]))
    #expect(trainer.state.progress.phase == 1)
    let middle = trainer.state.numbers
    let other = try trainer.step(.generator)
    #expect(other.critic == nil && other.generator != nil)
    #expect(trainer.state.progress.batch == 2 && trainer.state.progress.phase == 1)
    let critic = trainer.state.critic.network.parameterCount
    let criticRange = generator..<generator + critic
    #expect(Array(trainer.state.numbers[criticRange]) == Array(middle[criticRange]))
    #expect(trainer.state.numbers != middle)
  }

  @Test func `images that do not fit are refused in words`() throws {
    let data = try scratchImages(count: 9)
    let words = "9 images do not make a batch of 10, which wgan-init --batch-size sets"
    #expect(throws: TrainingError.images(words)) {
      try trainer("mlp-clip", data, threads: 1)
    }
    let wide = try scratchImages(count: 30, shape: [1, 6, 5])
    #expect(throws: TrainingError.images("images are 1x6x5, the network's are 1x6x6")) {
      try trainer("mlp-clip", wide, threads: 1)
    }
  }

  @Test func `other images may follow at the end of an epoch, not in its middle`() throws {
    let (data, other) = (try scratchImages(count: 20), try scratchImages(count: 20, salt: 1))
    let trainer = try trainer("mlp-clip", data, threads: 1)
    _ = try trainer.step(.both)
    #expect(throws: TrainingError.self) {
      try Trainer(trainer.state, images: other.images(), pool: ThreadPool(count: 1))
    }
    _ = try trainer.step(.both)
    _ = try Trainer(trainer.state, images: other.images(), pool: ThreadPool(count: 1)).step(.both)
    #expect(trainer.state.progress.criticSteps == 3)
  }

  @Test func `dense networks see a color image as PyTorch flattens it`() throws {
    // The same bytes as 3×2×6 and as 1×6×6: the same numbers in the checkpoint's order, up to
    // rounding.
    let gray = try scratchImages(count: 48)
    let color = ScratchImages()
    let header = TensorHeader(
      kind: "images", metadata: ["range": "0,255"],
      entries: [TensorEntry("images", .u8, [48, 3, 2, 6])])
    let bytes: [UInt8] = try #require(TensorFile(gray.file.path).numbers(of: "images"))
    try bytes.withUnsafeBytes { try header.write([$0], to: OutputFile(color.file.path)) }
    var configuration = try smallConfiguration("mlp-gp")
    let one = try Trainer(
      TrainingState(initial: configuration), images: gray.images(), pool: ThreadPool(count: 1))
    configuration.image = try #require(Shape("3x2x6"))
    let three = try Trainer(
      TrainingState(initial: configuration), images: color.images(), pool: ThreadPool(count: 2))
    for _ in 0..<10 {
      let (a, b) = (try one.step(.both), try three.step(.both))
      let (x, y) = (try #require(a.critic), try #require(b.critic))
      #expect(abs(x.wasserstein - y.wasserstein) < 1e-5 && abs(x.real - y.real) < 1e-5)
    }
    let files = [ScratchFile(), ScratchFile()]
    for (trainer, file) in zip([one, three], files) {
      try Sampler(trainer.state, pool: ThreadPool(count: 1))
        .write(Latents(seed: 4, first: 0, count: 3), to: OutputFile(file.path))
    }
    let pixels = try files.map {
      try #require(TensorFile($0.path).numbers(of: "images", as: Float.self))
    }
    let isClose = zip(pixels[0], pixels[1]).allSatisfy { abs($0 - $1) < 1e-5 }
    #expect(isClose && pixels[0].count == 108)
  }

  @Test func `a goal is reached by the steps or epochs that it names`() throws {
    var (start, now) = (TrainingProgress(), TrainingProgress())
    (start.epoch, start.criticSteps, start.generatorSteps) = (2, 10, 2)
    (now.epoch, now.criticSteps, now.generatorSteps) = (3, 17, 6)
    let configuration = try smallConfiguration("mlp-gp")
    func plan(_ stopCondition: StopCondition?, _ trained: TrainedNetworks) -> TrainingPlan {
      TrainingPlan(from: start, trained, to: stopCondition, configuration, batchesPerEpoch: 4)
    }
    func reached(_ stopCondition: StopCondition, _ trained: TrainedNetworks) -> Bool {
      plan(stopCondition, trained).isFinished(at: now)
    }
    #expect(reached(.steps(4), .both) && !reached(.steps(5), .both))
    #expect(reached(.steps(7), .critic) && !reached(.steps(8), .critic))
    #expect(reached(.epochs(1), .both) && !reached(.epochs(2), .critic))
    #expect(reached(.epochs(1), .generator) && !reached(.epochs(2), .generator))
    #expect(reached(.untilEpoch(3), .both) && !reached(.untilEpoch(4), .both))
    #expect(reached(.steps(0), .both) && reached(.untilEpoch(0), .critic))
    #expect(!plan(nil, .both).isFinished(at: now))
  }

  @Test func `where the rates are 0 for good the end of an epoch is the end`() throws {
    var now = TrainingProgress()
    func isFinished(_ schedule: String, _ stopCondition: StopCondition?) throws -> Bool {
      var configuration = try smallConfiguration("mlp-gp")
      configuration.schedule = try #require(Schedule(schedule))
      return TrainingPlan(
        from: TrainingProgress(), .both, to: stopCondition, configuration, batchesPerEpoch: 4
      )
      .isFinished(at: now)
    }
    (now.epoch, now.criticSteps, now.generatorSteps) = (3, 35, 7)
    for stopCondition in [nil, .epochs(9), .untilEpoch(9)] as [StopCondition?] {
      #expect(try isFinished("linear 7", stopCondition) && isFinished("cosine 7", stopCondition))
      #expect(try !isFinished("linear 8", stopCondition) && !isFinished("cosine 8", stopCondition))
      #expect(try !isFinished("constant", stopCondition) && !isFinished("plateau", stopCondition))
    }
    #expect(try !isFinished("linear 7", .steps(9)))
    now.batch = 1
    #expect(try !isFinished("linear 7", .untilEpoch(9)))
    now = TrainingProgress()
    #expect(try !isFinished("linear 7 warm-up 3", nil))
  }

  @Test(
    arguments: [.steps(7), .epochs(2), .untilEpoch(3)] as [StopCondition], TrainedNetworks.allCases)
  func `the images that are left are those that come`(
    _ stopCondition: StopCondition, _ trained: TrainedNetworks
  ) throws {
    if case .untilEpoch = stopCondition, trained == .generator { return }
    for reuse in [RealBatch.fresh, .reused] {
      var configuration = try smallConfiguration("mlp-gp")
      configuration.realBatch = reuse
      let images = try scratchImages(count: 45)
      let trainer = try Trainer(
        TrainingState(initial: configuration), images: images.images(), pool: ThreadPool(count: 1))
      for _ in 0..<3 { _ = try trainer.step(.both) }
      let plan = TrainingPlan(trainer, trained, to: stopCondition)
      var left: [Double] = []
      while !plan.isFinished(at: trainer.state.progress) {
        left.append(try #require(plan.imagesLeft(at: trainer.state.progress)))
        _ = try trainer.step(trained)
      }
      let count = left.count
      let seen = plan.images(at: trainer.state.progress)
      #expect(seen == 10 * count && plan.imagesLeft(at: trainer.state.progress) == 0)
      // A batch that is reused may have been begun.
      let slack = reuse == .reused ? 10 * configuration.criticSteps : 0
      for (step, found) in left.enumerated() {
        #expect(abs(found - Double(10 * (count - step))) <= Double(slack))
      }
    }
  }

  /// Of more samples than a vector has lanes, so that threads share them, and fewer critic steps.
  private func wideTrainer(
    _ preset: String, _ data: ScratchImages, threads: Int, batchSize: Int = 37
  ) throws -> Trainer {
    var configuration = try smallConfiguration(preset, "1x8x8")
    configuration.batchSize = batchSize
    configuration.criticSteps = min(configuration.criticSteps, 2)
    configuration.criticWarmUp = .never
    return try Trainer(
      TrainingState(initial: configuration), images: data.images(), pool: ThreadPool(count: threads)
    )
  }

  private func trainer(_ preset: String, _ data: ScratchImages, threads: Int) throws -> Trainer {
    let state = TrainingState(initial: try smallConfiguration(preset))
    return try Trainer(state, images: data.images(), pool: ThreadPool(count: threads))
  }
}

extension TrainingState {
  /// Every number that a checkpoint keeps.
  var numbers: [Float] {
    let networks = [generator, critic]
    return networks.flatMap(\.store.parameters.numbers) + networks.flatMap(\.store.buffers.numbers)
      + networks.flatMap(\.store.moments).flatMap(\.numbers)
  }
}

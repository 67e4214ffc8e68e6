import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// The steps of a trainer: threads, resuming, epochs and images.
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
    // Printing the difference of long arrays would take minutes.
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

  @Test func `the critic processes a batch in chunks that do not depend on the threads`() throws {
    let data = try scratchImages(count: 300, shape: [1, 8, 8])
    func train(_ threads: Int) throws -> [Float] {
      let trainer = try wideTrainer("keras-gp", data, threads: threads, batchSize: 150)
      #expect(trainer.state.configuration.batchSize == 150)
      for _ in 0..<4 { _ = try trainer.step(.both) }
      // The last chunk is shorter, so threads that do not wait for each other would overlap in it.
      for _ in 0..<12 { _ = try trainer.step(.generator) }
      return trainer.state.numbers
    }
    #expect(try train(1) == train(3))
  }

  @Test func `pitfall 8: critic steps are counted across epochs and checkpoints`() throws {
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

  @Test func `training one network does not change the other or the alternation`() throws {
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

  @Test func `unsuitable images are refused with the reason`() throws {
    let data = try scratchImages(count: 9)
    let message =
      "too few images for a batch (expected at least 10, found 9); wgan-init --batch-size sets the "
      + "batch size"
    #expect(throws: TrainingError.images(message)) {
      try trainer("mlp-clip", data, threads: 1)
    }
    let wide = try scratchImages(count: 30, shape: [1, 6, 5])
    #expect(throws: TrainingError.images("images are 1x6x5 (expected 1x6x6)")) {
      try trainer("mlp-clip", wide, threads: 1)
    }
  }

  @Test func `the images may change at the end of an epoch only`() throws {
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

  @Test func `dense networks flatten a color image as PyTorch does`() throws {
    // The same bytes as 3×2×6 and as 1×6×6 give the same numbers in the order of the checkpoint, up
    // to rounding.
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

  /// Makes a trainer with more samples than a vector has lanes, so that several threads get some,
  /// and with at most two critic steps.
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
  /// Every number in a checkpoint.
  var numbers: [Float] {
    let networks = [generator, critic]
    return networks.flatMap(\.store.parameters.numbers) + networks.flatMap(\.store.buffers.numbers)
      + networks.flatMap(\.store.moments).flatMap(\.numbers)
  }
}

import Foundation
import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// Runs of thirteen critic steps compared with the same runs in PyTorch in double precision, which
/// `scripts/make_fixtures.py` recorded from the configuration and the documentation only.
@Suite struct RecordedRunTests {
  @Test(arguments: RecordedRun.presets)
  func `a preset has the hyperparameters of its paper`(_ name: String) throws {
    let expected = try RecordedRun(name).defaults
    let preset = try #require(Preset(name)).configuration(image: .mnist, seed: 0)
    let found = CheckpointMetadata.encode(preset, TrainingProgress()).filter {
      expected[$0.key] != nil
    }
    #expect(found.count == expected.count)
    for (key, value) in expected { #expect(found[key] == value) }
    let run = try RecordedRun(name).configuration()
    let small = try #require(Preset(name)).configuration(image: run.image, seed: run.seed)
    #expect(small.generator == run.generator && small.critic == run.critic)
  }

  @Test(arguments: RecordedRun.all)
  func `the initial weights agree with the reference`(_ name: String) throws {
    let run = try RecordedRun(name)
    // The largest observed difference, 8.5e-8, is the rounding error of a Float.
    try expect(TrainingState(initial: run.configuration()), run.initial, within: { _ in 1e-6 })
  }

  @Test(arguments: RecordedRun.all, [1, 2])
  func `every step computes the metrics of PyTorch`(_ name: String, _ threads: Int) throws {
    let run = try RecordedRun(name)
    let reports = try train(run, run.images(), threads: threads).reports
    #expect(reports.count == run.steps.count)
    for (report, expected) in zip(reports, run.steps) {
      let critic = try #require(report.critic)
      // The rounding error of a difference of means is that of C.
      let scale = max(abs(expected.criticReal), abs(expected.criticFake))
      func close(_ found: Double?, _ expected: Double?, scale: Double? = nil) -> Bool {
        guard let found, let expected else { return found == nil && expected == nil }
        return abs(found - expected) <= run.stepTolerance * (scale ?? abs(expected))
      }
      let place = Comment("critic step \(report.criticStep)")
      try #require(report.epoch == expected.epoch, place)
      try #require(close(critic.wasserstein, expected.wasserstein, scale: scale), place)
      try #require(close(critic.real, expected.criticReal, scale: scale), place)
      try #require(close(critic.fake, expected.criticFake, scale: scale), place)
      try #require(close(critic.penalty, expected.penalty), place)
      try #require(close(critic.gradientNorm, expected.gradientNorm), place)
      try #require(close(report.generator, expected.generator, scale: scale), place)
    }
  }

  @Test(arguments: RecordedRun.all, [1, 2])
  func `the last checkpoint agrees with PyTorch`(_ name: String, _ threads: Int) throws {
    let run = try RecordedRun(name)
    let state = try train(run, run.images(), threads: threads).state
    try expect(state, run.final, within: run.tolerance)
    let metadata = CheckpointMetadata.encode(state.configuration, state.progress)
    for (key, value) in run.metadata { #expect(metadata[key] == value) }
  }

  @Test(arguments: RecordedRun.all, [1, 2])
  func `samples of the last checkpoint agree with PyTorch`(_ name: String, _ threads: Int) throws {
    let run = try RecordedRun(name)
    let state = try train(run, run.images(), threads: threads).state
    let path = ScratchFile()
    try Sampler(state, pool: ThreadPool(count: threads))
      .write(Latents(seed: 5, first: 3, count: 20), to: OutputFile(path.path))
    let file = try TensorFile(path.path)
    let pixels: [Float] = try #require(file.numbers(of: "images"))
    #expect(run.samples.count == 2)
    for (number, image) in run.samples {
      let first = (try #require(Int(number)) - 3) * image.count
      let differences = zip(pixels[first...], image).map { abs(Double($0) - $1) }
      #expect(try differences.count == run.configuration().image.count)
      let isClose = differences.allSatisfy { $0 <= run.sampleTolerance }
      #expect(isClose, "sample \(number)")
    }
  }

  @Test(arguments: RecordedRun.presets)
  func `floats from -1 to 1 train as the bytes that they come from`(_ name: String) throws {
    let run = try RecordedRun(name)
    let bytes = try scratchImages(count: 80)
    let file = try TensorFile(bytes.file.path)
    let pixels: [UInt8] = try #require(file.numbers(of: "images"))
    let numbers = pixels.map { (2 * Float($0) - 255) / 255 }
    let floats = ScratchImages()
    let header = TensorHeader(
      kind: "images", metadata: ["range": "-1,1"],
      entries: [TensorEntry("images", .f32, [80, 1, 6, 6])])
    try numbers.withUnsafeBytes { try header.write([$0], to: OutputFile(floats.file.path)) }
    let expected = try train(run, bytes, threads: 1)
    for threads in [1, 2] {
      let found = try train(run, floats, threads: threads)
      #expect(found.reports == expected.reports)
      let isSame = found.state.numbers == expected.state.numbers
      #expect(isSame)
    }
  }

  @Test func `a line of metrics has every value under its name`() throws {
    var report = StepReport(epoch: 3, rates: LearningRates(critic: 0.25, generator: 0.125))
    (report.criticStep, report.generatorStep) = (35, 7)
    report.critic = CriticMetrics(real: 1.5, fake: -0.25, penalty: 0.75, gradientNorm: 1.25)
    report.generator = 2.5
    #expect(
      report.json(seconds: 0.0625) == """
        {"epoch":3,"generator_step":7,"critic_step":35,"wasserstein":1.75,"penalty":0.75,\
        "gradient_norm":1.25,"critic_real":1.5,"critic_fake":-0.25,"lr_critic":0.25,\
        "lr_generator":0.125,"seconds":0.0625}
        """)
    report.critic = nil
    #expect(
      report.json(seconds: 0) == """
        {"epoch":3,"generator_step":7,"critic_step":35,"wasserstein":null,"penalty":null,\
        "gradient_norm":null,"critic_real":null,"critic_fake":2.5,"lr_critic":0.25,\
        "lr_generator":0.125,"seconds":0.0}
        """)
  }

  private func train(
    _ run: RecordedRun, _ images: ScratchImages, threads: Int
  ) throws -> (state: TrainingState, reports: [StepReport]) {
    let trainer = try Trainer(
      TrainingState(initial: run.configuration()), images: images.images(),
      pool: ThreadPool(count: threads))
    let reports = try run.steps.map { _ in try trainer.step(.both) }
    return (trainer.state, reports)
  }

  /// Compares the tensors of a checkpoint with their recorded sums, and stops at the first
  /// difference.
  private func expect(
    _ state: TrainingState, _ recorded: [String: [Double]], within tolerance: (String) -> Double
  ) throws {
    let path = ScratchFile()
    try state.write(to: OutputFile(path.path))
    let file = try TensorFile(path.path)
    let names = file.header.entries.map(\.name).filter { recorded[$0] != nil }
    #expect(names.count == recorded.count)
    for name in names {
      let numbers: [Float] = try #require(file.numbers(of: name))
      try expectSums(
        of: numbers.map { Double($0) }, try #require(recorded[name]), within: tolerance(name), name)
    }
  }
}

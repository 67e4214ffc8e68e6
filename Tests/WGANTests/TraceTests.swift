import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// A trace records the steps and does not change them.
@Suite struct TraceTests {
  @Test(arguments: Preset.all.map(\.name))
  func `a trace does not depend on the number of threads and does not change the run`(
    _ preset: String
  ) throws {
    let data = try scratchImages(count: 190, shape: [1, 8, 8])
    let calm = try small(preset, data, threads: 2)
    for _ in 0..<5 { _ = try calm.step(.both) }
    var traces: [[UInt8]] = []
    for threads in [1, 3] {
      let trainer = try small(preset, data, threads: threads)
      traces.append(try trace(trainer, steps: 5).bytes)
      #expect(trainer.state.numbers == calm.state.numbers)
      #expect(trainer.state.progress == calm.state.progress)
    }
    #expect(traces[0] == traces[1])
  }

  @Test(arguments: Preset.all.map(\.name))
  func `the last traced parameters are those of the checkpoint`(_ preset: String) throws {
    let data = try scratchImages(count: 190, shape: [1, 8, 8])
    let trainer = try small(preset, data)
    let traced = try trace(trainer, steps: 6).file
    let end = ScratchFile()
    try trainer.state.write(to: OutputFile(end.path))
    let checkpoint = try TensorFile(end.path)
    let steps = [
      "critic.\(trainer.state.progress.criticSteps)",
      "generator.\(trainer.state.progress.generatorSteps)",
    ]
    for entry in checkpoint.header.entries {
      // The sixth step was a critic step, possibly followed by a generator step.
      let step = entry.name.contains("generator.") ? steps[1] : steps[0]
      guard !entry.name.contains("running") else { continue }
      let found: [Float] = try #require(traced.numbers(of: "\(step).after.\(entry.name)"))
      #expect(found == checkpoint.numbers(of: entry.name))
      #expect(traced.header["\(step).after.\(entry.name)"]?.shape == entry.shape)
    }
    let last = trainer.state.progress.phase == 0 ? steps[1] : steps[0]
    for entry in checkpoint.header.entries where entry.name.contains("running") {
      let found: [Float] = try #require(traced.numbers(of: "\(last).after.\(entry.name)"))
      #expect(found == checkpoint.numbers(of: entry.name))
    }
  }

  @Test(arguments: ["mlp-clip", "keras-gp", "dcgan-clip"], [1, 4, 5])
  func `the traces of two parts of a run contain the same as one trace`(
    _ preset: String, _ k: Int
  ) throws {
    // An epoch has three batches.
    let data = try scratchImages(count: 130, shape: [1, 8, 8])
    let whole = try trace(small(preset, data), steps: 8).file
    let first = try small(preset, data)
    let checkpoint = ScratchFile()
    let before = try trace(first, steps: k).file
    try first.state.write(to: OutputFile(checkpoint.path))
    let state = try TrainingState(TensorFile(checkpoint.path))
    let second = try Trainer(state, images: data.images(), pool: ThreadPool(count: 2))
    let after = try trace(second, steps: 8 - k).file
    var names: [String] = []
    for part in [before, after] {
      for entry in part.header.entries where !entry.name.hasPrefix("padding.") {
        names.append(entry.name)
        let isSame = part.checksum(of: entry.name) == whole.checksum(of: entry.name)
        #expect(isSame && whole.header[entry.name] == entry)
      }
      for (key, text) in part.header.metadata where text.hasPrefix("epoch ") {
        #expect(whole.header.metadata[key] == text)
      }
    }
    #expect(names == whole.header.entries.map(\.name).filter { !$0.hasPrefix("padding.") })
  }

  @Test func `traced masks are those of the step, in the order of PyTorch`() throws {
    let data = try scratchImages(count: 40, shape: [1, 8, 8])
    var configuration = try smallConfiguration("keras-gp", "1x8x8")
    configuration.batchSize = 20
    configuration.critic = try #require(
      Architecture("conv 3 kernel 3; dropout 0.3; tanh; flatten; dropout 0.5; dense 1"))
    let trainer = try Trainer(
      TrainingState(initial: configuration), images: data.images(), pool: ThreadPool(count: 1))
    let file = try trace(trainer, steps: 1, .critic).file
    #expect(file.header["critic.1.mask.critic.1.real"]?.shape == [20, 3, 6, 6])
    #expect(file.header["critic.1.mask.critic.4.fake"]?.shape == [20, 108])
    for (node, place, _) in trainer.trainingStep.critic.network.masks {
      let saved = trainer.trainingStep.critic.values.saved[node]
      for (group, name) in ["real", "fake", "interpolated"].enumerated() {
        let mask: [UInt8] = try #require(file.numbers(of: "critic.1.mask.critic.\(place).\(name)"))
        var expected: [UInt8] = []
        for sample in 0..<20 {
          for channel in 0..<3 {
            for position in 0..<36 {
              let row = position * 3 + channel
              let bits = saved[row / 32, group * 20 + sample].bitPattern
              expected.append(UInt8(bits >> (row % 32) & 1))
            }
          }
        }
        #expect(mask == expected)
        #expect(Set(mask) == [0, 1])
      }
    }
  }

  @Test func `the traced numbers of a step are consistent`() throws {
    let data = try scratchImages(count: 190, shape: [1, 8, 8])
    let file = try trace(small("mlp-clip", data), steps: 1).file
    func numbers(_ name: String) throws -> [Float] {
      try #require(file.numbers(of: "critic.1.\(name)"))
    }
    let tokens = try #require(file.header.metadata["critic.1"]).split(separator: " ")
    #expect(tokens[0..<6] == ["epoch", "1", "generator_step", "0", "critic_step", "1"])
    let (real, fake) = (try numbers("score.real"), try numbers("score.fake"))
    let mean = { (scores: [Float]) in scores.reduce(0) { $0 + Double($1) } / Double(scores.count) }
    #expect(tokens[6..<8] == ["wasserstein", "\(mean(real) - mean(fake))"])
    #expect(tokens[8..<10] == ["penalty", "null"])
    let gradient = try numbers("gradient.0.weight")
    let square = try numbers("after.optimizer.critic.square_avg.0.weight")
    #expect(gradient.contains { $0 != 0 })
    // The moment of RMSProp after the first step.
    for (g, v) in zip(gradient, square) { #expect(abs(v - 0.01 * g * g) <= 1e-6 * v) }
    let indices: [Int64] = try #require(file.numbers(of: "critic.1.indices"))
    var order = DataOrder(count: 190)
    order.shuffle(epoch: 0, key: 7)
    #expect(indices == order.indices.prefix(37).map { Int64($0) })
  }

  @Test(arguments: Preset.all.map(\.name), TrainedNetworks.allCases)
  func `a plan lists the steps that the trainer does`(
    _ preset: String, _ trained: TrainedNetworks
  ) throws {
    let data = try scratchImages(count: 50)
    var configuration = try smallConfiguration(preset, "1x8x8")
    configuration.generator = try #require(Architecture("dense 36; tanh"))
    configuration.critic = try #require(Architecture("dense 4; tanh; dense 1"))
    configuration.image = try #require(Shape("1x6x6"))
    configuration.criticWarmUp = try #require(CriticWarmUp("7 2 3"))
    let stopConditions: [StopCondition] =
      [.steps(0), .steps(6), .epochs(3)] + (trained == .generator ? [] : [.untilEpoch(2)])
    for stopCondition in stopConditions {
      let trainer = try Trainer(
        TrainingState(initial: configuration), images: data.images(), pool: ThreadPool(count: 1))
      _ = try trainer.step(.critic)
      let plan = TrainingPlan(trainer, trained, to: stopCondition)
      var planned: [String] = []
      plan.forEachStep { isCritic, progress in
        planned.append(
          isCritic ? "critic.\(progress.criticSteps)" : "generator.\(progress.generatorSteps)")
        return true
      }
      var done: [String] = []
      while !plan.isFinished(at: trainer.state.progress) {
        let report = try trainer.step(trained)
        if report.critic != nil { done.append("critic.\(report.criticStep)") }
        if report.generator != nil { done.append("generator.\(report.generatorStep)") }
      }
      #expect(planned == done)
    }
  }

  @Test func `more steps than a trace has room for are refused before the first step`() throws {
    let data = try scratchImages(count: 190, shape: [1, 8, 8])
    let trainer = try small("mlp-clip", data)
    func error(_ trained: TrainedNetworks, _ stopCondition: StopCondition) -> FileError? {
      let output = ScratchFile()
      return #expect(throws: FileError.self) {
        try Trace(
          OutputFile(output.path), of: trainer,
          along: TrainingPlan(trainer, trained, to: stopCondition))
      }
    }
    let message = try #require(error(.both, .epochs(1 << 40))?.message)
    let numbers = message.split(separator: " ").compactMap { Int($0) }
    #expect(error(.both, .epochs(1 << 40))?.kind == .usage)
    try #require(numbers.count == 2)
    #expect(numbers[0] > 100 && numbers[1] == numbers[0] / 2)
    #expect(
      message
        == "a trace has room for \(numbers[0]) critic and \(numbers[1]) generator steps of this run; "
        + "request fewer steps")
    // This number of steps fits, and one more does not.
    #expect(error(.critic, .steps(numbers[0] * 2)) != nil)
    #expect(error(.both, .steps(numbers[1] + 1)) != nil)
    let output = ScratchFile()
    let plan = TrainingPlan(trainer, .both, to: .steps(numbers[1]))
    let trace = try Trace(OutputFile(output.path), of: trainer, along: plan)
    for _ in 0..<2 * numbers[1] { _ = try trainer.step(.both, trace: trace) }
    try trace.finish()
    let file = try withExtendedLifetime(output) { try TensorFile(output.path) }
    #expect(file.header.metadata["generator.\(numbers[1])"] != nil)
  }

  /// Traces a number of steps of a trainer.
  private func trace(
    _ trainer: Trainer, steps: Int, _ trained: TrainedNetworks = .both
  ) throws -> (file: TensorFile, bytes: [UInt8]) {
    let path = ScratchFile()
    let plan = TrainingPlan(trainer, trained, to: .steps(steps))
    let trace = try Trace(OutputFile(path.path), of: trainer, along: plan)
    for _ in 0..<steps { _ = try trainer.step(trained, trace: trace) }
    try trace.finish()
    return try withExtendedLifetime(path) { (try TensorFile(path.path), path.bytes) }
  }

  private func small(_ preset: String, _ data: ScratchImages, threads: Int = 1) throws -> Trainer {
    var configuration = try smallConfiguration(preset, "1x8x8")
    configuration.batchSize = 37
    configuration.criticSteps = min(configuration.criticSteps, 2)
    configuration.criticWarmUp = .never
    return try Trainer(
      TrainingState(initial: configuration), images: data.images(), pool: ThreadPool(count: threads)
    )
  }
}

import Testing

@testable import Engine
@testable import WGAN

/// The recorded runs, in double precision here and in PyTorch, so that rounding cannot hide an
/// error.
@Suite struct DoubleRunTests {
  @Test(arguments: RecordedRun.all, [1, 2])
  func `a run in double precision agrees with PyTorch to 1e-12`(_ name: String, _ threads: Int)
    throws
  {
    let run = try RecordedRun(name)
    let configuration = try run.configuration()
    let networks = NetworkPair<Double>(zeros: configuration)
    networks.draw(configuration)
    try expect(networks, run.initial)
    let images = try run.images()
    let step = try TrainingStep(
      of: networks, configuration, images: images.images(), pool: ThreadPool(count: threads))
    let batches = try images.images().count / configuration.batchSize

    // As `Trainer` does.
    var progress = TrainingProgress(configuration)
    for (number, expected) in run.steps.enumerated() {
      let place = Comment("critic step \(number + 1)")
      let scale = max(abs(expected.criticReal), abs(expected.criticFake))
      func expectClose(_ found: Double?, _ expected: Double?, scale: Double? = nil) throws {
        try #require((found == nil) == (expected == nil), place)
        guard let found, let expected else { return }
        try #require(abs(found - expected) <= tolerance * (scale ?? abs(expected)), place)
      }
      let report = try step.updateCritic(at: progress)
      progress.criticSteps += 1
      progress.advance(after: report, .both, configuration)
      try expectClose(report.wasserstein, expected.wasserstein, scale: scale)
      try expectClose(report.penalty, expected.penalty)
      try expectClose(report.gradientNorm, expected.gradientNorm)
      var mean: Double?
      if progress.isGeneratorDue(configuration) {
        mean = try step.updateGenerator(at: progress)
        progress.generatorSteps += 1
        progress.advance(afterGenerator: mean ?? 0, .both, configuration)
      }
      try expectClose(mean, expected.generator, scale: scale)
      if progress.batch == batches { progress.finishEpoch(configuration) }
    }
    try expect(networks, run.final)
  }

  private var tolerance: Double { 1e-12 }

  /// Compares the tensors with their recorded sums.
  private func expect(
    _ networks: NetworkPair<Double>, _ recorded: [String: [Double]]
  ) throws {
    var names: Set<String> = []
    func compare(_ prefix: String, _ tensors: [Network.Tensor], _ run: Buffer<Double>) throws {
      for tensor in tensors {
        let name = prefix + tensor.name
        guard let expected = recorded[name] else { continue }
        let numbers = run[tensor.range]
        tensor.parameter.toCheckpointLayout(numbers)
        defer { tensor.parameter.toEngineLayout(numbers) }
        try expectSums(
          of: (0..<numbers.count).map { numbers[$0] }, expected, within: tolerance, name)
        names.insert(name)
      }
    }
    for (name, trained) in [("generator", networks.generator), ("critic", networks.critic)] {
      let (network, store) = (trained.network, trained.store)
      try compare("\(name).", network.parameters, store.parameters)
      try compare("\(name).", network.buffers, store.buffers)
      for (moment, run) in zip(trained.optimizer.momentNames, store.moments) {
        try compare("optimizer.\(name).\(moment).", network.parameters, run)
      }
    }
    #expect(names == Set(recorded.keys))
  }
}

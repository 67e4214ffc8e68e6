import Testing

@testable import Engine
@testable import WGAN

/// The random numbers of a run, and their independence.
@Suite struct RandomnessTests {
  @Test func `pitfall 7: every step has its own noise, and its own images unless they are reused`()
    throws
  {
    let data = try scratchImages(count: 48)
    for realBatch in RealBatch.allCases {
      var configuration = try self.configuration()
      configuration.realBatch = realBatch
      let trainer = try frozenTrainer(configuration, data)
      let reports = try (0..<12).map { _ in try trainer.step(.both) }
      let critic = reports.compactMap(\.critic)
      let generator = reports.compactMap(\.generator)
      #expect(critic.count == 12 && generator.count == 6)
      // One mean per step: no two steps of either network used the same fake samples.
      #expect(Set(critic.map(\.fake) + generator).count == 18)
      let real = critic.map(\.real)
      #expect(Set(real).count == (realBatch == .fresh ? 12 : 6))
      if realBatch == .reused { #expect((0..<6).allSatisfy { real[2 * $0] == real[2 * $0 + 1] }) }
    }
  }

  @Test(arguments: [Interpolation.uniform, .normal])
  func `pitfall 10: alpha is one number per sample, uniform from 0 to 1`(
    _ interpolation: Interpolation
  ) {
    let workspace = Workspace<Double>()
    let (whole, parts) = (
      workspace.matrix(rows: 1, columns: 4000), workspace.matrix(rows: 1, columns: 4000)
    )
    interpolation.draw(into: whole, key: 9, step: 4, first: 0)
    for part in [0..<1000, 1000..<1001, 1001..<4000] {
      interpolation.draw(
        into: parts.columns(part), key: 9, step: 4, first: UInt32(part.lowerBound))
    }
    let alphas = (0..<4000).map { whole[0, $0] }
    #expect(alphas == (0..<4000).map { parts[0, $0] })
    // Five standard errors of the mean, and the expected range.
    let mean = alphas.reduce(0, +) / 4000
    switch interpolation {
    case .uniform:
      #expect(alphas.allSatisfy { 0 <= $0 && $0 < 1 })
      #expect(abs(mean - 0.5) < 5 * (1.0 / 12 / 4000).squareRoot())
      // A Kolmogorov–Smirnov test with a probability of error of 10⁻⁶. Few numbers are equal.
      let distance = alphas.sorted().enumerated().map { abs($1 - (Double($0) + 0.5) / 4000) }.max()
      #expect(distance ?? 1 < 2.7 / 4000.squareRoot())
      #expect(Set(alphas).count > 3990)
    case .normal:
      #expect(alphas.contains { $0 < -2 } && alphas.contains { $0 > 2 })
      #expect(abs(mean) < 5 * (1.0 / 4000).squareRoot())
    }
  }

  @Test func `pitfall 10: every preset draws alpha from the uniform distribution`() throws {
    let shape = try #require(Shape("1x8x8"))
    for preset in Preset.all {
      #expect(try preset.configuration(image: shape, seed: 0).interpolation == .uniform)
    }
  }

  @Test func `pitfall 21: every epoch is another permutation of all images`() {
    var order = DataOrder(count: 1000)
    let key: UInt64 = 5
    order.shuffle(epoch: 0, key: key)
    let first = order.indices
    #expect(first.sorted() == Array(0..<1000))
    #expect(first != Array(0..<1000))
    order.shuffle(epoch: 1, key: key)
    #expect(order.indices.sorted() == Array(0..<1000))
    #expect(order.indices != first)
    order.shuffle(epoch: 0, key: key)
    #expect(order.indices == first)
    order.shuffle(epoch: 2, key: 6)
    let moved = zip(order.indices, first).count { $0 != $1 }
    #expect(moved > 980)
  }

  @Test func `pitfall 21: every epoch has another order, and an incomplete last batch is not used`()
    throws
  {
    let trainer = try frozenTrainer(configuration(), scratchImages(count: 48))
    try #require(trainer.batchesPerEpoch == 4)
    let reports = try (0..<12).map { _ in try trainer.step(.critic) }
    #expect(reports.map(\.epoch) == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    #expect(trainer.state.progress.epoch == 3 && trainer.state.progress.batch == 0)
    // Another order gives other batches, and so other means of C.
    #expect(Set(reports.compactMap(\.critic).map(\.real)).count == 12)
  }

  @Test func `pitfall 27: an additional draw from one stream does not shift the others`() throws {
    let (data, more) = (try scratchImages(count: 48), try scratchImages(count: 148))
    func seen(
      _ data: ScratchImages, _ change: (inout TrainingConfiguration) throws -> Void = { _ in }
    ) throws -> [CriticMetrics] {
      var configuration = try self.configuration()
      try change(&configuration)
      let trainer = try frozenTrainer(configuration, data)
      return try (0..<12).compactMap { _ in try trainer.step(.both).critic }
    }
    func isOther(_ a: [Double], _ b: [Double]) -> Bool { zip(a, b).allSatisfy { $0 != $1 } }
    let plain = try seen(data)
    // Masks with a negligible effect, which are drawn in both networks.
    let masked = try seen(data) {
      $0.generator = try #require(Architecture("dense 8; relu; dropout 1e-12; dense 36; tanh"))
      $0.critic = try #require(Architecture("dense 8; leaky-relu 0.2; dropout 1e-12; dense 1"))
    }
    #expect(masked == plain)
    // A larger latent vector changes only the fake samples.
    let noisy = try seen(data) { $0.latent = 18 }
    #expect(noisy.map(\.real) == plain.map(\.real))
    #expect(isOther(noisy.map(\.fake), plain.map(\.fake)))
    // A longer data order changes only the real samples.
    let long = try seen(more)
    #expect(long.map(\.fake) == plain.map(\.fake))
    #expect(isOther(long.map(\.real), plain.map(\.real)))
    // A normal α uses two random words and a uniform α one. Only the penalty changes.
    let normal = try seen(data) { $0.interpolation = .normal }
    #expect(normal.map(\.wasserstein) == plain.map(\.wasserstein))
    #expect(isOther(normal.compactMap(\.gradientNorm), plain.compactMap(\.gradientNorm)))
  }

  @Test func `pitfall 27: the stream of alpha is not used for anything else`() {
    let workspace = Workspace<Double>()
    let (alphas, other) = (
      workspace.matrix(rows: 1, columns: 40), workspace.matrix(rows: 1, columns: 40)
    )
    Interpolation.uniform.draw(into: alphas, key: 9, step: 4, first: 0)
    let streams = (UInt32(1)...10).filter { stream in
      Double.fillUniform(other.row(0), key: 9, stream: stream, step: 4, first: 0)
      return (0..<40).contains { other[0, $0] == alphas[0, $0] }
    }
    #expect(streams == [RandomStream.interpolation.rawValue])
  }

  /// Two critic steps of small networks.
  private func configuration() throws -> TrainingConfiguration {
    try AlternationTests.Variant().configuration()
  }
}

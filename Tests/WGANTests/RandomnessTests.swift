import Testing

@testable import Engine
@testable import WGAN

/// What is drawn, when it is drawn anew, and that one draw knows nothing of another.
@Suite struct RandomnessTests {
  @Test func `pitfall 7: every step has noise of its own, and fresh images unless they are reused`()
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
      // A mean for each step: no two steps of either network saw the same fake samples.
      #expect(Set(critic.map(\.fake) + generator).count == 18)
      let real = critic.map(\.real)
      #expect(Set(real).count == (realBatch == .fresh ? 12 : 6))
      if realBatch == .reused { #expect((0..<6).allSatisfy { real[2 * $0] == real[2 * $0 + 1] }) }
    }
  }

  @Test(arguments: [Interpolation.uniform, .normal])
  func `pitfall 10: an interpolate's place is one number for each sample, uniform on 0 to 1`(
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
    let places = (0..<4000).map { whole[0, $0] }
    #expect(places == (0..<4000).map { parts[0, $0] })
    // Five standard errors of the mean, and what can be said of the range.
    let mean = places.reduce(0, +) / 4000
    switch interpolation {
    case .uniform:
      #expect(places.allSatisfy { 0 <= $0 && $0 < 1 })
      #expect(abs(mean - 0.5) < 5 * (1.0 / 12 / 4000).squareRoot())
      // Kolmogorov and Smirnov's distance, at odds of one in a million; few numbers come twice.
      let distance = places.sorted().enumerated().map { abs($1 - (Double($0) + 0.5) / 4000) }.max()
      #expect(distance ?? 1 < 2.7 / 4000.squareRoot())
      #expect(Set(places).count > 3990)
    case .normal:
      #expect(places.contains { $0 < -2 } && places.contains { $0 > 2 })
      #expect(abs(mean) < 5 * (1.0 / 4000).squareRoot())
    }
  }

  @Test func `pitfall 10: every preset draws interpolates uniformly`() throws {
    let shape = try #require(Shape("1x8x8"))
    for preset in Preset.all {
      #expect(try preset.configuration(image: shape, seed: 0).interpolation == .uniform)
    }
  }

  @Test func `pitfall 21: an epoch is a permutation of all images, each another`() {
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

  @Test func `pitfall 21: every epoch has another order, and the last short batch is left out`()
    throws
  {
    let trainer = try frozenTrainer(configuration(), scratchImages(count: 48))
    try #require(trainer.batchesPerEpoch == 4)
    let reports = try (0..<12).map { _ in try trainer.step(.critic) }
    #expect(reports.map(\.epoch) == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    #expect(trainer.state.progress.epoch == 3 && trainer.state.progress.batch == 0)
    // Another order makes other batches, and so other means of C.
    #expect(Set(reports.compactMap(\.critic).map(\.real)).count == 12)
  }

  @Test func `pitfall 27: one more draw in a stream shifts no other`() throws {
    let (data, more) = (try scratchImages(count: 48), try scratchImages(count: 148))
    func seen(
      _ data: ScratchImages, _ change: (inout TrainingConfiguration) throws -> Void = { _ in }
    ) throws -> [CriticReport] {
      var configuration = try self.configuration()
      try change(&configuration)
      let trainer = try frozenTrainer(configuration, data)
      return try (0..<12).compactMap { _ in try trainer.step(.both).critic }
    }
    func isOther(_ a: [Double], _ b: [Double]) -> Bool { zip(a, b).allSatisfy { $0 != $1 } }
    let plain = try seen(data)
    // Masks that hide nothing, drawn all the same, in both networks.
    let masked = try seen(data) {
      $0.generator = try #require(Architecture("dense 8; relu; dropout 1e-12; dense 36; tanh"))
      $0.critic = try #require(Architecture("dense 8; leaky-relu 0.2; dropout 1e-12; dense 1"))
    }
    #expect(masked == plain)
    // More numbers in a latent: other fake samples alone.
    let noisy = try seen(data) { $0.latent = 18 }
    #expect(noisy.map(\.real) == plain.map(\.real))
    #expect(isOther(noisy.map(\.fake), plain.map(\.fake)))
    // A longer order: other real samples alone.
    let long = try seen(more)
    #expect(long.map(\.fake) == plain.map(\.fake))
    #expect(isOther(long.map(\.real), plain.map(\.real)))
    // A normal α takes two words where a uniform one takes one: another penalty alone.
    let normal = try seen(data) { $0.interpolation = .normal }
    #expect(normal.map(\.wasserstein) == plain.map(\.wasserstein))
    #expect(isOther(normal.compactMap(\.gradientNorm), plain.compactMap(\.gradientNorm)))
  }

  @Test func `pitfall 27: the interpolates' stream is no other's`() {
    let workspace = Workspace<Double>()
    let (places, other) = (
      workspace.matrix(rows: 1, columns: 40), workspace.matrix(rows: 1, columns: 40)
    )
    Interpolation.uniform.draw(into: places, key: 9, step: 4, first: 0)
    let streams = (UInt32(1)...10).filter { stream in
      Double.fillUniform(other.row(0), key: 9, stream: stream, step: 4, first: 0)
      return (0..<40).contains { other[0, $0] == places[0, $0] }
    }
    #expect(streams == [RandomStream.interpolation.rawValue])
  }

  /// Two critic steps on small networks.
  private func configuration() throws -> TrainingConfiguration {
    try PaceTests.Pace().configuration()
  }
}

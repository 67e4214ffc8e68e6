import Testing

@testable import Engine
@testable import WGAN

@Suite struct BatchNormalizationTests {
  @Test func `pitfall 22: training uses batch statistics, sampling uses running statistics`() throws
  {
    let shape = try #require(Shape("2x1x3"))
    let network = try #require(Architecture("batch-norm")).network(input: shape, output: shape)
    let (workspace, batch) = (Workspace<Double>(), 5)
    let values = network.activations(for: .values, columns: batch, in: workspace)
    let store = ParameterStore(network, moments: 0, in: workspace)
    (store.parameters[0], store.parameters[1]) = (1, 1)
    func begin() {
      for (index, number) in [0.5, -0.5, 4, 9].enumerated() { store.buffers[index] = number }
      Double.fillNormal(values[0], key: 1, stream: 50, step: 0, first: 0)
    }
    /// The values of a channel, sample by sample.
    func channel(_ block: MatrixView<Double>, _ channel: Int) -> [Double] {
      (0..<batch).flatMap { sample in (0..<3).map { block[2 * $0 + channel, sample] } }
    }
    func isClose(_ found: [Double], _ expected: [Double]) -> Bool {
      found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }
    }

    begin()
    network.forward(store, values, 0..<batch, .training, slice: .whole)
    let moved = (0..<4).map { store.buffers[$0] }
    for index in 0..<2 {
      begin()
      let x = channel(values[0], index)
      let count = Double(x.count)
      let mean = x.reduce(0, +) / count
      let squares = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let scale = 1 / (squares / count + 1e-5).squareRoot()
      #expect(isClose(channel(values.result, index), x.map { ($0 - mean) * scale }))
      // Momentum 0.1, with the unbiased variance.
      let running = (mean: store.buffers[index], variance: store.buffers[2 + index])
      #expect(
        isClose(
          [moved[index], moved[2 + index]],
          [0.9 * running.mean + 0.1 * mean, 0.9 * running.variance + 0.1 * squares / (count - 1)]))
    }
    begin()
    network.forward(store, values, 0..<batch, .sampling, slice: .whole)
    for (index, (mean, variance)) in [(0.5, 4.0), (-0.5, 9.0)].enumerated() {
      let scale = 1 / (variance + 1e-5).squareRoot()
      let x = channel(values[0], index)
      #expect(isClose(channel(values.result, index), x.map { ($0 - mean) * scale }))
    }
    #expect((0..<4).map { store.buffers[$0] } == [0.5, -0.5, 4, 9])
  }

  @Test(arguments: [
    ("dcgan-gp", 1e-5, 0.1), ("resnet-gp", 1e-5, 0.1), ("keras-gp", 1e-3, 1 - 0.99),
  ])
  func `pitfall 22: epsilon and momentum are those of PyTorch, and of Keras in the preset keras-gp`(
    _ preset: String, _ epsilon: Double, _ momentum: Double
  ) throws {
    let layers = try #require(Preset(preset)).configuration(image: .mnist, seed: 0).generator.layers
    let norms = layers.filter(\.isBatchNorm)
    #expect(norms.count >= 2)
    for case .batchNorm(let foundEpsilon, let foundMomentum) in norms {
      #expect(foundEpsilon == epsilon && abs(foundMomentum - momentum) < 1e-15)
    }
  }
}

import Testing

@testable import Engine
@testable import WGAN

/// The gradients of both losses compared with central differences, for every parameter. The Swift
/// code and the C kernels are those of training, in double precision, so rounding cannot hide a
/// missing term.
@Suite struct GradientTests {
  /// Critics as text, and the shapes of their images.
  static let critics = [
    ("dense 7; leaky-relu 0.2; dense 5; leaky-relu 0.2; dense 1", "8x1x1"),
    ("dense 6; relu; dense 1", "8x1x1"), ("dense 1", "8x1x1"),
    ("dense 9; leaky-relu 0.3; dense 8; leaky-relu 0.1; dense 4; relu; dense 1", "2x3x2"),
    ("conv 3 kernel 3 stride 2 padding 1; leaky-relu 0.2; conv 4 kernel 2; relu; dense 1", "2x6x5"),
    ("conv 2 kernel 5 stride 2 padding same no-bias; leaky-relu 0.2; flatten; dense 1", "1x6x7"),
    ("conv 3 kernel 1; leaky-relu 0.2; conv 2 kernel 4 stride 3 padding 2; dense 1", "3x4x4"),
    (
      "zero-pad 1; conv 3 kernel 5 stride 2 padding same; leaky-relu 0.2; dropout 0.3; dense 1",
      "1x4x4"
    ),
    (
      "zero-pad 2; relu; crop 1; conv 2 kernel 3 no-bias; dropout 0.5; leaky-relu 0.2; dense 1",
      "2x3x3"
    ),
    ("dropout 0.2; dense 6 no-bias; leaky-relu 0.2; dropout 0.4; dense 4; relu; dense 1", "7x1x1"),
    ("upsample 2; conv 3 kernel 3 padding same; leaky-relu 0.2; mean-pool 3; dense 1", "2x3x3"),
    ("upsample 3; conv 2 kernel 4 padding 2 no-bias; relu; dense 1", "1x3x2"),
    // Layers with a second-order term in the gradient of the penalty.
    ("dense 5; tanh; dense 4; sigmoid; dense 1", "6x1x1"),
    ("dense 5; tanh; dropout 0.3; dense 4; leaky-relu 0.2; dense 1", "6x1x1"),
    ("tanh; sigmoid; dense 3; dense 1", "4x1x1"),
    (
      "dense 6; layer-norm; leaky-relu 0.2; dense 5; layer-norm epsilon 0.1; relu; dense 1", "6x1x1"
    ),
    (
      "conv 3 kernel 2; layer-norm; leaky-relu 0.2; conv 2 kernel 2; layer-norm; tanh; dense 1",
      "2x4x4"
    ),
    ("layer-norm; dense 3; layer-norm; dense 1", "2x2x2"),
    // Residual blocks, with and without a second-order term.
    (
      "residual; relu; conv 2 kernel 3 padding same; relu; conv 2 kernel 3 padding same; shortcut; add; relu; dense 1",
      "2x3x3"
    ),
    (
      "conv 3 kernel 1; residual; leaky-relu 0.2; conv 4 kernel 3 padding 1; mean-pool 2; shortcut; "
        + "mean-pool 2; conv 4 kernel 1; add; relu; mean-pool 2; dense 1", "1x4x4"
    ),
    (
      "residual; layer-norm; relu; conv 3 kernel 3 padding 1; layer-norm; relu; conv 3 kernel 1; shortcut; "
        + "conv 3 kernel 1; add; residual; layer-norm; tanh; conv 3 kernel 1; shortcut; add; relu; mean-pool 3; dense 1",
      "2x3x3"
    ),
  ]

  @Test(arguments: critics, [nil, 10.0, 0.5])
  func `pitfall 16: the gradient, with that of the penalty, agrees with finite differences`(
    _ critic: (String, String), _ penalty: Double?
  ) throws {
    let case_ = try CriticCase(critic, batch: 6, penalty: penalty)
    case_.expectDifferences()
  }

  @Test(arguments: [
    "dense 5; relu; dense 8; tanh", "dense 4; leaky-relu 0.2; dense 6; tanh; dense 8",
    "dense 12; reshape 3x2x2; relu; conv 2 kernel 3 padding same; tanh",
    "dense 3; reshape 3x1x1; relu; conv-transposed 4 kernel 2; relu; conv-transposed 2 kernel 3 padding 1; tanh",
    "dense 2; reshape 2x1x1; leaky-relu 0.2; conv-transposed 2 kernel 1 stride 2 output-padding 1",
    "dense 18; reshape 2x3x3; leaky-relu 0.2; conv 3 kernel 2; relu; conv 2 kernel 1",
    "dense 6 no-bias; batch-norm; leaky-relu 0.2; dense 8; tanh",
    "dense 3; reshape 3x1x1; batch-norm; relu; upsample 2; conv 2 kernel 3 padding same no-bias; batch-norm epsilon 0.1; tanh",
    "dense 8; reshape 2x2x2; residual; batch-norm; relu; upsample 2; conv 3 kernel 3 padding same; batch-norm; relu; "
      + "conv 3 kernel 3 padding same; shortcut; upsample 2; conv 3 kernel 1; add; batch-norm; relu; "
      + "conv 2 kernel 3 padding same; crop 1; sigmoid",
    "dense 8; dropout 0.4; layer-norm; relu; dense 8; tanh",
  ])
  func `the gradient of the generator agrees with finite differences for every parameter`(
    _ text: String
  ) throws {
    let case_ = try CriticCase(
      ("conv 3 kernel 2; leaky-relu 0.2; dense 1", "2x2x2"), batch: 6, penalty: nil)
    let network = try #require(Architecture(text)).network(
      input: .vector(3), output: case_.network.input)
    let workspace = Workspace<Double>()
    let objective = GeneratorObjective(network, critic: case_.objective, in: workspace)
    let store = ParameterStore(network, moments: 0, in: workspace)
    fillNoise(store.parameters, stream: 40, scale: 0.7)
    Double.fillNormal(objective.latents, key: 2, stream: 41, step: 0, first: 0)
    objective.drawMasks(key: 2, stream: .generatorDropout, step: 0, slice: .whole)
    for chunk in case_.objective.chunks {
      objective.drawCriticMasks(chunk, key: 2, step: 0, slice: .whole)
    }
    @Sendable func differentiate(_ slice: WorkerSlice = .whole) {
      network.prepareWeights(store, slice: slice)
      slice.synchronize()
      objective.generate(store, slice: slice)
      slice.synchronize()
      for chunk in case_.objective.chunks {
        objective.scoreSamples(case_.store, chunk, slice: slice)
      }
      slice.synchronize()
      objective.differentiate(store, slice: slice)
      slice.synchronize()
      objective.weightGradient(store, slice: slice)
      network.finishWeightGradient(store, slice: slice)
    }
    case_.prepareWeights()
    differentiate()
    let gradients = store.gradients.numbers
    #expect(gradients.contains { abs($0) > 1e-4 })
    for index in 0..<network.parameterCount {
      let difference = centralDifference(store.parameters, index) {
        differentiate()
        return -objective.criticMean()
      }
      #expect(
        abs(gradients[index] - difference) <= gradientTolerance * max(1, abs(difference)),
        "parameter \(index): \(gradients[index]) but differences give \(difference)")
    }
    ThreadPool(count: 3).run { differentiate($0) }
    #expect(gradients == store.gradients.numbers)
  }

  @Test(arguments: [nil, 10.0])
  func `a gradient does not depend on the number of slices`(_ penalty: Double?) throws {
    let case_ = try CriticCase(Self.critics[3], batch: 53, penalty: penalty)
    case_.differentiate()
    let whole = case_.gradient
    for shares in 2...5 {
      ThreadPool(count: shares).run { case_.differentiate($0) }
      #expect(case_.gradient == whole)
    }
  }

  @Test(arguments: [nil, 10.0])
  func `a batch in several chunks has the gradient of the whole batch`(_ penalty: Double?) throws {
    let case_ = try CriticCase(Self.critics[7], batch: 150, penalty: penalty)
    #expect(case_.objective.chunks == [0..<64, 64..<128, 128..<150])
    case_.expectDifferences()
  }
}

import Testing

@testable import Engine
@testable import WGAN

/// The gradient penalty: its points, its value and its gradient.
@Suite struct PenaltyTests {
  @Test func `pitfall 9: the penalty uses the norm of the gradient of C with respect to its input`()
    throws
  {
    let case_ = try CriticCase(GradientTests.critics[0], batch: 4, penalty: 10)
    let (objective, network) = (case_.objective, case_.network)
    case_.differentiate()
    let norms = (0..<4).map { objective.norms[0, $0] }
    // C at an interpolated sample, computed by a forward pass of that sample.
    let workspace = Workspace<Double>()
    let values = network.activations(for: .values, columns: 4, in: workspace)
    Double.interpolate(
      objective.real(0..<4), objective.fake(0..<4), objective.interpolation.row(0),
      into: values[0])
    for sample in 0..<4 {
      var squares = 0.0
      for pixel in 0..<network.input.count {
        let derivative = centralDifference(values[0].row(pixel), sample) {
          network.forward(case_.store, values, 0..<4, slice: .whole)
          return values.result[0, sample]
        }
        squares += derivative * derivative
      }
      #expect(abs(norms[sample] - squares.squareRoot()) <= gradientTolerance)
    }
    let penalty = norms.reduce(0) { $0 + 10 * ($1 - 1) * ($1 - 1) } / 4
    #expect(abs((objective.metrics().penalty ?? 0) - penalty) <= 1e-12 * penalty)
  }

  @Test func `pitfall 9: the penalty has a gradient for every weight and none for the biases`()
    throws
  {
    let case_ = try CriticCase(GradientTests.critics[0], batch: 4, penalty: 10)
    case_.differentiate()
    let with = case_.gradient
    let without = try CriticCase(GradientTests.critics[0], batch: 4, penalty: nil)
    without.differentiate()
    for tensor in case_.network.parameters {
      let isBias = tensor.parameter.name == "bias"
      #expect((with[tensor.range] == without.gradient[tensor.range]) == isBias)
    }
  }

  @Test func `pitfall 10: all pixels of an interpolated sample have the same alpha`() throws {
    let case_ = try CriticCase(Self.curved, batch: 70, penalty: 10)
    for (pixel, sample) in try interpolates(case_) {
      #expect(abs(pixel.alpha - case_.objective.interpolation[0, sample]) < 1e-9)
    }
  }

  @Test
  func `pitfall 11: the penalty is the mean over the samples of (norm over all axes − 1)²`()
    throws
  {
    // C = 3·relu(m) + relu(−m)/2, where m is half the sum of four pixels: ‖∇C‖ is 3 if the sum is
    // positive and 1/2 if it is negative.
    let case_ = try CriticCase(
      ("dense 2 no-bias; relu; dense 1 no-bias", "1x2x2"), batch: 4, penalty: 10)
    for index in 0..<8 { case_.store.parameters[index] = index < 4 ? 0.5 : -0.5 }
    (case_.store.parameters[8], case_.store.parameters[9]) = (3, 0.5)
    for samples in [case_.samples.real, case_.samples.fake] {
      samples.columns(0..<2).fill(1)
      samples.columns(2..<4).fill(-1)
    }
    case_.differentiate()
    #expect((0..<4).map { case_.objective.norms[0, $0] } == [3, 3, 0.5, 0.5])
    let report = case_.objective.metrics()
    // The square of the mean would be 0.75². A one-sided penalty would omit the last two.
    #expect(report.penalty == 10 * (4 + 4 + 0.25 + 0.25) / 4)
    #expect(report.gradientNorm == 1.75)
    case_.expectDifferences()
  }

  @Test(arguments: [
    ("dense 7; leaky-relu 0.2; dense 5; leaky-relu 0.2; dense 1", 0.0),
    ("dense 6; relu; dense 1", -50),
  ])
  func `pitfall 12: the gradient is finite for a critic of zeros or of inactive ReLUs`(
    _ critic: String, _ bias: Double
  ) throws {
    let case_ = try CriticCase((critic, "8x1x1"), batch: 4, penalty: 10)
    if bias == 0 {
      case_.store.parameters.fill(0)
    } else {
      let tensor = try #require(case_.network.parameters.first { $0.parameter.name == "bias" })
      case_.store.parameters[tensor.range].fill(bias)
    }
    case_.differentiate()
    #expect(case_.gradient.allSatisfy { $0.isFinite })
    #expect(case_.objective.metrics().penalty == 10)
    #expect(case_.objective.metrics().gradientNorm == 0)
  }

  @Test
  func `pitfall 13: an interpolated sample lies between the real and the fake sample of its index`()
    throws
  {
    // Two chunks, the second of which is shorter.
    let case_ = try CriticCase(Self.curved, batch: 70, penalty: 10)
    for (pixel, _) in try interpolates(case_) {
      #expect(min(pixel.real, pixel.fake) < pixel.value)
      #expect(pixel.value < max(pixel.real, pixel.fake))
    }
  }

  @Test(arguments: [
    "dropout 0.2; dense 6; dropout 0.4; dense 4; dense 1",
    "dense 5; tanh; dropout 0.3; dense 4; dropout 0.5; sigmoid; dense 1",
  ])
  func `pitfall 15: the forward pass, the input gradient and the second pass use the same mask`(
    _ critic: String
  ) throws {
    // Finite differences require that the mask stays the same. In a linear critic only the masks
    // distinguish the passes of different samples.
    let case_ = try CriticCase((critic, "7x1x1"), batch: 6, penalty: 10)
    case_.expectDifferences()
    let values = case_.objective.values
    func masks() -> [UInt64] {
      values.saved.filter { $0.rows > 0 }.flatMap { saved in
        (0..<saved.columns).map { saved[0, $0].bitPattern }
      }
    }
    let before = masks()
    #expect(Set(before[..<18]).count > 6)
    case_.objective.differentiate(case_.store, 0..<6, slice: .whole)
    #expect(masks() == before)
  }

  /// A critic with a second-order term, which computes and keeps the interpolated samples.
  private static let curved = ("dense 5; tanh; dense 1", "2x2x2")

  /// A pixel of a real, a fake and an interpolated sample.
  private struct Pixel {
    let real: Double, fake: Double, value: Double
    /// α of fake + α·(real − fake).
    var alpha: Double { (value - fake) / (real - fake) }
  }

  /// Every pixel of every interpolated sample, with the index of the sample.
  private func interpolates(_ case_: CriticCase) throws -> [(Pixel, sample: Int)] {
    var pixels: [(Pixel, sample: Int)] = []
    let (objective, samples) = (case_.objective, case_.samples)
    #expect(objective.chunks == [0..<64, 64..<70])
    for chunk in objective.chunks {
      objective.real(chunk).copy(samples.real.columns(chunk))
      objective.fake(chunk).copy(samples.fake.columns(chunk))
      objective.differentiate(case_.store, chunk, slice: .whole)
      let made = objective.values[0].columns(2 * chunk.count..<3 * chunk.count)
      for sample in chunk {
        for row in 0..<made.rows {
          let pixel = Pixel(
            real: samples.real[row, sample], fake: samples.fake[row, sample],
            value: made[row, sample - chunk.lowerBound])
          pixels.append((pixel, sample))
        }
      }
    }
    return pixels
  }
}

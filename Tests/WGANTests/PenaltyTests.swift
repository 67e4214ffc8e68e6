import Testing

@testable import Engine
@testable import WGAN

/// The gradient penalty: where it looks, what it measures, and where its gradient goes.
@Suite struct PenaltyTests {
  @Test func `pitfall 9: the penalty reads the norm of the critic's gradient by its input`()
    throws
  {
    let case_ = try CriticCase(GradientTests.critics[0], batch: 4, penalty: 10)
    let (objective, network) = (case_.objective, case_.network)
    case_.differentiate()
    let norms = (0..<4).map { objective.norms[0, $0] }
    // C at the interpolate, by another way: a forward pass of the interpolate itself.
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
    #expect(abs((objective.report().penalty ?? 0) - penalty) <= 1e-12 * penalty)
  }

  @Test func `pitfall 9: the penalty's own gradient goes into every weight and no bias`() throws {
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

  @Test func `pitfall 10: all pixels of an interpolate share its place`() throws {
    let case_ = try CriticCase(Self.curved, batch: 70, penalty: 10)
    for (pixel, sample) in try interpolates(case_) {
      #expect(abs(pixel.place - case_.objective.interpolation[0, sample]) < 1e-9)
    }
  }

  @Test
  func `pitfall 11: a norm for each sample over all its axes, then the square, then the mean`()
    throws
  {
    // C = 3·relu(m) + relu(−m)/2, m being half the sum of four pixels: ‖∇C‖ is 3 where they are
    // positive and 1/2 where they are negative.
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
    let report = case_.objective.report()
    // The square of the mean would be 0.75², what is one-sided would leave out the last two.
    #expect(report.penalty == 10 * (4 + 4 + 0.25 + 0.25) / 4)
    #expect(report.gradientNorm == 1.75)
    case_.expectDifferences()
  }

  @Test(arguments: [
    ("dense 7; leaky-relu 0.2; dense 5; leaky-relu 0.2; dense 1", 0.0),
    ("dense 6; relu; dense 1", -50),
  ])
  func `pitfall 12: a critic of zeros or of dead ReLUs has a finite gradient`(
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
    #expect(case_.objective.report().penalty == 10)
    #expect(case_.objective.report().gradientNorm == 0)
  }

  @Test func `pitfall 13: an interpolate lies between a real and a fake sample of one number`()
    throws
  {
    // Two chunks, the second one short.
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
  func `pitfall 15: one mask serves the forward, the input gradient and the second pass`(
    _ critic: String
  ) throws {
    // Differences see one function only while the mask stays; where the first critic is linear
    // nothing but the masks can tell one sample's pass from another's.
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

  /// Of a curved critic the interpolates themselves are made, and stay.
  private static let curved = ("dense 5; tanh; dense 1", "2x2x2")

  /// A number of a real and of a fake sample, and of the interpolate.
  private struct Pixel {
    let real: Double, fake: Double, value: Double
    /// α of fake + α·(real − fake).
    var place: Double { (value - fake) / (real - fake) }
  }

  /// Every pixel of every interpolate, and the number of its sample.
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

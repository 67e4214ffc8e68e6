import Testing

@testable import WGAN

/// Both objectives against central differences, for every parameter, in Double: the same Swift code
/// and the same C kernels as in training, at a precision where a missing term cannot hide.
@Suite struct GradientTests {
  /// The derivative's own size is near 1; differences at h = 1e-5 leave about 1e-10 of truncation
  /// and 1e-11 of rounding.
  static let tolerance = 1e-7
  static let h = 1e-5

  /// Critics in words, and the images that they read.
  static let critics = [
    ("dense 7; leaky-relu 0.2; dense 5; leaky-relu 0.2; dense 1", "8x1x1"),
    ("dense 6; relu; dense 1", "8x1x1"), ("dense 1", "8x1x1"),
    ("dense 9; leaky-relu 0.3; dense 8; leaky-relu 0.1; dense 4; relu; dense 1", "2x3x2"),
    ("conv 3 kernel 3 stride 2 padding 1; leaky-relu 0.2; conv 4 kernel 2; relu; dense 1", "2x6x5"),
    ("conv 2 kernel 5 stride 2 padding same no-bias; leaky-relu 0.2; flatten; dense 1", "1x6x7"),
    ("conv 3 kernel 1; leaky-relu 0.2; conv 2 kernel 4 stride 3 padding 2; dense 1", "3x4x4"),
  ]

  @Test(arguments: critics, [nil, 10.0, 0.5])
  func `the critic's gradient agrees with finite differences for every parameter`(
    _ critic: (String, String), _ penalty: Double?
  ) throws {
    let case_ = try CriticCase(critic, batch: 6, penalty: penalty)
    case_.differentiate(shares: 1)
    let gradient = case_.gradient
    #expect(gradient.contains { abs($0) > 0.01 })
    for index in gradient.indices {
      let difference = centralDifference(case_.parameters + index) {
        case_.differentiate(shares: 1)
        return case_.objective.report().objective
      }
      #expect(
        abs(gradient[index] - difference) <= Self.tolerance * max(1, abs(difference)),
        "parameter \(index): \(gradient[index]) but differences give \(difference)")
    }
  }

  @Test func `the penalty reads the norm of the critic's gradient with respect to its input`()
    throws
  {
    let case_ = try CriticCase(Self.critics[0], batch: 4, penalty: 10)
    let (objective, network) = (case_.objective, case_.network)
    case_.differentiate(shares: 1)
    let norms = (0..<4).map { objective.norms[0, $0] }
    // C at the interpolate, by another way: a forward pass of the interpolate itself.
    let workspace = Workspace<Double>()
    let values = network.slots(columns: 4, in: workspace)
    Double.interpolate(
      objective.real, objective.fake, UnsafePointer(objective.interpolation.base), into: values[0])
    for sample in 0..<4 {
      var squares = 0.0
      for pixel in 0..<network.input.count {
        let derivative = centralDifference(values[0].base + pixel * values[0].stride + sample) {
          network.forward(case_.parameters, values, 0..<4)
          return values[network.layers.count][0, sample]
        }
        squares += derivative * derivative
      }
      #expect(abs(norms[sample] - squares.squareRoot()) <= Self.tolerance)
    }
    let penalty = norms.reduce(0) { $0 + 10 * ($1 - 1) * ($1 - 1) } / 4
    #expect(abs((objective.report().penalty ?? 0) - penalty) <= 1e-12 * penalty)
  }

  @Test(arguments: [
    "dense 5; relu; dense 8; tanh", "dense 4; leaky-relu 0.2; dense 6; tanh; dense 8",
    "dense 12; reshape 3x2x2; relu; conv 2 kernel 3 padding same; tanh",
    "dense 3; reshape 3x1x1; relu; conv-transposed 4 kernel 2; relu; conv-transposed 2 kernel 3 padding 1; tanh",
    "dense 2; reshape 2x1x1; leaky-relu 0.2; conv-transposed 2 kernel 1 stride 2 output-padding 1",
    "dense 18; reshape 2x3x3; leaky-relu 0.2; conv 3 kernel 2; relu; conv 2 kernel 1",
  ])
  func `the generator's gradient agrees with finite differences for every parameter`(
    _ text: String
  ) throws {
    let case_ = try CriticCase(
      ("conv 3 kernel 2; leaky-relu 0.2; dense 1", "2x2x2"), batch: 6, penalty: nil)
    let network = try #require(Architecture(text)).network(
      input: .vector(3), output: case_.network.input)
    let workspace = Workspace<Double>()
    let objective = GeneratorObjective(network, critic: case_.objective, in: workspace)
    let parameters = workspace.numbers(network.parameterCount)
    let gradients = workspace.numbers(network.parameterCount)
    fillNoise(parameters, network.parameterCount, stream: 40, scale: 0.7)
    Double.fillNormal(objective.latents, key: 2, stream: 41, step: 0, first: 0)
    func differentiate() {
      objective.differentiate(parameters, critic: case_.parameters, samples: 0..<6)
    }
    differentiate()
    objective.accumulate(share: .whole, into: gradients)
    for index in 0..<network.parameterCount {
      let difference = centralDifference(parameters + index) {
        differentiate()
        return -objective.criticMean()
      }
      #expect(abs(gradients[index] - difference) <= Self.tolerance * max(1, abs(difference)))
    }
  }

  @Test(arguments: [nil, 10.0])
  func `a gradient does not depend on the number of shares`(_ penalty: Double?) throws {
    let case_ = try CriticCase(Self.critics[3], batch: 53, penalty: penalty)
    case_.differentiate(shares: 1)
    let whole = case_.gradient
    for shares in 2...5 {
      case_.differentiate(shares: shares)
      #expect(case_.gradient == whole)
    }
  }

  @Test func `a critic of zeros has a finite gradient and a penalty of lambda`() throws {
    let case_ = try CriticCase(Self.critics[0], batch: 4, penalty: 10)
    case_.parameters.update(repeating: 0, count: case_.network.parameterCount)
    case_.differentiate(shares: 1)
    #expect(case_.gradient.allSatisfy { $0.isFinite })
    #expect(case_.objective.report().penalty == 10)
    #expect(case_.objective.report().gradientNorm == 0)
  }

  @Test func `the penalty's gradient does not reach the biases`() throws {
    let case_ = try CriticCase(Self.critics[0], batch: 4, penalty: 10)
    case_.differentiate(shares: 1)
    let with = case_.gradient
    let without = try CriticCase(Self.critics[0], batch: 4, penalty: nil)
    without.differentiate(shares: 1)
    for (parameter, _, offset) in case_.network.parameters {
      let range = offset..<offset + parameter.count
      #expect((Array(with[range]) == Array(without.gradient[range])) == (parameter.name == "bias"))
    }
  }

  private func centralDifference(_ number: UnsafeMutablePointer<Double>, _ f: () -> Double)
    -> Double
  {
    let value = number.pointee
    defer { number.pointee = value }
    number.pointee = value + Self.h
    let above = f()
    number.pointee = value - Self.h
    return (above - f()) / (2 * Self.h)
  }
}

/// A small critic with random weights, real and fake samples, in Double.
private final class CriticCase {
  let network: Network
  let objective: CriticObjective<Double>
  let parameters: UnsafeMutablePointer<Double>
  private let gradients: UnsafeMutablePointer<Double>
  private let workspace = Workspace<Double>()

  init(_ critic: (String, String), batch: Int, penalty: Double?) throws {
    network = try #require(Architecture(critic.0)).network(
      input: #require(ImageShape(critic.1)), output: .vector(1))
    objective = CriticObjective(network, batchSize: batch, penaltyWeight: penalty, in: workspace)
    parameters = workspace.numbers(network.parameterCount)
    gradients = workspace.numbers(network.parameterCount)
    fillNoise(parameters, network.parameterCount, stream: 30, scale: 0.6)
    let key: UInt64 = 1
    Double.fillNormal(objective.real, key: key, stream: 31, step: 0, first: 0)
    Double.fillNormal(objective.fake, key: key, stream: 32, step: 0, first: 0)
    Double.fillUniform(
      objective.interpolation.base, count: batch, key: key, stream: 33, step: 0, first: 0)
  }

  var gradient: [Double] {
    Array(UnsafeBufferPointer(start: gradients, count: network.parameterCount))
  }

  func differentiate(shares: Int) {
    for index in 0..<shares {
      let samples = Share(index: index, count: shares).range(of: objective.batchSize, unit: 1)
      objective.differentiate(parameters, samples: samples)
    }
    for index in 0..<shares {
      objective.accumulate(share: Share(index: index, count: shares), into: gradients)
    }
  }
}

private func fillNoise(
  _ numbers: UnsafeMutablePointer<Double>, _ count: Int, stream: UInt32, scale: Double
) {
  let row = Block(base: numbers, rows: 1, columns: count, stride: count)
  Double.fillNormal(row, key: 3, stream: stream, step: 0, first: 0)
  for index in 0..<count { numbers[index] *= scale }
}

import Foundation
import Testing

@testable import Engine
@testable import WGAN

/// Compares numbers with their recorded sum, sum of squares, and weighted sum, which depends on
/// their order.
func expectSums(
  of numbers: [Double], _ expected: [Double], within tolerance: Double, _ name: String
) throws {
  var (sum, squares, weighted) = (0.0, 0.0, 0.0)
  for (index, number) in numbers.enumerated() {
    sum += number
    squares += number * number
    weighted += number * Double(index * 11 % 31 - 15)
  }
  let length = expected[1].squareRoot()
  try #require(
    abs(sum - expected[0]) <= tolerance * max(length, abs(expected[0])), "sum of \(name)")
  try #require(abs(squares - expected[1]) <= tolerance * expected[1], "squares of \(name)")
  // The root mean square of the weights is 9.
  try #require(abs(weighted - expected[2]) <= tolerance * 9 * length, "weighted sum of \(name)")
}

/// A run that `scripts/make_fixtures.py` recorded.
struct RecordedRun: Decodable {
  struct Step: Decodable {
    let epoch: Int
    let wasserstein: Double, criticReal: Double, criticFake: Double
    let penalty: Double?, gradientNorm: Double?
    /// The mean of C before the update of the generator.
    let generator: Double?
  }

  let preset: String
  /// The metadata of the preset for images of 28 × 28, and of the last checkpoint of this run.
  let defaults: [String: String], metadata: [String: String]
  /// For each tensor, its sum, its sum of squares and its weighted sum.
  let initial: [String: [Double]], final: [String: [Double]]
  let steps: [Step]
  /// Samples of seed 5, by number.
  let samples: [String: [Double]]

  static let presets = ["mlp-clip", "mlp-clip-adam", "mlp-gp", "mlp-gp-plateau"]
  /// The presets; two runs with large learning rates that differ between the networks; two runs
  /// whose learning rates and critic steps change; and `layers`.
  static let all =
    presets + ["raised-clip", "raised-gp", "paced-gp", "paced-plateau"] + layers
  /// Together they use every layer and every initialization, and images with several channels.
  static let layers = ["layers-keras", "layers-dcgan", "layers-resnet", "layers-curved"]

  init(_ name: String) throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(
      Self.self, from: Data(contentsOf: tests.appending(path: "Fixtures/\(name).json")))
  }

  private var isRaised: Bool {
    metadata["config.critic_optimizer"] != defaults["config.critic_optimizer"]
  }

  // The tolerances allow for rounding in single precision, with a margin. The largest observed
  // differences are, in this order, 2.6e-6 and 4.8e-7, 7.6e-7, 2.7e-5, 2.4e-6 and 1.4e-7. Those of
  // PyTorch in single precision, from forty initial weights that differ by a rounding error, are as
  // small, except 6.3e-5 for the steps of the presets and 8.7e-4 for the biases. If all samples are
  // on one side of a ReLU, the gradient of a bias is the difference of equal numbers, so 0 or a
  // rounding error, and Adam turns either into a full step. The largest differences in the runs of
  // `layers` are 1.7e-6 in steps, and at the end 1.7e-6 in parameters, 1.2e-6 in the biases of the
  // critic, 7.7e-7 in running statistics, 5.8e-6 in moments and 6.9e-7 in samples. Those of PyTorch
  // in single precision, from twelve initial weights, are 1.3e-6, 2.4e-6, 3.4e-6, 1.2e-6, 5.8e-6
  // and 8.7e-7.

  /// The tolerance of the metrics of a step.
  var stepTolerance: Double { isRaised ? 1e-5 : 1e-4 }
  /// The tolerance of a tensor of the last checkpoint.
  func tolerance(_ name: String) -> Double {
    if name.hasPrefix("critic."), name.hasSuffix(".bias") { return isRaised ? 1e-5 : 2e-3 }
    return name.hasPrefix("optimizer.") ? 2.5e-5 : 1e-5
  }
  /// The tolerance of the pixels of a sample.
  var sampleTolerance: Double { 2e-6 }

  /// The images of the run.
  func images() throws -> ScratchImages {
    try scratchImages(count: 80, shape: configuration().image.sizes)
  }

  func configuration() throws -> TrainingConfiguration {
    func text(_ key: String) throws -> String { try #require(metadata["config.\(key)"]) }
    func read<Value>(_ key: String, _ parse: (String) -> Value?) throws -> Value {
      try #require(parse(text(key)), "config.\(key)")
    }
    return TrainingConfiguration(
      image: try read("image") { Shape($0) }, latent: try read("latent") { Int($0) },
      generator: try read("generator") { Architecture($0) },
      critic: try read("critic") { Architecture($0) },
      batchSize: try read("batch_size") { Int($0) },
      criticSteps: try read("critic_steps") { Int($0) },
      criticWarmUp: try read("critic_warm_up") { CriticWarmUp($0) },
      realBatch: try read("real_batch") { RealBatch(rawValue: $0) },
      constraint: try read("constraint") { Constraint($0) },
      interpolation: try read("interpolation") { Interpolation(rawValue: $0) },
      generatorOptimizer: try read("generator_optimizer") { Optimizer($0) },
      criticOptimizer: try read("critic_optimizer") { Optimizer($0) },
      schedule: try read("schedule") { Schedule($0) },
      initialization: try read("initialization") { Initialization(rawValue: $0) },
      seed: try read("seed") { UInt64($0) })
  }
}

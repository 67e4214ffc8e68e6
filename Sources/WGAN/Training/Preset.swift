/// A named configuration, for images of any shape.
public struct Preset: Sendable {
  /// What `--preset` takes.
  public let name: String
  /// One line for `--list-presets`.
  public let summary: String
  private let constraint: Constraint
  private let criticSteps: Int
  private let optimizer: Optimizer
  private var schedule = Schedule.constant

  /// Every preset.
  public static let all = [
    Preset(
      name: "mlp-clip", summary: "weight clipping, RMSProp (Arjovsky et al. 2017)",
      constraint: .clip(bound: 0.01), criticSteps: 5,
      optimizer: .rmsprop(rate: 5e-5)),
    Preset(
      name: "mlp-clip-adam", summary: "weight clipping, Adam, one critic step",
      constraint: .clip(bound: 0.01), criticSteps: 1,
      optimizer: .adam(rate: 1e-4)),
    Preset(
      name: "mlp-gp", summary: "gradient penalty, Adam (Gulrajani et al. 2017)",
      constraint: .gradientPenalty(weight: 10), criticSteps: 5,
      optimizer: .adam(rate: 1e-4, beta1: 0.5, beta2: 0.9)),
    Preset(
      name: "mlp-gp-plateau", summary: "gradient penalty, Adam, rates that fall at a plateau",
      constraint: .gradientPenalty(weight: 10), criticSteps: 1,
      optimizer: .adam(rate: 2e-4, beta1: 0.5, beta2: 0.999),
      schedule: Schedule(.plateau(Plateau(factor: 0.5, patience: 2, floor: 0, period: .step)))),
  ]

  /// The configuration for images of this shape.
  public func configuration(image: ImageShape, seed: UInt64) -> Configuration {
    Configuration(
      image: image, latent: 100,
      generator: Architecture([
        .dense(128), .leakyReLU(0), .dense(256), .leakyReLU(0), .dense(image.count), .tanh,
      ]),
      critic: Architecture([
        .dense(256), .leakyReLU(0.2), .dense(128), .leakyReLU(0.2), .dense(1),
      ]),
      batchSize: 64, criticSteps: criticSteps, criticWarmUp: .never, realBatch: .fresh,
      constraint: constraint, interpolation: .uniform,
      generatorOptimizer: optimizer, criticOptimizer: optimizer, schedule: schedule,
      initialization: .pytorch, seed: seed)
  }
}

extension Preset {
  /// The preset of that name.
  public init?(_ name: String) {
    guard let preset = Self.all.first(where: { $0.name == name }) else { return nil }
    self = preset
  }
}

extension Configuration {
  /// Numbers that are trained, in each network.
  public var parameterCounts: (generator: Int, critic: Int) {
    (generatorNetwork.parameterCount, criticNetwork.parameterCount)
  }
}

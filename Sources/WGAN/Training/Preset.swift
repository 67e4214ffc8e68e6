import Engine

/// A named set of hyperparameters and networks, for images of any suitable shape.
public struct Preset: Sendable {
  /// The name, such as `mlp-gp`.
  public let name: String
  /// A description of one line.
  public let summary: String
  private let networks: @Sendable (Shape) throws(ShapeError) -> Networks
  private let constraint: Constraint
  private let optimizer: Optimizer
  private var latent = 100
  private var batchSize = 64
  private var criticSteps = 5
  private var criticWarmUp = CriticWarmUp.never
  private var realBatch = RealBatch.fresh
  private var schedule = Schedule.constant
  private var initialization = Initialization.pytorch

  /// The layers of both networks, in the text form of `Architecture`.
  struct Networks {
    let generator: String
    let critic: String
  }

  /// All presets.
  public static let all = [
    Preset(
      name: "quick", summary: "small DCGAN, gradient penalty; best samples after 3 minutes",
      networks: { image throws(ShapeError) in try .dcgan(image, channels: 32) },
      constraint: .gradientPenalty(weight: 10),
      optimizer: .adam(rate: 1e-3, beta1: 0.5, beta2: 0.9), latent: 64, criticSteps: 1,
      schedule: Schedule(.linear(steps: 20_000))),
    Preset(
      name: "mlp-clip", summary: "dense layers, weight clipping, RMSProp (Arjovsky et al. 2017)",
      networks: Networks.dense, constraint: .clip(bound: 0.01), optimizer: .rmsprop(rate: 5e-5)),
    Preset(
      name: "mlp-clip-adam", summary: "mlp-clip with Adam and one critic step, for comparison",
      networks: Networks.dense, constraint: .clip(bound: 0.01), optimizer: .adam(rate: 1e-4),
      criticSteps: 1),
    Preset(
      name: "mlp-gp", summary: "dense layers, gradient penalty, Adam (Gulrajani et al. 2017)",
      networks: Networks.dense, constraint: .gradientPenalty(weight: 10),
      optimizer: .adam(rate: 1e-4, beta1: 0.5, beta2: 0.9)),
    Preset(
      name: "mlp-gp-plateau", summary: "mlp-gp with one critic step and plateau schedule",
      networks: Networks.dense, constraint: .gradientPenalty(weight: 10),
      optimizer: .adam(rate: 2e-4, beta1: 0.5, beta2: 0.999), criticSteps: 1,
      schedule: Schedule(.plateau(Plateau(factor: 0.5, patience: 2, floor: 0, period: .step)))),
    Preset(
      name: "dcgan-clip", summary: "DCGAN (Radford et al. 2016), weight clipping, RMSProp",
      networks: { image throws(ShapeError) in
        try .dcgan(image, channels: 128, criticBatchNorm: true)
      },
      constraint: .clip(bound: 0.01), optimizer: .rmsprop(rate: 5e-5),
      criticWarmUp: .arjovsky, initialization: .dcgan),
    Preset(
      name: "dcgan-gp", summary: "DCGAN without batch norm in the critic, gradient penalty, Adam",
      networks: { image throws(ShapeError) in try .dcgan(image, channels: 128) },
      constraint: .gradientPenalty(weight: 10),
      optimizer: .adam(rate: 1e-4, beta1: 0, beta2: 0.9)),
    Preset(
      name: "keras-gp", summary: "the WGAN-GP example of Keras",
      networks: Networks.keras, constraint: .gradientPenalty(weight: 10),
      optimizer: .adam(rate: 2e-4, beta1: 0.5, beta2: 0.9, epsilon: 1e-7), latent: 128,
      batchSize: 512, criticSteps: 3, realBatch: .reused, initialization: .glorot),
    Preset(
      name: "resnet-gp",
      summary: "residual networks, layer norm in the critic (Gulrajani et al. 2017)",
      networks: Networks.residual, constraint: .gradientPenalty(weight: 10),
      optimizer: .adam(rate: 2e-4, beta1: 0, beta2: 0.9), latent: 128,
      schedule: Schedule(.linear(steps: 100_000)), initialization: .he),
  ]

  /// Makes the configuration for images of a shape.
  ///
  /// - Parameters:
  ///   - image: The shape of an image.
  ///   - seed: The seed of the run.
  /// - Returns: The configuration.
  /// - Throws: `ShapeError` if the preset does not support the shape.
  public func configuration(image: Shape, seed: UInt64) throws(ShapeError)
    -> TrainingConfiguration
  {
    let networks = try networks(image)
    return TrainingConfiguration(
      image: image, latent: latent, generator: try Architecture(lines: networks.generator),
      critic: try Architecture(lines: networks.critic), batchSize: batchSize,
      criticSteps: criticSteps, criticWarmUp: criticWarmUp, realBatch: realBatch,
      constraint: constraint, interpolation: .uniform, generatorOptimizer: optimizer,
      criticOptimizer: optimizer, schedule: schedule, initialization: initialization, seed: seed)
  }
}

extension Preset {
  /// Finds the preset with a name.
  ///
  /// - Parameter name: The name.
  /// - Returns: `nil` if there is none.
  public init?(_ name: String) {
    guard let preset = Self.all.first(where: { $0.name == name }) else { return nil }
    self = preset
  }
}

extension TrainingConfiguration {
  /// The number of trainable parameters of each network.
  public var parameterCounts: (generator: Int, critic: Int) {
    (generatorNetwork.parameterCount, criticNetwork.parameterCount)
  }
}

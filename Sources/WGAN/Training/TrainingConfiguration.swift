import Engine

/// The method that keeps the critic close to 1-Lipschitz.
public enum Constraint: Equatable, Sendable, LosslessStringConvertible {
  /// Weight clipping: after each critic step, every parameter of the critic, including the biases,
  /// is clamped to [−bound, bound] (Arjovsky et al. 2017, algorithm 1, line 7).
  case clip(bound: Double)
  /// Gradient penalty: λ · mean (‖∇C(x̂)‖ − 1)² is added to the critic's loss; `weight` is λ
  /// (Gulrajani et al. 2017).
  case gradientPenalty(weight: Double)

  /// The text form in a checkpoint, such as `clip 0.01` or `gradient-penalty 10.0`.
  public var description: String {
    switch self {
    case .clip(let bound): "clip \(bound)"
    case .gradientPenalty(let weight): "gradient-penalty \(weight)"
    }
  }

  /// Parses the text form.
  ///
  /// - Parameter text: The text form.
  /// - Returns: `nil` if the text is not valid.
  public init?(_ text: String) {
    var reader = TokenReader(text)
    if let bound: Double = reader.value("clip") {
      self = .clip(bound: bound)
    } else if let weight: Double = reader.value("gradient-penalty") {
      self = .gradientPenalty(weight: weight)
    } else {
      return nil
    }
    guard reader.isEmpty else { return nil }
  }

  /// λ; `nil` for weight clipping.
  var penaltyWeight: Double? {
    if case .gradientPenalty(let weight) = self { weight } else { nil }
  }
}

/// The hyperparameters, networks and seed of a training run. They do not change during the run.
///
/// A ``Preset`` makes one. Check ``validationError`` after changing a property.
public struct TrainingConfiguration: Equatable, Sendable {
  /// The shape of an image: the output of the generator and the input of the critic.
  public var image: Shape
  /// The size of a latent vector.
  public var latent: Int
  /// The generator: latent vector → image.
  public var generator: Architecture
  /// The critic: image → one number.
  public var critic: Architecture
  /// The batch size: the number of real and of generated images in a step, 1 to 65536.
  public var batchSize: Int
  /// Critic steps per generator step, 1 to 1000000.
  public var criticSteps: Int
  /// Additional critic steps before some generator steps.
  public var criticWarmUp: CriticWarmUp
  /// The choice of the real images for the critic steps before one generator step.
  public var realBatch: RealBatch
  /// The Lipschitz constraint of the critic.
  public var constraint: Constraint
  /// The distribution of the points at which a gradient penalty is computed.
  public var interpolation: Interpolation
  /// The optimizer of the generator.
  public var generatorOptimizer: Optimizer
  /// The optimizer of the critic.
  public var criticOptimizer: Optimizer
  /// The schedule of both learning rates.
  public var schedule: Schedule
  /// The distribution of the initial weights.
  public var initialization: Initialization
  /// The seed of every random number of the run.
  public var seed: UInt64
  /// The checkpoint from whose weights the run started; `nil` if they were drawn from the seed.
  public internal(set) var origin: Origin?
  /// The updates that the initial moments of each optimizer contain. Adam's bias correction counts
  /// them. They are 0 unless the run started with the moments of another one.
  public internal(set) var generatorUpdates = 0, criticUpdates = 0

  /// Makes a configuration. The defaults are those of a checkpoint without the setting.
  ///
  /// - Parameters:
  ///   - image: The shape of an image.
  ///   - latent: The size of a latent vector.
  ///   - generator: The generator: latent vector → image.
  ///   - critic: The critic: image → one number.
  ///   - batchSize: The number of real and of generated images in a step.
  ///   - criticSteps: Critic steps per generator step.
  ///   - criticWarmUp: Additional critic steps before some generator steps.
  ///   - realBatch: The choice of the real images.
  ///   - constraint: The Lipschitz constraint of the critic.
  ///   - interpolation: The distribution of the points of a gradient penalty.
  ///   - generatorOptimizer: The optimizer of the generator.
  ///   - criticOptimizer: The optimizer of the critic.
  ///   - schedule: The schedule of both learning rates.
  ///   - initialization: The distribution of the initial weights.
  ///   - seed: The seed of every random number of the run.
  public init(
    image: Shape, latent: Int, generator: Architecture, critic: Architecture, batchSize: Int,
    criticSteps: Int, criticWarmUp: CriticWarmUp = .never, realBatch: RealBatch = .fresh,
    constraint: Constraint, interpolation: Interpolation = .uniform, generatorOptimizer: Optimizer,
    criticOptimizer: Optimizer, schedule: Schedule = .constant,
    initialization: Initialization = .pytorch, seed: UInt64 = 0
  ) {
    (self.image, self.latent) = (image, latent)
    (self.generator, self.critic) = (generator, critic)
    (self.batchSize, self.criticSteps, self.criticWarmUp) = (batchSize, criticSteps, criticWarmUp)
    (self.realBatch, self.constraint) = (realBatch, constraint)
    self.interpolation = interpolation
    (self.generatorOptimizer, self.criticOptimizer) = (generatorOptimizer, criticOptimizer)
    (self.schedule, self.initialization, self.seed) = (schedule, initialization, seed)
  }

  /// The same settings for a run that starts from weights that are drawn from the seed.
  public var withoutOrigin: TrainingConfiguration {
    var configuration = self
    configuration.origin = nil
    (configuration.generatorUpdates, configuration.criticUpdates) = (0, 0)
    return configuration
  }

  /// The first value that is out of range or does not fit the others; `nil` if training can start.
  public var validationError: String? { settingsValidationError ?? networksValidationError }

  /// The first value that is out of range for every image and every network; `nil` if there is none.
  public var settingsValidationError: String? {
    if let validationError = shapesValidationError { return validationError }
    guard 1...65536 ~= batchSize else { return "the batch size must be between 1 and 65536" }
    guard 1...Self.maximumCriticSteps ~= criticSteps else {
      return "the critic steps must be between 1 and \(Self.maximumCriticSteps)"
    }
    if let validationError = criticWarmUp.validationError { return validationError }
    switch constraint {
    case .clip(let bound) where !isPositiveFloat(bound):
      return "the clipping bound must be positive"
    case .gradientPenalty(let weight) where !isPositiveFloat(weight):
      return "lambda must be greater than 0"
    default: break
    }
    return generatorOptimizer.validationError ?? criticOptimizer.validationError
      ?? schedule.validationError
  }

  /// The maximum number of critic steps before a generator step.
  static let maximumCriticSteps = 1_000_000

  /// The number of critic steps before generator step `number`, counted from 0.
  func criticSteps(before number: Int) -> Int { criticWarmUp.steps(before: number) ?? criticSteps }

  /// A combination of settings that is allowed but known to train badly; `nil` if there is none.
  public var warning: String? {
    if case .clip = constraint, case .adam(_, let beta1, _, _) = criticOptimizer, beta1 > 0 {
      return
        "Adam with beta1 > 0 is unstable with clipped weights; use RMSProp, as the paper does"
    }
    if schedule.plateau?.period == .step {
      return "a plateau of every step reduces the learning rates too early, because the values of "
        + "single steps are noisy; use every epoch"
    }
    if interpolation == .normal {
      return
        "with normal interpolation, two of three points are not between the samples; the paper "
        + "uses uniform"
    }
    return nil
  }

  /// The first value that does not make a generator; `nil` if the image, the latent size and the layers do.
  var generatorValidationError: String? {
    shapesValidationError ?? validationError(of: "generator", buildGenerator)
  }

  private var shapesValidationError: String? {
    guard image.spatial.count == 2 else {
      return "an image must have two spatial axes, height and width"
    }
    guard 1...Architecture.maximumWidth ~= latent else {
      return "the latent size must be between 1 and \(Architecture.maximumWidth)"
    }
    return nil
  }

  private var networksValidationError: String? {
    guard critic.layers.last == .dense(1) else { return "the critic must end with dense 1" }
    if constraint.penaltyWeight != nil, critic.layers.contains(where: \.isBatchNorm) {
      return
        "a critic with a gradient penalty cannot have batch-norm: it makes a sample's gradient "
        + "depend on the other samples (use layer-norm)"
    }
    return validationError(of: "generator", buildGenerator)
      ?? validationError(of: "critic", buildCritic)
  }

  private func validationError(
    of name: String, _ build: () throws(ShapeError) -> Network
  ) -> String? {
    do throws(ShapeError) {
      let count = try build().parameterCount
      guard count > 0 else { return "the \(name) has no parameters" }
      guard count <= Network.maximumParameterCount else {
        return "the \(name) has \(count) parameters (maximum: \(Network.maximumParameterCount))"
      }
    } catch { return "the \(name): \(error)" }
    return nil
  }

  private func buildGenerator() throws(ShapeError) -> Network {
    try generator.network(input: .vector(latent), output: image)
  }

  private func buildCritic() throws(ShapeError) -> Network {
    try critic.network(input: image, output: .vector(1))
  }

  // The networks. Precondition: there is no `validationError`.

  var generatorNetwork: Network { built(buildGenerator) }
  var criticNetwork: Network { built(buildCritic) }

  private func built(_ build: () throws(ShapeError) -> Network) -> Network {
    do throws(ShapeError) { return try build() } catch { preconditionFailure(error.reason) }
  }
}

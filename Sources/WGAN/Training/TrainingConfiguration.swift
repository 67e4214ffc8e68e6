import Engine

/// How the critic is held near Lipschitz continuity.
public enum Constraint: Equatable, Sendable, CustomStringConvertible {
  /// After each critic step every parameter, biases included, is clamped to ±bound (Arjovsky et al.
  /// 2017, algorithm 1, line 7).
  case clip(bound: Double)
  /// λ · mean (‖∇C(x̂)‖ − 1)² is added to the critic's objective (Gulrajani et al. 2017).
  case gradientPenalty(weight: Double)

  /// The text form in a checkpoint, as `clip 0.01` or `gradient-penalty 10.0`.
  public var description: String {
    switch self {
    case .clip(let bound): "clip \(bound)"
    case .gradientPenalty(let weight): "gradient-penalty \(weight)"
    }
  }

  /// Reads the text form; `nil` when it is not one.
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

  /// λ, or `nil` for clipping.
  var penaltyWeight: Double? {
    if case .gradientPenalty(let weight) = self { weight } else { nil }
  }
}

/// Everything that decides a training run before it begins; it never changes during one.
public struct TrainingConfiguration: Equatable, Sendable {
  /// What the generator makes and the critic reads.
  public var image: Shape
  /// Numbers in a latent.
  public var latent: Int
  /// The networks, latent → image and image → 1.
  public var generator: Architecture, critic: Architecture
  /// Samples of each kind in a step.
  public var batchSize: Int
  /// Critic steps for each generator step, and where there are others.
  public var criticSteps: Int, criticWarmUp: CriticWarmUp
  /// The real images of the critic steps before one generator step.
  public var realBatch: RealBatch
  /// How the critic is held.
  public var constraint: Constraint
  /// Where a gradient penalty looks.
  public var interpolation: Interpolation
  /// The optimisers.
  public var generatorOptimizer: Optimizer, criticOptimizer: Optimizer
  /// How their learning rates change.
  public var schedule: Schedule
  /// What the networks begin with.
  public var initialization: Initialization
  /// What every random number of the run comes from.
  public var seed: UInt64

  /// What is out of range or does not fit together, in words; `nil` when training can begin.
  public var validationError: String? {
    guard 1...Architecture.maximumWidth ~= latent else { return "the latent size is out of range" }
    guard 1...65536 ~= batchSize else { return "the batch size must be between 1 and 65536" }
    guard 1...Self.maximumCriticSteps ~= criticSteps else {
      return "the critic steps must be between 1 and \(Self.maximumCriticSteps)"
    }
    if let validationError = criticWarmUp.validationError { return validationError }
    switch constraint {
    case .clip(let bound) where !isPositiveFloat(bound):
      return "the clipping bound must be positive"
    case .gradientPenalty(let weight) where !isPositiveFloat(weight):
      return "lambda must be positive"
    default: break
    }
    if let validationError = generatorOptimizer.validationError ?? criticOptimizer.validationError
      ?? schedule.validationError
    {
      return validationError
    }
    return networksValidationError
  }

  /// The most critic steps before a generator step.
  static let maximumCriticSteps = 1_000_000

  /// The critic steps before the generator step of this number, counted from 0.
  func criticSteps(before number: Int) -> Int { criticWarmUp.steps(before: number) ?? criticSteps }

  /// What is allowed but known to go wrong; `nil` when nothing is.
  public var warning: String? {
    if case .clip = constraint, case .adam(_, let beta1, _, _) = criticOptimizer, beta1 > 0 {
      return
        "Adam with beta1 > 0 can kill a critic with clipped weights; RMSProp is the paper's choice"
    }
    if schedule.plateau?.period == .step {
      return "noise ends the patience of a plateau of every step, and the learning rates fall to "
        + "nothing early; a plateau of every epoch watches |W|"
    }
    if interpolation == .normal {
      return "two of three normal interpolates lie beyond the samples; uniform is the paper's way"
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
    for (name, build) in [("generator", buildGenerator), ("critic", buildCritic)] {
      do throws(ShapeError) {
        let count = try build().parameterCount
        guard count > 0 else { return "the \(name) has nothing to train" }
        guard count <= Self.maximumParameterCount else {
          return "the \(name) has \(count) parameters, of at most \(Self.maximumParameterCount)"
        }
      } catch { return "the \(name): \(error)" }
    }
    return nil
  }

  /// The most parameters that a network may have: a GiB of them, and as much for each moment.
  private static let maximumParameterCount = 1 << 28

  private func buildGenerator() throws(ShapeError) -> Network {
    try generator.network(input: .vector(latent), output: image)
  }

  private func buildCritic() throws(ShapeError) -> Network {
    try critic.network(input: image, output: .vector(1))
  }

  /// The networks of a configuration without a `validationError`.
  var generatorNetwork: Network { built(buildGenerator) }
  var criticNetwork: Network { built(buildCritic) }

  private func built(_ build: () throws(ShapeError) -> Network) -> Network {
    do throws(ShapeError) { return try build() } catch { preconditionFailure(error.reason) }
  }
}

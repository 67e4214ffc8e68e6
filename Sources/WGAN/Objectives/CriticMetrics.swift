import Engine

/// The metrics of one critic step.
public struct CriticMetrics: Equatable, Sendable {
  /// mean C(real), over the real images of the batch.
  public let real: Double
  /// mean C(fake), over the generated images of the batch.
  public let fake: Double
  /// The gradient penalty, λ · mean (‖∇C(x̂)‖ − 1)²; `nil` without a gradient penalty.
  public let penalty: Double?
  /// mean ‖∇C(x̂)‖; `nil` without a gradient penalty.
  public let gradientNorm: Double?

  /// The Wasserstein estimate, mean C(real) − mean C(fake). It is positive if the critic separates
  /// the real images from the generated ones.
  public var wasserstein: Double { real - fake }

  /// The loss of the critic: −wasserstein + penalty.
  public var objective: Double { -wasserstein + (penalty ?? 0) }
}

import Engine

/// What one critic step saw.
public struct CriticReport: Equatable, Sendable {
  /// The mean of C over the real and over the fake samples.
  public let real: Double, fake: Double
  /// λ · mean (‖∇C(x̂)‖ − 1)²; `nil` without a gradient penalty.
  public let penalty: Double?
  /// mean ‖∇C(x̂)‖; `nil` without a gradient penalty.
  public let gradientNorm: Double?

  /// The Wasserstein estimate, mean C(real) − mean C(fake): positive when the critic separates.
  public var wasserstein: Double { real - fake }

  /// What the critic minimises.
  public var objective: Double { -wasserstein + (penalty ?? 0) }
}

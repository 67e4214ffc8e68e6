/// How far a run has come: all that changes in it besides the networks' numbers.
public struct Progress: Equatable, Sendable {
  /// Epochs completed.
  public internal(set) var epoch = 0
  /// Batches that the critic has seen of the epoch in hand.
  public internal(set) var batch = 0
  /// Critic and generator steps since the beginning.
  public internal(set) var criticSteps = 0, generatorSteps = 0
  /// Critic steps since the last generator step; it does not restart at an epoch.
  public internal(set) var phase = 0
  /// Which images the epoch in hand is of; `nil` before the first step.
  public internal(set) var images: String?

  /// The beginning.
  public init() {}
}

import Engine

/// The choice of the real images for the critic steps before one generator step.
public enum RealBatch: String, Sendable, CaseIterable {
  /// Each critic step uses the next batch (Arjovsky et al. 2017, algorithm 1, line 3).
  case fresh
  /// All critic steps use the same batch, as in the Keras example.
  case reused
}

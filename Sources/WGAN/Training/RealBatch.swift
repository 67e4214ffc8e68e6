import Engine

/// Which real images the critic steps before one generator step see.
public enum RealBatch: String, Sendable, CaseIterable {
  /// Each step the next batch (Arjovsky et al. 2017, algorithm 1, line 3).
  case fresh
  /// All the same batch, as in the Keras example.
  case reused
}

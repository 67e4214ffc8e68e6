/// A tensor of a layer: a name as in PyTorch's `state_dict`, its shape, and what it begins as.
package struct Parameter: Equatable, Sendable {
  package let name: String
  package let shape: [Int]
  package let initializer: Initializer
  /// How the engine keeps it; `nil` where that is how the checkpoint has it.
  package let permutation: LayoutPermutation?

  /// What a tensor is before training.
  package enum Initializer: Equatable, Sendable {
    /// Drawn: of a weight, by the numbers that one output sums over and one input goes to.
    case weight(fanIn: Int, fanOut: Int)
    case bias(fanIn: Int)
    /// The same number everywhere.
    case constant(Double)
  }

  package init(
    _ name: String, _ shape: [Int], _ initializer: Initializer,
    permutation: LayoutPermutation? = nil
  ) {
    (self.name, self.shape, self.initializer) = (name, shape, initializer)
    self.permutation = permutation.flatMap { $0.isIdentity ? nil : $0 }
  }

  /// Whether its numbers cannot be negative.
  package var isVariance: Bool { name == "running_var" }

  package var count: Int { shape.reduce(1, *) }
}

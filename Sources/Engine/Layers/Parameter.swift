/// A tensor of a layer: its name as in PyTorch's `state_dict`, its shape, and its initializer.
package struct Parameter: Equatable, Sendable {
  package let name: String
  package let shape: [Int]
  package let initializer: Initializer
  /// The engine's order of the elements; `nil` where it is that of the checkpoint.
  package let permutation: LayoutPermutation?

  /// What a tensor holds before training.
  package enum Initializer: Equatable, Sendable {
    /// A weight's random values, by the number of inputs that one output sums over and the number of
    /// outputs that one input contributes to.
    case weight(fanIn: Int, fanOut: Int)
    /// A bias's random values, by the fan-in of its weight.
    case bias(fanIn: Int)
    /// The same value everywhere.
    case constant(Double)
  }

  package init(
    _ name: String, _ shape: [Int], _ initializer: Initializer,
    permutation: LayoutPermutation? = nil
  ) {
    (self.name, self.shape, self.initializer) = (name, shape, initializer)
    self.permutation = permutation.flatMap { $0.isIdentity ? nil : $0 }
  }

  /// Whether its elements cannot be negative.
  package var isVariance: Bool { name == "running_var" }

  /// The number of elements.
  package var count: Int { shape.reduce(1, *) }
}

/// The minimum number of floating-point operations per image of a training step.
///
/// It counts two operations, a multiplication and an addition, for each multiplication with a
/// weight, and none for anything else. It assumes that a step
/// - does not multiply positions outside an image,
/// - convolves an upsampled image at its original size, and
/// - interpolates the results of the critic's first layer at the real and fake samples instead of
///   computing them at the interpolates.
public struct OperationCount {
  /// Operations per image of a critic step and of a generator step.
  public let critic: Int, generator: Int

  /// Counts the operations of a critic step and of a generator step.
  ///
  /// - Parameters:
  ///   - networks: Both networks with their shapes.
  ///   - hasPenalty: Whether the critic has a gradient penalty.
  /// - Throws: `UnknownLayer` for a layer that cannot be counted.
  public init(_ networks: ResolvedNetworks, hasPenalty: Bool) throws(UnknownLayer) {
    let generator = WeightedLayer.all(in: try GraphNode.all(in: networks.generator))
    let critic = WeightedLayer.all(in: try GraphNode.all(in: networks.critic))
    self.critic =
      2
      * (generator.multiplications { _ in 1 }
        + critic.multiplications { layer in
          // Real and fake samples: forward pass, weight gradient, and vjp if an earlier layer has
          // weights.
          let scores = 2 + 2 + (layer.needsInputGradient ? 2 : 0)
          guard hasPenalty else { return scores }
          // Interpolates: forward pass, vjp to the input, jvp, weight gradient.
          let firstOrder = (layer.hasAffineInput ? 0 : 1) + 1 + (layer.isLast ? 0 : 1) + 1
          // The second-order terms of later layers: weight gradient, vjp.
          let secondOrder =
            layer.receivesSecondOrderTerm ? 1 + (layer.needsInputGradient ? 1 : 0) : 0
          return scores + firstOrder + secondOrder
        })
    self.generator =
      2
      * (generator.multiplications { 2 + ($0.needsInputGradient ? 1 : 0) }
        + critic.multiplications { _ in 2 })
  }
}

/// A layer with weights, and which passes of a step it needs.
private struct WeightedLayer {
  /// Multiplications per sample in one pass.
  let multiplications: Int
  /// All earlier layers are affine.
  let hasAffineInput: Bool
  /// An earlier layer has weights, so the vjp must continue to it.
  let needsInputGradient: Bool
  /// No later layer has weights, so the jvp ends here.
  let isLast: Bool
  /// A later layer has a second-order term, which adds to the gradient of this layer's output.
  let receivesSecondOrderTerm: Bool

  /// Collects the layers with weights of a path, whose surroundings the other parameters describe.
  static func all(
    in nodes: [GraphNode], affine: Bool = true, trained: Bool = false, last: Bool = true,
    secondOrder: Bool = false
  ) -> [WeightedLayer] {
    var (affine, trained) = (affine, trained)
    return nodes.indices.flatMap { index -> [WeightedLayer] in
      let later = nodes[(index + 1)...]
      let last = last && !later.contains(where: \.hasWeights)
      let secondOrder = secondOrder || later.contains(where: \.hasSecondOrderTerm)
      defer {
        affine = affine && nodes[index].isAffine
        trained = trained || nodes[index].hasWeights
      }
      switch nodes[index] {
      case .piecewiseLinear, .smoothNonlinear: return []
      case .weighted(let multiplications):
        return [
          WeightedLayer(
            multiplications: multiplications, hasAffineInput: affine, needsInputGradient: trained,
            isLast: last, receivesSecondOrderTerm: secondOrder)
        ]
      case .residual(let main, let shortcut):
        return [main, shortcut].flatMap {
          all(in: $0, affine: affine, trained: trained, last: last, secondOrder: secondOrder)
        }
      }
    }
  }
}

extension [WeightedLayer] {
  /// Sums the layers' multiplications, each times the number of its passes.
  fileprivate func multiplications(_ passes: (WeightedLayer) -> Int) -> Int {
    reduce(0) { $0 + $1.multiplications * passes($1) }
  }
}

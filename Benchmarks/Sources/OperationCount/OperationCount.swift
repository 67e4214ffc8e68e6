/// The fewest floating-point operations that a training step needs for one image of its batch, by
/// DESIGN 5 and 6: a multiplication and an addition for each product with a weight, nothing for
/// anything else. What lies outside an image is not multiplied; an enlarged image is convolved
/// small; the first layers' results at the interpolates are interpolated.
public struct OperationCount {
  /// Operations of a step, an image.
  public let critic: Int, generator: Int

  /// Counts the operations of a step of each network.
  ///
  /// - Parameter hasPenalty: Whether the critic has a gradient penalty.
  /// - Throws: `UnknownLayer` for a layer that it cannot count.
  public init(_ networks: ResolvedNetworks, hasPenalty: Bool) throws(UnknownLayer) {
    let generator = Product.all(in: try Node.all(in: networks.generator))
    let critic = Product.all(in: try Node.all(in: networks.critic))
    self.critic =
      2
      * (generator.sum { _ in 1 }
        + critic.sum { layer in
          // Real and fake: forward, accumulate, and backward where something below is trained.
          let scored = 2 + 2 + (layer.hasTrainedInput ? 2 : 0)
          guard hasPenalty else { return scored }
          // At the interpolate: forward, backward to the input, tangent, accumulate; and where a
          // second derivative above adds to this layer's cotangent, backward and accumulate again.
          let first = (layer.hasAffineInput ? 0 : 1) + 1 + (layer.isLast ? 0 : 1) + 1
          let second = layer.isBelowCurve ? 1 + (layer.hasTrainedInput ? 1 : 0) : 0
          return scored + first + second
        })
    self.generator =
      2 * (generator.sum { 2 + ($0.hasTrainedInput ? 1 : 0) } + critic.sum { _ in 2 })
  }
}

/// One layer with a weight, and what of a step it can be spared.
private struct Product {
  let count: Int
  /// Nothing bends between the network's input and here.
  let hasAffineInput: Bool
  /// A layer below is trained, so that the cotangent has to go on.
  let hasTrainedInput: Bool
  /// No layer above is trained, so that a tangent need not pass.
  let isLast: Bool
  /// A layer above has a second derivative.
  let isBelowCurve: Bool

  static func all(
    in nodes: [Node], affine: Bool = true, trained: Bool = false, last: Bool = true,
    belowCurve: Bool = false
  ) -> [Product] {
    var (affine, trained) = (affine, trained)
    return nodes.indices.flatMap { index -> [Product] in
      let above = nodes[(index + 1)...]
      let last = last && !above.contains(where: \.hasProduct)
      let belowCurve = belowCurve || above.contains(where: \.isCurved)
      defer {
        affine = affine && nodes[index].isAffine
        trained = trained || nodes[index].hasProduct
      }
      switch nodes[index] {
      case .bent, .curved: return []
      case .product(let count):
        return [
          Product(
            count: count, hasAffineInput: affine, hasTrainedInput: trained, isLast: last,
            isBelowCurve: belowCurve)
        ]
      case .residual(let main, let shortcut):
        return [main, shortcut].flatMap {
          all(in: $0, affine: affine, trained: trained, last: last, belowCurve: belowCurve)
        }
      }
    }
  }
}

extension [Product] {
  /// The layers' multiplications, each as many times as `passes` says.
  fileprivate func sum(_ passes: (Product) -> Int) -> Int {
    reduce(0) { $0 + $1.count * passes($1) }
  }
}

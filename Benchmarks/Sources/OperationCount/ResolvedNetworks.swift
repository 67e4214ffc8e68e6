/// Both networks with their shapes, decoded from `wgan-init --print-networks --json`.
public struct ResolvedNetworks: Decodable, Sendable {
  let generator: [ResolvedLayer], critic: [ResolvedLayer]
}

/// A layer, with the members that matter for the number of its products: docs/NETWORKS.md defines them.
struct ResolvedLayer: Decodable, Sendable {
  /// The name, such as `conv`, and the whole text form.
  let layer: String, text: String
  /// Shapes of a sample: features, or channels and spatial sizes.
  let input: [Int], output: [Int]
  /// Of a convolution, the padding before and after each spatial axis.
  var kernel: Int?, stride: Int?, padding: [[Int]]?
  /// Of `upsample` and `zero-pad`.
  var factor: Int?, margin: Int?
}

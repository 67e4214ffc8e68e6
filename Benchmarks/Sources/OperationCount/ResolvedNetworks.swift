/// Both networks with their shapes, decoded from the output of
/// `wgan-init --print-networks --json`.
public struct ResolvedNetworks: Decodable, Sendable {
  let generator: [ResolvedLayer], critic: [ResolvedLayer]
}

/// The members of a layer that the operation count depends on. docs/NETWORKS.md defines them.
struct ResolvedLayer: Decodable, Sendable {
  /// The layer's name, such as `conv`, and its complete text form.
  let layer: String, text: String
  /// Shapes of one sample: features, or channels and spatial sizes.
  let input: [Int], output: [Int]
  /// Members of a convolution. `padding` contains the sizes before and after each spatial axis.
  var kernel: Int?, stride: Int?, padding: [[Int]]?
  /// The member of `upsample` and the member of `zero-pad`.
  var factor: Int?, margin: Int?
}

import Engine

/// The random streams of training and sampling. Raw values are part of the checkpoint format: never
/// renumber one.
extension RandomStream {
  /// The order of the images; the step is the epoch.
  static let dataOrder = RandomStream(rawValue: 2)
  /// The latents of a critic step; the step is the critic step.
  static let criticNoise = RandomStream(rawValue: 3)
  /// The latents of a generator step; the step is the generator step.
  static let generatorNoise = RandomStream(rawValue: 4)
  /// The place of each interpolate; the step is the critic step.
  static let interpolation = RandomStream(rawValue: 5)
  /// The latents of `wgan-sample`, which has a seed of its own; the step counts redraws.
  static let sampling = RandomStream(rawValue: 6)
  // The dropout masks of a network in a critic or generator step; the step is that step, and the
  // upper 24 bits of the stream hold the index of the layer.
  /// The critic's masks in a critic step.
  static let criticDropout = RandomStream(rawValue: 7)
  /// The generator's masks in a critic step.
  static let generatorDropoutForCritic = RandomStream(rawValue: 8)
  /// The critic's masks in a generator step.
  static let criticDropoutForGenerator = RandomStream(rawValue: 9)
  /// The generator's masks in a generator step.
  static let generatorDropout = RandomStream(rawValue: 10)
  /// The latents of the estimate on held-out images; the step is 0.
  static let heldOutNoise = RandomStream(rawValue: 11)
}

import Engine

// The random streams of training and sampling. The raw values decide the bits of every run, so they
// must never change.
extension RandomStream {
  /// The order of the images; the step is the epoch.
  static let dataOrder = RandomStream(rawValue: 2)
  /// The latent vectors of a critic step; the step is the critic step.
  static let criticNoise = RandomStream(rawValue: 3)
  /// The latent vectors of a generator step; the step is the generator step.
  static let generatorNoise = RandomStream(rawValue: 4)
  /// α of each interpolated sample; the step is the critic step.
  static let interpolation = RandomStream(rawValue: 5)
  /// The latent vectors of a `Sampler`, under the seed of its `Latents`; the step counts redraws.
  static let sampling = RandomStream(rawValue: 6)
  // Dropout masks: the step is the critic or generator step, and the upper 24 bits of the stream
  // are the index of the layer.
  /// The critic's masks in a critic step.
  static let criticDropout = RandomStream(rawValue: 7)
  /// The generator's masks in a critic step.
  static let generatorDropoutForCritic = RandomStream(rawValue: 8)
  /// The critic's masks in a generator step.
  static let criticDropoutForGenerator = RandomStream(rawValue: 9)
  /// The generator's masks in a generator step.
  static let generatorDropout = RandomStream(rawValue: 10)
  /// The latent vectors of the estimate on held-out images; the step is 0.
  static let heldOutNoise = RandomStream(rawValue: 11)
}

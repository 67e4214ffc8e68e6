/// What the generator minimises: −mean C(G(z)) (Arjovsky et al. 2017, algorithm 1, line 10).
///
/// The generator writes its samples where the critic reads fakes, and the critic's cotangent comes
/// back to where the generator reads its own.
struct GeneratorObjective<S: Scalar>: Sendable {
  let network: Network
  let critic: CriticObjective<S>
  let values: [Block<S>]
  let deltas: [Block<S>]

  init(_ network: Network, critic: CriticObjective<S>, in workspace: Workspace<S>) {
    self.network = network
    self.critic = critic
    values = network.slots(columns: critic.batchSize, in: workspace, last: critic.fake)
    deltas = network.slots(columns: critic.batchSize, in: workspace, last: critic.fakeDelta)
  }

  /// Where the latents go, latent × B.
  var latents: Block<S> { values[0] }

  /// Makes the fakes of some of the samples from their latents.
  func generate(_ parameters: UnsafePointer<S>, samples: Range<Int>) {
    network.forward(parameters, values, samples)
  }

  /// Everything that the gradient is accumulated from, for some of the samples; their latents are
  /// given.
  func differentiate(
    _ parameters: UnsafePointer<S>, critic criticParameters: UnsafePointer<S>, samples: Range<Int>
  ) {
    generate(parameters, samples: samples)
    let size = critic.batchSize
    let columns = samples.lowerBound + size..<samples.upperBound + size
    let judge = critic.network
    judge.forward(criticParameters, critic.values, columns)
    critic.deltas[judge.layers.count].columns(columns).fill(-1 / S(size))
    judge.backward(criticParameters, critic.values, critic.deltas, columns)
    network.backward(parameters, values, deltas, samples, to: 1)
  }

  /// A share of every parameter's gradient, over all samples.
  func accumulate(share: Share, into gradients: UnsafeMutablePointer<S>) {
    let samples = 0..<critic.batchSize
    network.accumulate(
      values, .value, samples, deltas, samples, share: share, adding: false, into: gradients)
  }

  /// The mean of C over the samples.
  func criticMean() -> Double {
    let size = critic.batchSize
    return mean(critic.values[critic.network.layers.count].columns(size..<2 * size)) { $0 }
  }
}

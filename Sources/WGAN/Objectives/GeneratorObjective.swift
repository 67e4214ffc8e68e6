/// What the generator minimises: −mean C(G(z)) (Arjovsky et al. 2017, algorithm 1, line 10).
struct GeneratorObjective<S: Scalar>: Sendable {
  let network: Network
  let critic: CriticObjective<S>
  let values: Slots<S>
  let deltas: Slots<S>
  /// 1 × B: C(G(z)).
  let scores: Block<S>

  init(_ network: Network, critic: CriticObjective<S>, in workspace: Workspace<S>) {
    self.network = network
    self.critic = critic
    values = network.slots(for: .values, columns: critic.batchSize, in: workspace)
    deltas = network.slots(
      for: .cotangents(keepingCurved: false), columns: critic.batchSize, in: workspace)
    scores = workspace.block(rows: 1, columns: critic.batchSize)
  }

  private var batch: Range<Int> { 0..<critic.batchSize }

  /// Where the latents go, latent × B; and the samples that come of them.
  var latents: Block<S> { values[0] }
  var samples: Block<S> { values.result }

  /// Draws the generator's dropout masks.
  func drawMasks(key: UInt64, stream: RandomStream, step: UInt32, share: Share) {
    network.drawMasks(values, batch, key: key, stream: stream, step: step, first: 0, share: share)
  }

  /// Draws the masks of a critic that judges these samples.
  func drawCriticMasks(_ chunk: Range<Int>, key: UInt64, step: UInt32, share: Share) {
    critic.network.drawMasks(
      critic.values, 0..<chunk.count, key: key, stream: .criticDropoutForGenerator, step: step,
      first: chunk.lowerBound, share: share)
  }

  /// Makes this share of the samples from their latents.
  func generate(_ runs: ParameterRuns<S>, share: Share) {
    network.forward(runs, values, batch, share: share)
  }

  /// The critic's verdict on a chunk of the samples, which are there, and what it says of them: −mean
  /// C by the samples.
  func judge(_ runs: ParameterRuns<S>, _ chunk: Range<Int>, share: Share) {
    let columns = 0..<chunk.count
    let own = share.columns(of: columns)
    let ownSamples = own.shifted(by: chunk.lowerBound)
    critic.values[0].columns(own).copy(samples.columns(ownSamples))
    critic.network.forward(runs, critic.values, columns, share: share)
    scores.columns(ownSamples).copy(critic.values.result.columns(own))
    critic.deltas.result.columns(own).fill(-1 / S(critic.batchSize))
    critic.network.backward(runs, critic.values, critic.deltas, columns, share: share)
    deltas.result.columns(ownSamples).copy(critic.deltas[0].columns(own))
  }

  /// Everything that the gradient is accumulated from; all chunks are judged.
  func differentiate(_ runs: ParameterRuns<S>, share: Share) {
    network.backward(runs, values, deltas, batch, to: 1, share: share)
  }

  /// A share of every parameter's gradient, over all samples.
  func accumulate(_ runs: ParameterRuns<S>, share: Share) {
    network.accumulate(
      values, .value, batch, deltas, batch, share: share, adding: false, into: runs)
  }

  /// The mean of C over the samples.
  func criticMean() -> Double { mean(scores) { $0 } }
}

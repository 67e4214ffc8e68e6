import Engine

/// What the generator minimises: −mean C(G(z)) (Arjovsky et al. 2017, algorithm 1, line 10).
struct GeneratorObjective<S: Scalar>: Sendable {
  let network: Network
  let critic: CriticObjective<S>
  let values: Activations<S>
  let deltas: Activations<S>
  /// 1 × B: C(G(z)).
  let scores: MatrixView<S>

  init(_ network: Network, critic: CriticObjective<S>, in workspace: Workspace<S>) {
    self.network = network
    self.critic = critic
    values = network.activations(for: .values, columns: critic.batchSize, in: workspace)
    deltas = network.activations(
      for: .cotangents(keepingSecondOrder: false), columns: critic.batchSize, in: workspace)
    scores = workspace.matrix(rows: 1, columns: critic.batchSize)
  }

  private var batch: Range<Int> { 0..<critic.batchSize }

  /// Where the latents go, latent × B; and the samples that come of them.
  var latents: MatrixView<S> { values[0] }
  var samples: MatrixView<S> { values.result }

  /// Draws the generator's dropout masks.
  func drawMasks(key: UInt64, stream: RandomStream, step: UInt32, slice: WorkerSlice) {
    network.drawMasks(values, batch, key: key, stream: stream, step: step, first: 0, slice: slice)
  }

  /// Draws the masks of a critic that judges these samples.
  func drawCriticMasks(_ chunk: Range<Int>, key: UInt64, step: UInt32, slice: WorkerSlice) {
    critic.network.drawMasks(
      critic.values, 0..<chunk.count, key: key, stream: .criticDropoutForGenerator, step: step,
      first: chunk.lowerBound, slice: slice)
  }

  /// Makes this share of the samples from their latents.
  func generate(_ store: ParameterStore<S>, slice: WorkerSlice) {
    network.forward(store, values, batch, slice: slice)
  }

  /// The critic's verdict on a chunk of the samples, which are there, and what it says of them: −mean
  /// C by the samples.
  func scoreSamples(_ store: ParameterStore<S>, _ chunk: Range<Int>, slice: WorkerSlice) {
    let columns = 0..<chunk.count
    let own = slice.columns(of: columns)
    let ownSamples = own.shifted(by: chunk.lowerBound)
    critic.values[0].columns(own).copy(samples.columns(ownSamples))
    critic.network.forward(store, critic.values, columns, slice: slice)
    scores.columns(ownSamples).copy(critic.values.result.columns(own))
    critic.deltas.result.columns(own).fill(-1 / S(critic.batchSize))
    critic.network.vjp(store, critic.values, critic.deltas, columns, slice: slice)
    deltas.result.columns(ownSamples).copy(critic.deltas[0].columns(own))
  }

  /// Everything that the gradient is accumulated from; all chunks are judged.
  func differentiate(_ store: ParameterStore<S>, slice: WorkerSlice) {
    network.vjp(store, values, deltas, batch, to: 1, slice: slice)
  }

  /// A share of every parameter's gradient, over all samples.
  func weightGradient(_ store: ParameterStore<S>, slice: WorkerSlice) {
    network.weightGradient(
      values, .value, batch, deltas, batch, slice: slice, adding: false, into: store)
  }

  /// The mean of C over the samples.
  func criticMean() -> Double { mean(scores) { $0 } }
}

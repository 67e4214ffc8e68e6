import Engine

/// The loss of the generator and its gradient: −mean C(G(z)) (Arjovsky et al. 2017, algorithm 1,
/// line 10).
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

  /// The latent vectors, latent × B, and the samples.
  var latents: MatrixView<S> { values[0] }
  var samples: MatrixView<S> { values.result }

  /// Draws the dropout masks of the generator.
  func drawMasks(key: UInt64, stream: RandomStream, step: UInt32, slice: WorkerSlice) {
    network.drawMasks(values, batch, key: key, stream: stream, step: step, first: 0, slice: slice)
  }

  /// Draws the dropout masks of the critic for a chunk of the samples.
  func drawCriticMasks(_ chunk: Range<Int>, key: UInt64, step: UInt32, slice: WorkerSlice) {
    critic.network.drawMasks(
      critic.values, 0..<chunk.count, key: key, stream: .criticDropoutForGenerator, step: step,
      first: chunk.lowerBound, slice: slice)
  }

  /// Computes the samples of this slice from their latent vectors.
  func generate(_ store: ParameterStore<S>, slice: WorkerSlice) {
    network.forward(store, values, batch, slice: slice)
  }

  /// Computes C of a chunk of the samples, and the gradient of the loss with respect to them.
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

  /// Computes the cotangents of all layers.
  ///
  /// - Precondition: all chunks are scored.
  func differentiate(_ store: ParameterStore<S>, slice: WorkerSlice) {
    network.vjp(store, values, deltas, batch, to: 1, slice: slice)
  }

  /// Computes the gradient of the parameters of this slice, over all samples.
  func weightGradient(_ store: ParameterStore<S>, slice: WorkerSlice) {
    network.weightGradient(
      values, .value, batch, deltas, batch, slice: slice, adding: false, into: store)
  }

  /// The mean of C over the samples.
  func criticMean() -> Double { mean(scores) { $0 } }
}

import Engine

/// The loss of the critic and its gradient: mean C(fake) − mean C(real), and with a gradient
/// penalty + λ · mean (‖∇C(x̂)‖ − 1)², x̂ = fake + α·(real − fake) (Gulrajani et al. 2017, equation
/// 3).
///
/// A batch is processed in chunks to save memory. The real, fake and interpolated samples of a
/// chunk of n are the columns [0, n), [n, 2n), [2n, 3n) of the same matrices. The exact gradient of
/// the penalty needs no tape:
///
/// 1. forward at x̂. If the first layer is affine, its output at x̂ is the interpolation of its
///    outputs at real and fake, without a matrix product;
/// 2. vjp of 1 back to the input, g = ∇C(x̂), keeping the cotangent δ of each layer;
/// 3. u₀ = ∂penalty/∂g = (2λ/B)·(1 − 1/‖g‖)·g, and 0 where ‖g‖ = 0;
/// 4. jvp of u₀ through the layers, keeping the input tangent u of each layer;
/// 5. weightGradient with (u, δ) in place of (x, dy).
///
/// Proof: g = W₁ᵀ D₁ W₂ᵀ D₂ … is a product of the weights and of the slopes D of the activations.
/// Where the slopes are constant, the derivative of g with respect to Wₗ in direction u₀ is
/// δₗ·uₗ₋₁ᵀ. In a layer with a *second-order term*, ⟨δ, jvp(u)⟩ depends on x as well:
///
/// 6. another vjp, which starts from zero at the output and to which each such layer adds that
///    derivative; then weightGradient with (x̂, the result).
struct CriticObjective<S: Scalar>: Sendable {
  let network: Network
  let batchSize: Int
  /// λ; `nil` without a gradient penalty.
  let penaltyWeight: Double?
  /// The maximum number of samples of each kind in a chunk.
  let chunkSize: Int
  let values: Activations<S>
  let deltas: Activations<S>
  /// Whether step 6 is needed.
  private let hasSecondOrderTerm: Bool
  private let tangents: Activations<S>?
  private let secondOrderDeltas: Activations<S>?
  /// 1 × B each: α of each interpolated sample, ‖g‖, and the factor of g in u₀.
  let interpolation: MatrixView<S>
  let norms: MatrixView<S>
  private let scales: MatrixView<S>
  /// 1 × 2B: C(real), then C(fake).
  let scores: MatrixView<S>

  init(_ network: Network, batchSize: Int, penaltyWeight: Double?, in workspace: Workspace<S>) {
    self.network = network
    self.batchSize = batchSize
    self.penaltyWeight = penaltyWeight
    // Batch norm needs the whole batch.
    chunkSize = network.needsWholeBatch ? batchSize : min(batchSize, Self.maximumChunkSize)
    let columns = (penaltyWeight == nil ? 2 : 3) * chunkSize
    hasSecondOrderTerm = penaltyWeight != nil && network.hasSecondOrderTerm
    values = network.activations(for: .values, columns: columns, in: workspace)
    deltas = network.activations(
      for: .cotangents(keepingSecondOrder: hasSecondOrderTerm), columns: columns, in: workspace)
    tangents =
      penaltyWeight == nil
      ? nil
      : network.activations(
        for: .tangents(keepingSecondOrder: hasSecondOrderTerm), columns: chunkSize, in: workspace)
    secondOrderDeltas =
      hasSecondOrderTerm
      ? network.activations(
        for: .cotangents(keepingSecondOrder: false), columns: chunkSize, in: workspace)
      : nil
    interpolation = workspace.matrix(rows: 1, columns: batchSize)
    norms = workspace.matrix(rows: 1, columns: batchSize)
    scales = workspace.matrix(rows: 1, columns: batchSize)
    scores = workspace.matrix(rows: 1, columns: 2 * batchSize)
  }

  /// Decides the order of summation over a batch, and so the bits of a run.
  private static var maximumChunkSize: Int { 64 }

  /// The chunks of the batch, in order.
  var chunks: [Range<Int>] {
    stride(from: 0, to: batchSize, by: chunkSize).map { $0..<min($0 + chunkSize, batchSize) }
  }

  /// The columns for the real and the fake samples of a chunk, inputs × n.
  func real(_ chunk: Range<Int>) -> MatrixView<S> { values[0].columns(0..<chunk.count) }
  func fake(_ chunk: Range<Int>) -> MatrixView<S> {
    values[0].columns(chunk.count..<2 * chunk.count)
  }

  /// Draws the dropout masks of a chunk. The interpolated samples have their own masks, the same in
  /// all passes.
  func drawMasks(_ chunk: Range<Int>, key: UInt64, step: UInt32, slice: WorkerSlice) {
    for group in 0..<(penaltyWeight == nil ? 2 : 3) {
      network.drawMasks(
        values, group * chunk.count..<(group + 1) * chunk.count, key: key,
        stream: .criticDropout, step: step, first: group * batchSize + chunk.lowerBound,
        slice: slice)
    }
  }

  /// Does steps 1 to 4, and 6, without its weightGradient.
  ///
  /// - Precondition: all threads have written their real and fake samples and masks.
  func differentiate(_ store: ParameterStore<S>, _ chunk: Range<Int>, slice: WorkerSlice) {
    let count = chunk.count
    let (scored, interpolated, all) = (0..<2 * count, 2 * count..<3 * count, 0..<3 * count)
    guard let penaltyWeight, let tangents else {
      network.forward(store, values, scored, groups: 2, slice: slice)
      finish(chunk, scored, slice)
      return network.vjp(store, values, deltas, scored, groups: 2, to: 1, slice: slice)
    }
    let end = network.affineEnd
    network.forward(store, values, scored, to: end, slice: slice)
    slice.synchronize()
    let own = slice.columns(of: 0..<count)
    interpolate(values[end], chunk, own)
    // Step 6 needs x̂ itself as well.
    if hasSecondOrderTerm, end > 0 { interpolate(values[0], chunk, own) }
    slice.synchronize()
    network.forward(store, values, all, from: end, slice: slice)
    finish(chunk, all, slice)
    let depth = max(end, 1)
    network.vjp(store, values, deltas, all, to: depth, slice: slice)
    slice.synchronize()

    network.vjp(store, values, deltas, interpolated, from: depth, slice: slice)
    let gradient = tangents[0].columns(own)
    gradient.copy(deltas[0].columns(own.shifted(by: 2 * count)))
    scaleInputGradient(gradient, own.shifted(by: chunk.lowerBound), weight: penaltyWeight)
    network.jvp(store, values, origin: 2 * count, tangents, 0..<count, slice: slice)
    if let secondOrderDeltas {
      secondOrderDeltas.result.columns(own).clear()
      network.vjp(
        store, values, origin: 2 * count, secondOrderDeltas, 0..<count, to: 1,
        along: Network.TangentPath(tangents: tangents, deltas: deltas, origin: 2 * count),
        slice: slice)
    }
  }

  /// Computes the third group of columns from the first two, for some samples of a chunk.
  private func interpolate(_ inputs: MatrixView<S>, _ chunk: Range<Int>, _ samples: Range<Int>) {
    let (fake, interpolated) = (chunk.count, 2 * chunk.count)
    S.interpolate(
      inputs.columns(samples), inputs.columns(samples.shifted(by: fake)),
      interpolation.columns(samples.shifted(by: chunk.lowerBound)).row(0),
      into: inputs.columns(samples.shifted(by: interpolated)))
  }

  /// Stores the scores of the columns of this slice, and sets the initial cotangents: −1/B for real
  /// samples, 1/B for fake samples, 1 for interpolated samples.
  private func finish(_ chunk: Range<Int>, _ columns: Range<Int>, _ slice: WorkerSlice) {
    for column in slice.columns(of: columns) {
      let (group, sample) = column.quotientAndRemainder(dividingBy: chunk.count)
      if group < 2 {
        scores[0, group * batchSize + chunk.lowerBound + sample] = values.result[0, column]
      }
      deltas.result[0, column] = group == 2 ? 1 : (group == 1 ? 1 : -1) / S(batchSize)
    }
  }

  /// Replaces the input gradient g by u₀.
  private func scaleInputGradient(_ gradient: MatrixView<S>, _ samples: Range<Int>, weight: Double)
  {
    let (norms, scales) = (norms.columns(samples), scales.columns(samples))
    S.columnSquares(gradient, into: norms.row(0))
    let factor = S(2 * weight / Double(batchSize))
    for sample in 0..<samples.count {
      let norm = norms[0, sample].squareRoot()
      norms[0, sample] = norm
      scales[0, sample] = norm == 0 ? 0 : factor * (1 - 1 / norm)
    }
    S.scaleColumns(gradient, by: scales.row(0))
  }

  /// Does step 5, the weightGradient of step 6, and the weightGradient of the real and fake
  /// samples. It adds the result to that of the chunks before.
  func weightGradient(_ store: ParameterStore<S>, _ chunk: Range<Int>, slice: WorkerSlice) {
    let count = chunk.count
    let scored = 0..<2 * count
    network.weightGradient(
      values, .value, scored, deltas, scored, groups: 2, slice: slice,
      adding: chunk.lowerBound > 0, into: store)
    guard let tangents else { return }
    network.weightGradient(
      tangents, .tangent, 0..<count, deltas, 2 * count..<3 * count, slice: slice, adding: true,
      into: store)
    guard let secondOrderDeltas else { return }
    network.weightGradient(
      values, .value, 2 * count..<3 * count, secondOrderDeltas, 0..<count, slice: slice,
      adding: true,
      into: store)
  }

  /// The metrics of the step, summed in a fixed order in Double.
  func metrics() -> CriticMetrics {
    let real = mean(scores.columns(0..<batchSize)) { $0 }
    let fake = mean(scores.columns(batchSize..<2 * batchSize)) { $0 }
    let penalty = penaltyWeight.map { weight in
      weight * mean(norms) { ($0 - 1) * ($0 - 1) }
    }
    return CriticMetrics(
      real: real, fake: fake, penalty: penalty,
      gradientNorm: penaltyWeight == nil ? nil : mean(norms) { $0 })
  }
}

/// The mean of f over the first row of a matrix, summed in order.
func mean<S: Scalar>(_ row: MatrixView<S>, _ f: (Double) -> Double) -> Double {
  var sum = 0.0
  for column in 0..<row.columns { sum += f(Double(row[0, column])) }
  return sum / Double(row.columns)
}

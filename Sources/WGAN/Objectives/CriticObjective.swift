/// What the critic minimises: mean C(fake) − mean C(real), and with a gradient penalty
/// + λ · mean (‖∇C(x̂)‖ − 1)², x̂ = fake + α·(real − fake) (Gulrajani et al. 2017, equation 3).
///
/// Real, fake and interpolated samples lie side by side as columns [0, B), [B, 2B), [2B, 3B) of
/// the same blocks. The exact gradient of the penalty takes no tape:
///
/// 1. forward at x̂. The first layer is affine, so its result at x̂ is the interpolation of its
///    results at real and fake, and costs no product;
/// 2. backward of 1 to the input, g = ∇C(x̂), keeping each layer's cotangent δ;
/// 3. u₀ = ∂penalty/∂g = (2λ/B)·(1 − 1/‖g‖)·g, and 0 where ‖g‖ = 0;
/// 4. tangent of u₀ through the layers, keeping each layer's input tangent u;
/// 5. accumulate with (u, δ) in the place of (x, dy).
///
/// Why that is all: g = W₁ᵀ D₁ W₂ᵀ D₂ … is a product of the weights and of the activations' slopes
/// D, which are constant almost everywhere; its derivative with respect to Wₗ in direction u₀ is
/// δₗ·uₗ₋₁ᵀ.
struct CriticObjective<S: Scalar>: Sendable {
  let network: Network
  let batchSize: Int
  /// λ; `nil` without a gradient penalty.
  let penaltyWeight: Double?
  let values: [Block<S>]
  let deltas: [Block<S>]
  let tangents: [Block<S>]
  /// 1 × B each: where each interpolate lies, ‖g‖, and u₀ as a multiple of g.
  let interpolation: Block<S>
  let norms: Block<S>
  private let scales: Block<S>

  init(_ network: Network, batchSize: Int, penaltyWeight: Double?, in workspace: Workspace<S>) {
    self.network = network
    self.batchSize = batchSize
    self.penaltyWeight = penaltyWeight
    let columns = (penaltyWeight == nil ? 2 : 3) * batchSize
    values = network.slots(columns: columns, in: workspace)
    deltas = network.slots(columns: columns, in: workspace)
    interpolation = workspace.block(rows: 1, columns: batchSize)
    norms = workspace.block(rows: 1, columns: batchSize)
    scales = workspace.block(rows: 1, columns: batchSize)
    tangents =
      penaltyWeight == nil
      ? []
      : network.slots(
        columns: batchSize, in: workspace,
        first: deltas[0].columns(2 * batchSize..<3 * batchSize))
  }

  private var fakeColumns: Range<Int> { batchSize..<2 * batchSize }

  /// Where the real samples go, inputs × B.
  var real: Block<S> { values[0].columns(0..<batchSize) }
  /// Where the fake samples go, inputs × B; and the cotangent that comes back to them.
  var fake: Block<S> { values[0].columns(fakeColumns) }
  var fakeDelta: Block<S> { deltas[0].columns(fakeColumns) }

  private func critic(_ columns: Range<Int>) -> Block<S> {
    values[network.layers.count].columns(columns)
  }

  /// Steps 1 to 4 for some of the samples: everything that the gradient is accumulated from.
  func differentiate(_ parameters: UnsafePointer<S>, samples: Range<Int>) {
    let interpolated = samples.shifted(by: 2 * batchSize)
    forEachRun(of: samples, groups: 2) { network.forward(parameters, values, $0, to: 1) }
    let output = deltas[network.layers.count]
    output.columns(samples).fill(-1 / S(batchSize))
    output.columns(samples.shifted(by: batchSize)).fill(1 / S(batchSize))
    if penaltyWeight != nil {
      let first = values[1]
      S.interpolate(
        first.columns(samples), first.columns(samples.shifted(by: batchSize)),
        interpolation.columns(samples).base, into: first.columns(interpolated))
      output.columns(interpolated).fill(1)
    }
    forEachRun(of: samples, groups: penaltyWeight == nil ? 2 : 3) { columns in
      network.forward(parameters, values, columns, from: 1)
      network.backward(parameters, values, deltas, columns, to: 1)
    }
    if let penaltyWeight {
      network.backward(parameters, values, deltas, interpolated, from: 1)
      scaleInputGradient(samples, weight: penaltyWeight)
      network.tangent(parameters, values, origin: 2 * batchSize, tangents, samples)
    }
  }

  /// Calls `body` with the columns of these samples in the first groups (real, fake, interpolated):
  /// once where they touch, because a wide product reads the weights once.
  private func forEachRun(of samples: Range<Int>, groups: Int, _ body: (Range<Int>) -> Void) {
    if samples.count == batchSize { return body(0..<groups * batchSize) }
    for group in 0..<groups { body(samples.shifted(by: group * batchSize)) }
  }

  /// Turns the input's gradient g into u₀, in place.
  private func scaleInputGradient(_ samples: Range<Int>, weight: Double) {
    let gradient = tangents[0].columns(samples)
    let (norms, scales) = (norms.columns(samples), scales.columns(samples))
    S.columnSquares(gradient, into: norms.base)
    let factor = S(2 * weight / Double(batchSize))
    for sample in 0..<samples.count {
      let norm = norms[0, sample].squareRoot()
      norms[0, sample] = norm
      scales[0, sample] = norm == 0 ? 0 : factor * (1 - 1 / norm)
    }
    S.scaleColumns(gradient, by: scales.base)
  }

  /// Step 5, and the same for real and fake: a share of every parameter's gradient, over all
  /// samples.
  func accumulate(share: Share, into gradients: UnsafeMutablePointer<S>) {
    let scored = 0..<2 * batchSize
    network.accumulate(
      values, .value, scored, deltas, scored, share: share, adding: false, into: gradients)
    if penaltyWeight != nil {
      network.accumulate(
        tangents, .tangent, 0..<batchSize, deltas, 2 * batchSize..<3 * batchSize, share: share,
        adding: true, into: gradients)
    }
  }

  /// The numbers of the step, each summed in one fixed order in Double.
  func report() -> CriticReport {
    let real = mean(critic(0..<batchSize)) { $0 }
    let fake = mean(critic(fakeColumns)) { $0 }
    let penalty = penaltyWeight.map { weight in
      weight * mean(norms) { ($0 - 1) * ($0 - 1) }
    }
    return CriticReport(
      real: real, fake: fake, penalty: penalty,
      gradientNorm: penaltyWeight == nil ? nil : mean(norms) { $0 })
  }
}

/// What one critic step saw.
public struct CriticReport: Equatable, Sendable {
  /// The mean of C over the real and over the fake samples.
  public let real: Double, fake: Double
  /// λ · mean (‖∇C(x̂)‖ − 1)²; `nil` without a gradient penalty.
  public let penalty: Double?
  /// mean ‖∇C(x̂)‖; `nil` without a gradient penalty.
  public let gradientNorm: Double?

  /// The Wasserstein estimate, mean C(real) − mean C(fake): positive when the critic separates.
  public var wasserstein: Double { real - fake }

  /// What the critic minimises.
  public var objective: Double { -wasserstein + (penalty ?? 0) }
}

/// The mean of f over a block's first row, in order.
func mean<S: Scalar>(_ row: Block<S>, _ f: (Double) -> Double) -> Double {
  var sum = 0.0
  for column in 0..<row.columns { sum += f(Double(row[0, column])) }
  return sum / Double(row.columns)
}

extension Range<Int> {
  fileprivate func shifted(by distance: Int) -> Range {
    lowerBound + distance..<upperBound + distance
  }
}

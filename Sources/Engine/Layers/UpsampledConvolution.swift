/// A convolution of stride 1 over an image in which every position is repeated `factor` times along
/// each axis (nearest-neighbor upsampling), computed on the small image.
///
/// Outputs whose position leaves the same remainder by the factor, a *phase*, see the small image
/// alike: several taps fall on one position, so their weights are summed beforehand. A 3 × 3 kernel
/// over an image of twice the size is four 2 × 2 kernels over the small one: 4/9 of the work.
struct UpsampledConvolution: ConvolutionAlgorithm {
  private let phases: [Phase]
  private let merged: MergedWeights
  var transform: (any WeightTransform)? { merged }

  fileprivate struct Phase {
    let correlation: Correlation
    let transpose: CorrelationTranspose
    /// For each tap of the kernel, the tap of the phase that it falls on, and whether it is the
    /// first there.
    let taps: [(index: Int, isFirst: Bool)]
    /// Its weights among the prepared ones.
    let weights: Range<Int>
  }

  /// - Parameter windows: The windows over the large image.
  init(_ input: Shape, _ output: Shape, factor: Int, windows: [Window]) {
    let axes = windows.map { UpsampledWindow($0, factor: factor) }
    var (phases, first): ([Phase], Int) = ([], 0)
    for phase in combinations(output.spatial.map { Array(0..<min(factor, $0)) }) {
      let correlation = Correlation(
        input, output,
        axes.indices.map {
          axes[$0].window(
            phase: phase[$0], inputs: input.spatial[$0], outputs: output.spatial[$0])
        })
      let taps = combinations(windows.map { Array(0..<$0.kernel) }).map { tap in
        var (index, isFirst) = (0, true)
        for (axis, phase) in zip(axes.indices, phase) {
          let own = axes[axis].tap(tap[axis], in: phase)
          index = index * axes[axis].taps(of: phase) + own
          if tap[axis] > 0, axes[axis].tap(tap[axis] - 1, in: phase) == own { isFirst = false }
        }
        return (index, isFirst)
      }
      let weights = first..<first + correlation.weightCount
      phases.append(
        Phase(
          correlation: correlation, transpose: CorrelationTranspose(correlation), taps: taps,
          weights: weights))
      first = weights.upperBound
    }
    self.phases = phases
    merged = MergedWeights(
      rows: output.channels, inputs: input.channels, phases: phases, preparedCount: first)
  }

  @_specialize(where S == Float)
  func apply<S: Scalar>(
    _ x: MatrixView<S>, _ weights: ConvolutionWeights<S>, bias: Buffer<S>?, into y: MatrixView<S>
  ) {
    for phase in phases {
      phase.correlation.apply(x, weights.prepared[phase.weights], bias: bias, into: y)
    }
  }

  @_specialize(where S == Float)
  func applyTranspose<S: Scalar>(
    _ y: MatrixView<S>, _ weights: ConvolutionWeights<S>, bias: Buffer<S>?, into x: MatrixView<S>
  ) {
    for (index, phase) in phases.enumerated() {
      phase.transpose.apply(
        y, weights.prepared[phase.weights], bias: bias, adding: index > 0, into: x)
    }
  }

  @_specialize(where S == Float)
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ dy: MatrixView<S>, slice: WorkerSlice, adding: Bool,
    into gradient: ConvolutionWeights<S>
  ) {
    for phase in phases {
      phase.correlation.weightGradient(
        x, dy, slice: slice, adding: adding, into: gradient.prepared[phase.weights])
    }
  }
}

/// The weights of all phases: sums of the stored taps that fall on one position.
struct MergedWeights: WeightTransform {
  private let rows: Int, inputs: Int
  private let phases: [UpsampledConvolution.Phase]
  let preparedCount: Int
  let storedCount: Int
  var hasPreparedGradient: Bool { true }

  fileprivate init(
    rows: Int, inputs: Int, phases: [UpsampledConvolution.Phase], preparedCount: Int
  ) {
    (self.rows, self.inputs, self.phases) = (rows, inputs, phases)
    self.preparedCount = preparedCount
    storedCount = rows * inputs * (phases.first?.taps.count ?? 0)
  }

  @_specialize(where S == Float)
  func apply<S: Scalar>(_ stored: Buffer<S>, into prepared: Buffer<S>, slice: WorkerSlice) {
    forEachTap(stored, prepared, slice) { tap, sum, isFirst in
      if isFirst { sum.copy(tap) } else { S.addScaled(tap, by: 1, to: sum) }
    }
  }

  @_specialize(where S == Float)
  func applyTranspose<S: Scalar>(
    _ prepared: Buffer<S>, into stored: Buffer<S>, slice: WorkerSlice
  ) {
    MatrixView(stored, rows: rows, columns: storedCount / rows).rows(slice.range(of: rows)).clear()
    forEachTap(stored, prepared, slice) { tap, sum, _ in S.addScaled(sum, by: 1, to: tap) }
  }

  /// Calls `body` with every stored tap and the merged tap of each phase that it falls on, outputs ×
  /// inputs both, for the slice's outputs, and whether it is the first there.
  private func forEachTap<S: Scalar>(
    _ stored: Buffer<S>, _ prepared: Buffer<S>, _ slice: WorkerSlice,
    _ body: (MatrixView<S>, MatrixView<S>, Bool) -> Void
  ) {
    let own = slice.range(of: rows)
    if own.isEmpty { return }
    func tap(_ index: Int, of weights: MatrixView<S>) -> MatrixView<S> {
      weights.rows(own).columns(index * inputs..<(index + 1) * inputs)
    }
    let weight = MatrixView(stored, rows: rows, columns: storedCount / rows)
    for phase in phases {
      let merged = phase.correlation.matrix(prepared[phase.weights])
      for (index, target) in phase.taps.enumerated() {
        body(tap(index, of: weight), tap(target.index, of: merged), target.isFirst)
      }
    }
  }
}

/// One axis of a convolution over an upsampled image.
private struct UpsampledWindow {
  private let factor: Int
  /// Taps over the large image, and positions before it at which the first output's taps begin.
  private let kernel: Int, padding: Int

  init(_ window: Window, factor: Int) {
    self.factor = factor
    (kernel, padding) = (window.kernel, window.padding)
  }

  /// The window of a phase over the small image; `outputs` counts those of all phases.
  func window(phase: Int, inputs: Int, outputs: Int) -> Window {
    Window(
      inputs: inputs, outputs: (outputs - phase + factor - 1) / factor, kernel: taps(of: phase),
      padding: -position(of: 0, phase), step: factor, phase: phase)
  }

  /// Taps of a phase's kernel.
  func taps(of phase: Int) -> Int { tap(kernel - 1, in: phase) + 1 }

  /// The tap of a phase that a tap of the kernel falls on.
  func tap(_ tap: Int, in phase: Int) -> Int { position(of: tap, phase) - position(of: 0, phase) }

  /// The position in the small image, relative to the output's, on which a tap falls.
  private func position(of tap: Int, _ phase: Int) -> Int {
    let position = phase + tap - padding
    return position >= 0 ? position / factor : -((factor - 1 - position) / factor)
  }
}

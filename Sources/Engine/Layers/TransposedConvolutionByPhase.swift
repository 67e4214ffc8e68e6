/// The transpose of a correlation as correlations: every position of the image is one product over
/// all taps that fall on it, where `CorrelationTranspose` adds up one product for each tap.
///
/// Positions that leave the same remainder by the stride, a *phase*, meet the same taps: every
/// stride-th tap of the kernel, the last one first. So each phase is a correlation with a kernel of
/// its own, whose weights are collected beforehand. That is faster where a layer has few channels,
/// whose products would be short.
struct TransposedConvolutionByPhase: Sendable {
  private let phases: [Phase]
  let transform: PhaseWeights

  /// A correlation, its taps in the whole kernel in order, and its weights among the prepared ones.
  fileprivate struct Phase {
    let correlation: Correlation
    let taps: [Int]
    let weights: Range<Int>
  }

  /// Collecting more weights than these would take longer than it saves.
  private static let maximumWeights = 1 << 19

  /// `nil` where it is not faster.
  init?(_ correlation: Correlation) {
    guard correlation.weightCount <= Self.maximumWeights else { return nil }
    var (phases, first): ([Phase], Int) = ([], 0)
    for axes in combinations(correlation.windows.map(\.byPhase)) {
      let part = Correlation(correlation.output, correlation.input, axes.map(\.window))
      let taps = combinations(axes.map(\.taps)).map { tap in
        zip(tap, correlation.windows).reduce(0) { $0 * $1.1.kernel + $1.0 }
      }
      let weights = first..<first + part.weightCount
      phases.append(Phase(correlation: part, taps: taps, weights: weights))
      first = weights.upperBound
    }
    self.phases = phases
    transform = PhaseWeights(correlation, phases, preparedCount: first)
  }

  /// x = b + Wᵀ ⋆ y.
  @_specialize(where S == Float)
  func apply<S: Scalar>(
    _ y: MatrixView<S>, _ prepared: Buffer<S>, bias: Buffer<S>?, into x: MatrixView<S>
  ) {
    for phase in phases {
      phase.correlation.apply(y, prepared[phase.weights], bias: bias, into: x)
    }
  }
}

/// The weights of all phases: a permutation of the stored ones.
struct PhaseWeights: WeightTransform {
  private let correlation: Correlation
  private let phases: [TransposedConvolutionByPhase.Phase]
  let preparedCount: Int
  var storedCount: Int { correlation.weightCount }
  var hasPreparedGradient: Bool { false }

  fileprivate init(
    _ correlation: Correlation, _ phases: [TransposedConvolutionByPhase.Phase], preparedCount: Int
  ) {
    (self.correlation, self.phases, self.preparedCount) = (correlation, phases, preparedCount)
  }

  @_specialize(where S == Float)
  func apply<S: Scalar>(_ stored: Buffer<S>, into prepared: Buffer<S>, slice: WorkerSlice) {
    forEachTap(stored, prepared, slice) { S.transpose($0, into: $1) }
  }

  @_specialize(where S == Float)
  func applyTranspose<S: Scalar>(
    _ prepared: Buffer<S>, into stored: Buffer<S>, slice: WorkerSlice
  ) {
    forEachTap(stored, prepared, slice) { S.transpose($1, into: $0) }
  }

  /// Calls `body` with every tap of the stored weights, outputs × inputs, and its position among the
  /// prepared ones, inputs × outputs, for the slice's outputs.
  private func forEachTap<S: Scalar>(
    _ stored: Buffer<S>, _ prepared: Buffer<S>, _ slice: WorkerSlice,
    _ body: (MatrixView<S>, MatrixView<S>) -> Void
  ) {
    let (inputs, outputs) = (correlation.input.channels, correlation.output.channels)
    let own = slice.range(of: outputs)
    if own.isEmpty { return }
    let weight = correlation.matrix(stored).rows(own)
    for phase in phases {
      let collected = phase.correlation.matrix(prepared[phase.weights])
      for (index, tap) in phase.taps.enumerated() {
        body(
          weight.columns(tap * inputs..<(tap + 1) * inputs),
          collected.columns(own.shifted(by: index * outputs)))
      }
    }
  }
}

extension Window {
  /// For every phase, the window over the outputs that computes its input positions, and its taps in
  /// order.
  fileprivate var byPhase: [(window: Window, taps: [Int])] {
    (0..<min(stride, inputs)).map { phase in
      let first = (phase + padding) % stride
      let taps = Array(Swift.stride(from: first, to: kernel, by: stride).reversed())
      let window = Window(
        inputs: outputs, outputs: (inputs - phase + stride - 1) / stride, kernel: taps.count,
        padding: taps.count - 1 - (phase + padding - first) / stride, step: stride, phase: phase)
      return (window, taps)
    }
  }
}

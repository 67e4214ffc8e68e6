/// The transpose of a correlation as correlations: every position of the image is one product over
/// all taps that fall on it, where `Correlation.applyTranspose` adds up one for each.
///
/// Positions that leave the same rest by the stride, a *phase*, are met by the same taps, every
/// stride-th of the kernel, the last one first: a kernel of its own, of which the weights have to be
/// brought together before. That is worth it where a layer has few channels, and its products would
/// be short.
struct TransposedConvolutionByPhase: Sendable {
  private struct Phase {
    let correlation: Correlation
    /// The taps of the whole kernel, along each axis, of which the phase's is made.
    let rows: [Int], columns: [Int]
    /// The phase's among the weights of all.
    let weights: Range<Int>
  }

  private let correlation: Correlation
  private let phases: [Phase]
  /// Weights of all phases.
  let weightCount: Int

  /// More weights than these would take longer to bring together than they save.
  private static let maximumWeights = 1 << 19

  /// `nil` where it is not worth it.
  init?(_ correlation: Correlation) {
    guard correlation.weightCount <= Self.maximumWeights else { return nil }
    self.correlation = correlation
    var (phases, first): ([Phase], Int) = ([], 0)
    for row in correlation.vertical.reversed {
      for column in correlation.horizontal.reversed {
        let part = Correlation(
          correlation.output, correlation.input, vertical: row.window, horizontal: column.window)
        let weights = first..<first + part.weightCount
        phases.append(
          Phase(correlation: part, rows: row.taps, columns: column.taps, weights: weights))
        first = weights.upperBound
      }
    }
    (self.phases, weightCount) = (phases, first)
  }

  /// Brings the weights together, this share of them.
  func prepareWeights<S: Scalar>(_ weight: Buffer<S>, into prepared: Buffer<S>, slice: WorkerSlice)
  {
    let (inputs, outputs) = (correlation.input.channels, correlation.output.channels)
    let own = slice.range(of: outputs)
    if own.isEmpty { return }
    let weight = MatrixView(weight, rows: outputs, columns: correlation.windowSize).rows(own)
    for phase in phases {
      let reversed = MatrixView(
        prepared[phase.weights], rows: inputs, columns: phase.correlation.windowSize)
      var place = own
      for row in phase.rows {
        for column in phase.columns {
          let tap = (row * correlation.horizontal.kernel + column) * inputs
          S.transpose(weight.columns(tap..<tap + inputs), into: reversed.columns(place))
          place = place.shifted(by: outputs)
        }
      }
    }
  }

  /// x = b + Wᵀ ⋆ y.
  func apply<S: Scalar>(
    _ y: MatrixView<S>, _ prepared: Buffer<S>, bias: Buffer<S>?, into x: MatrixView<S>
  ) {
    for phase in phases {
      phase.correlation.apply(y, prepared[phase.weights], bias: bias, into: x)
    }
  }
}

extension Window {
  /// The way back: for every phase the window over the outputs that makes its input positions, and
  /// the taps that it has, in their order.
  fileprivate var reversed: [(window: Window, taps: [Int])] {
    (0..<min(stride, inputs)).map { phase in
      let rest = (phase + padding) % stride
      let taps = Array(Swift.stride(from: rest, to: kernel, by: stride).reversed())
      let window = Window(
        inputs: outputs, outputs: (inputs - phase + stride - 1) / stride, kernel: taps.count,
        padding: taps.count - 1 - (phase + padding - rest) / stride, step: stride, phase: phase)
      return (window, taps)
    }
  }
}

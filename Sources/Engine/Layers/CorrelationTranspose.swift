/// The transpose of a correlation, tap by tap: x[position] = b + Σ over the taps that fall on it of
/// W[:, tap, :]ᵀ · y.
struct CorrelationTranspose: Sendable {
  let correlation: Correlation
  /// The positions of x along all axes but the last, and along the last. Their product is not
  /// stored: it has an element for every position and tap.
  private let outer: [Position], inner: [Position]

  /// A position of x along some axes, and the taps that fall on it.
  private struct Position {
    /// Its first row in x.
    var row = 0
    /// Each tap's index in the kernel, and the first row of its output in y.
    var taps = [(index: 0, output: 0)]
  }

  init(_ correlation: Correlation) {
    self.correlation = correlation
    let inputPitches = correlation.input.pitches
    let outputPitches = correlation.output.pitches
    var axes = correlation.windows.enumerated().map { axis, window in
      (0..<window.inputs).map { position in
        Position(
          row: position * inputPitches[axis],
          taps: (0..<window.kernel).compactMap { tap in
            window.output(at: position, tap: tap).map {
              (tap, window.position(of: $0) * outputPitches[axis])
            }
          })
      }
    }
    inner = axes.removeLast()
    outer = zip(axes, correlation.windows).reduce([Position()]) { heads, axis in
      heads.flatMap { head in
        axis.0.map { step in
          Position(
            row: head.row + step.row,
            taps: head.taps.flatMap { head in
              step.taps.map { (head.index * axis.1.kernel + $0.index, head.output + $0.output) }
            })
        }
      }
    }
  }

  /// x = b + Wᵀ ⋆ y, or added to x.
  @_specialize(where S == Float)
  func apply<S: Scalar>(
    _ y: MatrixView<S>, _ weight: Buffer<S>, bias: Buffer<S>?, adding: Bool = false,
    into x: MatrixView<S>
  ) {
    let weight = correlation.matrix(weight)
    let (inputs, outputs) = (correlation.input.channels, correlation.output.channels)
    let kernel = correlation.windows[correlation.windows.count - 1].kernel
    for head in outer {
      for step in inner {
        let row = head.row + step.row
        let x = x.rows(row..<row + inputs)
        var isFirst = !adding
        for first in head.taps {
          for tap in step.taps {
            let (index, output) = (first.index * kernel + tap.index, first.output + tap.output)
            S.product(
              weight.columns(index * inputs..<(index + 1) * inputs).transposed,
              MatrixOperand(y.rows(output..<output + outputs)), bias: isFirst ? bias : nil,
              adding: !isFirst, into: x)
            isFirst = false
          }
        }
        // An empty product, for a position on which no tap falls.
        if isFirst {
          S.product(
            MatrixOperand(x.columns(0..<0)), MatrixOperand(y.rows(0..<0)), bias: bias,
            adding: false, into: x)
        }
      }
    }
  }
}

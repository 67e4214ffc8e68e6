/// The transpose of a correlation, tap by tap: x[position] = b + Σ over the taps that fall on it of
/// W[:, tap, :]ᵀ · y.
struct CorrelationTranspose: Sendable {
  let correlation: Correlation
  private let positions: [Position]

  /// A position of x, and the taps that fall on it.
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
    var positions = [Position()]
    for (axis, window) in correlation.windows.enumerated() {
      let steps = (0..<window.inputs).map { position in
        Position(
          row: position * inputPitches[axis],
          taps: (0..<window.kernel).compactMap { tap in
            window.output(at: position, tap: tap).map {
              (tap, window.position(of: $0) * outputPitches[axis])
            }
          })
      }
      positions = positions.flatMap { head in
        steps.map { step in
          Position(
            row: head.row + step.row,
            taps: head.taps.flatMap { head in
              step.taps.map { (head.index * window.kernel + $0.index, head.output + $0.output) }
            })
        }
      }
    }
    self.positions = positions
  }

  /// x = b + Wᵀ ⋆ y, or added to x.
  @_specialize(where S == Float)
  func apply<S: Scalar>(
    _ y: MatrixView<S>, _ weight: Buffer<S>, bias: Buffer<S>?, adding: Bool = false,
    into x: MatrixView<S>
  ) {
    let weight = correlation.matrix(weight)
    let (inputs, outputs) = (correlation.input.channels, correlation.output.channels)
    for position in positions {
      let x = x.rows(position.row..<position.row + inputs)
      var isFirst = !adding
      for tap in position.taps {
        S.product(
          weight.columns(tap.index * inputs..<(tap.index + 1) * inputs).transposed,
          MatrixOperand(y.rows(tap.output..<tap.output + outputs)), bias: isFirst ? bias : nil,
          adding: !isFirst, into: x)
        isFirst = false
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

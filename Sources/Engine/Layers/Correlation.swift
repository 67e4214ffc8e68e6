/// The product of a convolution with an image: a list of matrix products between positions.
///
/// A sample lies as [spatial…][channels] and the batch is the innermost axis, so at one output
/// position
///
///     y[position] = b + Σ over the taps inside the image of W[:, tap, :] · x[position + tap]
///
/// is one product of outputs × (taps · channels) with the rows of x under the window, which a table
/// of offsets gathers. Nothing is copied out of the image, and what lies outside it costs nothing. W
/// is outputs × taps along each axis × channels.
struct Correlation: Sendable {
  let input: Shape
  /// The image that is computed, all or some positions of it.
  let output: Shape
  /// One for each spatial axis.
  let windows: [Window]
  /// The rows of x under a whole window.
  private let offsets: WindowOffsets
  private let positions: [Position]
  /// The boxes of taps that lie inside the image at one output position or another.
  private let boxes: [[WindowOffsets.Part]]

  /// An output position.
  private struct Position {
    /// Its first row in y.
    var row = 0
    /// The row of x where its window begins; outside the image where the window extends beyond its
    /// edge.
    var origin = 0
    /// The index of its box of taps.
    var box = 0
  }

  init(_ input: Shape, _ output: Shape, _ windows: [Window]) {
    precondition(windows.count == input.spatial.count && windows.count == output.spatial.count)
    (self.input, self.output, self.windows) = (input, output, windows)
    let (inputPitches, outputPitches) = (input.pitches, output.pitches)
    var positions = [Position()]
    var ranges: [[Range<Int>]] = []
    for (axis, window) in windows.enumerated() {
      var distinct: [Range<Int>] = []
      let steps = (0..<window.outputs).map { output in
        let taps = window.taps(of: output)
        if !distinct.contains(taps) { distinct.append(taps) }
        return Position(
          row: window.position(of: output) * outputPitches[axis],
          origin: window.origin(of: output) * inputPitches[axis],
          box: distinct.firstIndex(of: taps) ?? 0)
      }
      positions = positions.flatMap { head in
        steps.map {
          Position(
            row: head.row + $0.row, origin: head.origin + $0.origin,
            box: head.box * distinct.count + $0.box)
        }
      }
      ranges.append(distinct)
    }
    let offsets = WindowOffsets(
      taps: windows.map(\.kernel), pitches: inputPitches, channels: input.channels)
    self.offsets = offsets
    self.positions = positions
    boxes = combinations(ranges).map { offsets.parts($0) }
  }

  /// Columns of W.
  var windowSize: Int { offsets.count }

  /// Elements of W.
  var weightCount: Int { output.channels * windowSize }

  /// y = b + W ⋆ x.
  @_specialize(where S == Float)
  func apply<S: Scalar>(
    _ x: MatrixView<S>, _ weight: Buffer<S>, bias: Buffer<S>?, into y: MatrixView<S>
  ) {
    let weight = matrix(weight)
    for position in positions {
      let y = y.rows(position.row..<position.row + output.channels)
      var isFirst = true
      for part in boxes[position.box] {
        S.product(
          MatrixOperand(weight.columns(part.first..<part.first + part.count)),
          MatrixOperand(x, under: part, of: offsets, from: position.origin),
          bias: isFirst ? bias : nil, adding: !isFirst, into: y)
        isFirst = false
      }
      // An empty product, for a window outside the image.
      if isFirst {
        S.product(
          MatrixOperand(y.columns(0..<0)), MatrixOperand(x.rows(0..<0)), bias: bias, adding: false,
          into: y)
      }
    }
  }

  /// dW[:, tap, :] = Σ over positions of y[position] · x[position + tap]ᵀ, position after position,
  /// or added to it, for a slice of W's rows.
  @_specialize(where S == Float)
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ y: MatrixView<S>, slice: WorkerSlice, adding: Bool,
    into gradient: Buffer<S>
  ) {
    let channels = slice.range(of: output.channels)
    if channels.isEmpty { return }
    let weight = matrix(gradient).rows(channels)
    if !adding { weight.clear() }
    for position in positions {
      let y = y.rows(channels.shifted(by: position.row))
      for part in boxes[position.box] {
        S.product(
          MatrixOperand(y),
          MatrixOperand(x, under: part, of: offsets, from: position.origin).transposed, bias: nil,
          adding: true, into: weight.columns(part.first..<part.first + part.count))
      }
    }
  }

  /// W as a matrix.
  func matrix<S: Scalar>(_ weight: Buffer<S>) -> MatrixView<S> {
    MatrixView(weight, rows: output.channels, columns: windowSize)
  }
}

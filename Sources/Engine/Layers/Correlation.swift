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
  /// The output positions along all axes but the last, and along the last. Their product is not
  /// stored: it has as many elements as the image has positions.
  private let outer: [Position], inner: [Position]
  /// The taps along the last axis, for each tap of the others.
  private let lines: [WindowOffsets.Part]
  /// For each box of taps along all axes but the last: its taps where the last axis is complete, and
  /// the indices of its lines.
  private let complete: [[WindowOffsets.Part]], lineIndices: [[Int]]
  /// The ranges of taps along the last axis.
  private let ranges: [Range<Int>]

  /// An output position along some axes.
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
    var axes: [(positions: [Position], ranges: [Range<Int>])] = windows.indices.map { axis in
      var distinct: [Range<Int>] = []
      let positions = (0..<windows[axis].outputs).map { output in
        let taps = windows[axis].taps(of: output)
        if !distinct.contains(taps) { distinct.append(taps) }
        return Position(
          row: windows[axis].position(of: output) * outputPitches[axis],
          origin: windows[axis].origin(of: output) * inputPitches[axis],
          box: distinct.firstIndex(of: taps) ?? 0)
      }
      return (positions, distinct)
    }
    let last = axes.removeLast()
    outer = axes.reduce([Position()]) { heads, axis in
      heads.flatMap { head in
        axis.positions.map {
          Position(
            row: head.row + $0.row, origin: head.origin + $0.origin,
            box: head.box * axis.ranges.count + $0.box)
        }
      }
    }
    (inner, ranges) = last
    let offsets = WindowOffsets(
      taps: windows.map(\.kernel), pitches: inputPitches, channels: input.channels)
    self.offsets = offsets
    let kernels = windows.map(\.kernel)
    let line = 0..<kernels[kernels.count - 1]
    lines = combinations(kernels.dropLast().map { Array(0..<$0) }).flatMap { tap in
      offsets.parts(tap.map { $0..<$0 + 1 } + [line])
    }
    let boxes = combinations(axes.map(\.ranges))
    complete = boxes.map { offsets.parts($0 + [line]) }
    lineIndices = boxes.map { box in
      zip(box, kernels).reduce([0]) { heads, axis in
        heads.flatMap { head in axis.0.map { head * axis.1 + $0 } }
      }
    }
  }

  /// Calls `body` for every position with its first row in y, the origin of its window in x, and its
  /// boxes.
  private func forEachPosition(
    _ body: (_ row: Int, _ origin: Int, _ outer: Int, _ inner: Int) -> Void
  ) {
    for head in outer {
      for step in inner { body(head.row + step.row, head.origin + step.origin, head.box, step.box) }
    }
  }

  /// Calls `body` with the taps of a box, as parts that are consecutive in the weights.
  private func forEachPart(_ outer: Int, _ inner: Int, _ body: (WindowOffsets.Part) -> Void) {
    let range = ranges[inner]
    if range.count == windows[windows.count - 1].kernel {
      for part in complete[outer] { body(part) }
    } else if !range.isEmpty {
      for line in lineIndices[outer] { body(offsets.part(range, of: lines[line])) }
    }
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
    forEachPosition { row, origin, outer, inner in
      let y = y.rows(row..<row + output.channels)
      var isFirst = true
      forEachPart(outer, inner) { part in
        S.product(
          MatrixOperand(weight.columns(part.first..<part.first + part.count)),
          MatrixOperand(x, under: part, of: offsets, from: origin),
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
    forEachPosition { row, origin, outer, inner in
      let y = y.rows(channels.shifted(by: row))
      forEachPart(outer, inner) { part in
        S.product(
          MatrixOperand(y),
          MatrixOperand(x, under: part, of: offsets, from: origin).transposed, bias: nil,
          adding: true, into: weight.columns(part.first..<part.first + part.count))
      }
    }
  }

  /// W as a matrix.
  func matrix<S: Scalar>(_ weight: Buffer<S>) -> MatrixView<S> {
    MatrixView(weight, rows: output.channels, columns: windowSize)
  }
}

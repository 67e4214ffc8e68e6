/// What a convolution does to an image, and its transpose: a list of matrix products between
/// positions.
///
/// An image is [height][width][channels] × batch, so at one output position
///
///     y[position] = b + Σ over the taps inside the image of W[:, tap, :] · x[position + tap]
///
/// is one product of outputs × (taps · channels) with the rows of x under the window, which an
/// index names; nothing is copied out of the image, and what lies outside it costs nothing. W is
/// kept as outputs × kernel height × kernel width × channels.
struct Correlation: Sendable {
  let input: ImageShape
  /// The image that it makes, or makes positions of.
  let output: ImageShape
  let vertical: Window
  let horizontal: Window
  /// The rows of x under a whole window.
  private let window: WindowOffsets

  init(_ input: ImageShape, _ output: ImageShape, vertical: Window, horizontal: Window) {
    (self.input, self.output) = (input, output)
    (self.vertical, self.horizontal) = (vertical, horizontal)
    window = WindowOffsets(
      height: vertical.kernel, width: horizontal.kernel * input.channels,
      pitch: input.width * input.channels)
  }

  /// Columns of W.
  var windowSize: Int { vertical.kernel * horizontal.kernel * input.channels }

  /// Numbers in W.
  var weightCount: Int { output.channels * windowSize }

  /// y = b + W ⋆ x.
  func apply<S: Scalar>(
    _ x: MatrixView<S>, _ weight: Buffer<S>, bias: Buffer<S>?, into y: MatrixView<S>
  ) {
    let weight = matrix(weight)
    forEachWindow(x) { position, runs in
      let y = y.rows(position..<position + output.channels)
      var isFirst = true
      runs { tap, rows in
        S.product(
          MatrixOperand(weight.columns(tap..<tap + rows.rows)), rows, bias: isFirst ? bias : nil,
          adding: !isFirst, into: y)
        isFirst = false
      }
      // A product of nothing, for a window outside the image.
      if isFirst {
        S.product(
          MatrixOperand(y.columns(0..<0)), MatrixOperand(x.rows(0..<0)), bias: bias, adding: false,
          into: y)
      }
    }
  }

  /// x[position] = b + Σ over the taps that fall on it of W[:, tap, :]ᵀ · y: the transpose; or
  /// added to x.
  func applyTranspose<S: Scalar>(
    _ y: MatrixView<S>, _ weight: Buffer<S>, bias: Buffer<S>?, adding: Bool = false,
    into x: MatrixView<S>
  ) {
    let weight = matrix(weight)
    for row in 0..<input.height {
      for column in 0..<input.width {
        let position = (row * input.width + column) * input.channels
        let x = x.rows(position..<position + input.channels)
        var isFirst = !adding
        func add(_ weight: MatrixOperand<S>, _ rows: Range<Int>) {
          S.product(
            weight, MatrixOperand(y.rows(rows)), bias: isFirst ? bias : nil, adding: !isFirst,
            into: x)
          isFirst = false
        }
        for tapRow in 0..<vertical.kernel {
          guard let outputRow = vertical.output(at: row, tap: tapRow) else { continue }
          for tapColumn in 0..<horizontal.kernel {
            guard let outputColumn = horizontal.output(at: column, tap: tapColumn) else { continue }
            let from = place(outputRow, outputColumn)
            let tap = (tapRow * horizontal.kernel + tapColumn) * input.channels
            add(
              weight.columns(tap..<tap + input.channels).transposed, from..<from + output.channels)
          }
        }
        // A product of nothing, for a position on which no tap falls.
        if isFirst { add(MatrixOperand(x.columns(0..<0)), 0..<0) }
      }
    }
  }

  /// dW[:, tap, :] = Σ over positions of y[position] · x[position + tap]ᵀ, position after position,
  /// or added to it, for a share of W's rows.
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ y: MatrixView<S>, slice: WorkerSlice, adding: Bool,
    into gradient: Buffer<S>
  ) {
    let channels = slice.range(of: output.channels)
    if channels.isEmpty { return }
    let weight = matrix(gradient).rows(channels)
    if !adding { weight.clear() }
    forEachWindow(x) { position, runs in
      let y = y.rows(position + channels.lowerBound..<position + channels.upperBound)
      runs { tap, rows in
        S.product(
          MatrixOperand(y), rows.transposed, bias: nil, adding: true,
          into: weight.columns(tap..<tap + rows.rows))
      }
    }
  }

  private func matrix<S: Scalar>(_ weight: Buffer<S>) -> MatrixView<S> {
    MatrixView(weight, rows: output.channels, columns: windowSize)
  }

  /// The first row of an output in the image that is made.
  private func place(_ row: Int, _ column: Int) -> Int {
    (vertical.place(of: row) * output.width + horizontal.place(of: column)) * output.channels
  }

  /// Calls `body` for every output, with its first row and a way to go through its window in runs
  /// of taps that lie together in W: the first column of W, and the rows of x. An inner window is
  /// one run; one that hangs over the left or right edge has a run for each row of the kernel.
  private func forEachWindow<S: Scalar>(
    _ x: MatrixView<S>, _ body: (Int, (((Int, MatrixOperand<S>) -> Void) -> Void)) -> Void
  ) {
    for row in 0..<vertical.outputs {
      let tapRows = vertical.taps(of: row)
      for column in 0..<horizontal.outputs {
        let tapColumns = horizontal.taps(of: column)
        let columns =
          tapColumns.lowerBound * input.channels..<tapColumns.upperBound * input.channels
        // Before the image where the window hangs over its edge; the index leads back inside.
        let origin =
          (vertical.origin(of: row) * input.width + horizontal.origin(of: column)) * input.channels
        body(place(row, column)) { visit in
          func visitPart(_ rows: Range<Int>) {
            let part = WindowOffsets.Part(rows: rows, columns: columns)
            visit(window.first(of: part), MatrixOperand(x, under: part, of: window, from: origin))
          }
          if tapRows.isEmpty || tapColumns.isEmpty { return }
          if tapColumns.count == horizontal.kernel { return visitPart(tapRows) }
          for tapRow in tapRows { visitPart(tapRow..<tapRow + 1) }
        }
      }
    }
  }
}

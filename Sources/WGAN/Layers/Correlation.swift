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
  /// The rows of x under a whole window, counted from the row of its first tap.
  private let index: [UInt32]

  init(_ input: ImageShape, _ output: ImageShape, vertical: Window, horizontal: Window) {
    (self.input, self.output) = (input, output)
    (self.vertical, self.horizontal) = (vertical, horizontal)
    let rows = (0..<vertical.kernel).flatMap { y in
      (0..<horizontal.kernel * input.channels).map { x in
        UInt32(y * input.width * input.channels + x)
      }
    }
    // A kernel without taps, as a phase of `Reversal` may have, has no rows to read.
    index = rows.isEmpty ? [0] : rows
  }

  /// Columns of W.
  var windowSize: Int { vertical.kernel * horizontal.kernel * input.channels }

  /// Numbers in W.
  var weightCount: Int { output.channels * windowSize }

  /// y = b + W ⋆ x.
  func apply<S: Scalar>(
    _ x: Block<S>, _ weight: UnsafePointer<S>, bias: UnsafePointer<S>?, into y: Block<S>
  ) {
    forEachWindow(x) { position, runs in
      let y = y.rows(position..<position + output.channels)
      var isFirst = true
      runs { tap, rows in
        S.product(
          weight + tap, windowSize, 1, rows, bias: isFirst ? bias : nil, adding: !isFirst, into: y)
        isFirst = false
      }
      // A product of nothing, for a window outside the image.
      if isFirst {
        S.product(
          weight, windowSize, 1, MatrixOperand(x.rows(0..<0)), bias: bias, adding: false, into: y)
      }
    }
  }

  /// x[position] = b + Σ over the taps that fall on it of W[:, tap, :]ᵀ · y: the transpose; or
  /// added to x.
  func applyTranspose<S: Scalar>(
    _ y: Block<S>, _ weight: UnsafePointer<S>, bias: UnsafePointer<S>?, adding: Bool = false,
    into x: Block<S>
  ) {
    for row in 0..<input.height {
      for column in 0..<input.width {
        let position = (row * input.width + column) * input.channels
        let x = x.rows(position..<position + input.channels)
        var isFirst = !adding
        func add(_ rows: Block<S>, _ tap: Int) {
          S.product(
            weight + tap, 1, windowSize, MatrixOperand(rows), bias: isFirst ? bias : nil,
            adding: !isFirst, into: x)
          isFirst = false
        }
        for tapRow in 0..<vertical.kernel {
          guard let outputRow = vertical.output(at: row, tap: tapRow) else { continue }
          for tapColumn in 0..<horizontal.kernel {
            guard let outputColumn = horizontal.output(at: column, tap: tapColumn) else { continue }
            let from = place(outputRow, outputColumn)
            let tap = (tapRow * horizontal.kernel + tapColumn) * input.channels
            add(y.rows(from..<from + output.channels), tap)
          }
        }
        // A product of nothing, for a position on which no tap falls.
        if isFirst { add(y.rows(0..<0), 0) }
      }
    }
  }

  /// dW[:, tap, :] = Σ over positions of y[position] · x[position + tap]ᵀ, position after position,
  /// or added to it, for a share of W's rows.
  func accumulate<S: Scalar>(
    _ x: Block<S>, _ y: Block<S>, share: Share, adding: Bool, into gradient: UnsafeMutablePointer<S>
  ) {
    let channels = share.range(of: output.channels)
    if channels.isEmpty { return }
    let weight = Block(
      base: gradient + channels.lowerBound * windowSize, rows: channels.count, columns: windowSize,
      stride: windowSize)
    if !adding { weight.clear() }
    forEachWindow(x) { position, runs in
      let y = y.rows(position + channels.lowerBound..<position + channels.upperBound)
      runs { tap, rows in
        let part = Block(
          base: weight.base + tap, rows: channels.count, columns: rows.rows, stride: windowSize)
        S.product(y.base, y.stride, 1, rows.transposed, bias: nil, adding: true, into: part)
      }
    }
  }

  /// The first row of an output in the image that is made.
  private func place(_ row: Int, _ column: Int) -> Int {
    (vertical.place(of: row) * output.width + horizontal.place(of: column)) * output.channels
  }

  /// Calls `body` for every output, with its first row and a way to go through its window in runs
  /// of taps that lie together in W: the first column of W, and the rows of x. An inner window is
  /// one run; one that hangs over the left or right edge has a run for each row of the kernel.
  private func forEachWindow<S: Scalar>(
    _ x: Block<S>, _ body: (Int, (((Int, MatrixOperand<S>) -> Void) -> Void)) -> Void
  ) {
    index.withUnsafeBufferPointer { index in
      guard let index = index.baseAddress else { return }
      for row in 0..<vertical.outputs {
        let tapRows = vertical.taps(of: row)
        for column in 0..<horizontal.outputs {
          let tapColumns = horizontal.taps(of: column)
          let isWhole = tapColumns.count == horizontal.kernel
          // Before the image where the window hangs over its edge; the index leads back inside.
          let origin =
            (vertical.origin(of: row) * input.width + horizontal.origin(of: column))
            * input.channels
          body(place(row, column)) { visit in
            if tapRows.isEmpty || tapColumns.isEmpty { return }
            let runs = isWhole ? 1 : tapRows.count
            for run in 0..<runs {
              let first =
                ((tapRows.lowerBound + run) * horizontal.kernel + tapColumns.lowerBound)
                * input.channels
              let taps = tapColumns.count * (isWhole ? tapRows.count : 1)
              visit(
                first,
                MatrixOperand(
                  x, from: UnsafePointer(x.base) + origin * x.stride, index: index + first,
                  count: taps * input.channels))
            }
          }
        }
      }
    }
  }
}

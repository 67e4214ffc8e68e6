import CKernels

/// A correlation of 5 × 5 taps and stride 2 by Winograd's minimal filtering (Lavin & Gray 2016):
/// 121 products of channels make 4 × 4 outputs, in the place of 400.
///
/// A *tile* is 4 × 4 outputs and the 11 × 11 inputs under them. For every tile
///
///     Y = Aᵀ M A,   M = U V, point by point,   V = Bᵀ X B,   U = G W Gᵀ
///
/// with the matrices of `winograd_matrix`, and every verb is this chain or its transpose, read from
/// one end to the other. V has 11 × 11 rows for each input channel, in the order of the 6 × 6 points
/// at which they meet, and so has U columns; M has 36 rows for each output channel, and each point
/// is one matrix product. U is derived once a step; in Float the result has about five times the
/// rounding of the direct form.
struct Winograd: Sendable {
  private let correlation: Correlation
  private let tiles: [Tile]
  private let points: [Point]
  /// Where each of the 11 × 11 products begins in V and in a row of U, each of the 6 × 6 points in
  /// M, and each of the 5 × 5 taps in a row of W.
  private let productPlaces: Places, pointPlaces: Places, tapPlaces: Places
  /// Whether `accumulate` goes this way as well.
  private let accumulates: Bool

  private struct Tile {
    /// Where each position begins in its image; −1 is outside.
    let inputs: Places, outputs: Places
    /// The first of its rows and columns of inputs, which tiles before it have too.
    let overlap: (rows: Int, columns: Int)
  }

  /// The rows of V, or columns of U, that meet at a point, and its rows of M.
  private struct Point {
    let inputs: Range<Int>, outputs: Range<Int>
  }

  /// Which of the 6 points each of the 11 products of an axis belongs to.
  private static let axis = [0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 5]

  /// Columns that go through at a time: as many as `product` takes, which V need not be packed for.
  private static let panelWidth = 32

  /// Channels from which on it is known to be faster: of 16 to 16, by a half.
  static let leastChannels = 16

  /// The largest U that is worth its memory, and the largest whose gradient is as well.
  private static let mostWeights = 1 << 22, mostGradients = 1 << 20

  /// `nil` where it cannot be, or is not worth it.
  init?(_ correlation: Correlation, leastChannels: Int = Winograd.leastChannels) {
    let (input, output) = (correlation.input, correlation.output)
    let (vertical, horizontal) = (correlation.vertical, correlation.horizontal)
    guard vertical.isTiled, horizontal.isTiled,
      min(input.channels, output.channels) >= leastChannels,
      output.channels * Self.rowSize(input.channels) <= Self.mostWeights
    else { return nil }
    self.correlation = correlation
    accumulates = output.channels * Self.rowSize(input.channels) <= Self.mostGradients
    var (points, places, first): ([Point], [Int], Int) = ([], Array(repeating: 0, count: 121), 0)
    for point in 0..<36 {
      let start = first
      for product in 0..<121 where Self.axis[product / 11] * 6 + Self.axis[product % 11] == point {
        places[product] = first
        first += input.channels
      }
      let row = point * (output.channels + 1)
      points.append(Point(inputs: start..<first, outputs: row..<row + output.channels))
      // One row more spreads the points over the sets of the cache.
      first += 1
    }
    (self.points, productPlaces) = (points, Places(places))
    pointPlaces = Places(points.map(\.outputs.lowerBound))
    tapPlaces = Places((0..<25).map { $0 * input.channels })
    tiles = stride(from: 0, to: output.height, by: 4).flatMap { row in
      stride(from: 0, to: output.width, by: 4).map { column in
        Tile(
          inputs: input.places(
            11, from: vertical.origin(of: row), horizontal.origin(of: column)),
          outputs: output.places(4, from: row, column),
          overlap: (row > 0 ? 3 : 0, column > 0 ? 3 : 0))
      }
    }
  }

  /// Numbers in U. A row takes an odd number of cache lines, like one of `Workspace.block`.
  var weightCount: Int { correlation.output.channels * rowSize }
  private var rowSize: Int { Self.rowSize(correlation.input.channels) }
  private static func rowSize(_ channels: Int) -> Int { (121 * channels + 36 + 15) / 16 * 16 | 16 }

  /// U = G W Gᵀ, this share of it.
  func derive<S: Scalar>(_ weight: Run<S>, into derived: Run<S>, share: Share) {
    let own = share.range(of: correlation.output.channels)
    S.winograd(
      WINOGRAD_KERNEL, transposed: false, rows: own.count, columns: correlation.input.channels,
      taps(of: weight, own), bias: nil, adding: (0, 0), into: products(of: derived, own))
  }

  /// y = b + W ⋆ x.
  func apply<S: Scalar>(
    _ x: Block<S>, _ derived: Run<S>, bias: Run<S>?, into y: Block<S>
  ) {
    let u = u(derived)
    forEachTile(x, y) { tile, x, v, m, y in
      transform(x, under: tile, into: v)
      for point in points {
        S.product(
          Matrix(u.columns(point.inputs)), Matrix(v.rows(point.inputs)), bias: nil, adding: false,
          into: m.rows(point.outputs))
      }
      S.winograd(
        WINOGRAD_OUTPUT, transposed: false, rows: correlation.output.channels, columns: x.columns,
        Patch(m, rows: pointPlaces), bias: bias, adding: (0, 0),
        into: Patch(y, rows: tile.outputs))
    }
  }

  /// x = Wᵀ ⋆ y.
  func applyTranspose<S: Scalar>(_ y: Block<S>, _ derived: Run<S>, into x: Block<S>) {
    let u = u(derived)
    forEachTile(x, y) { tile, x, v, m, y in
      transform(y, 0..<correlation.output.channels, of: tile, into: m)
      for point in points {
        S.product(
          u.columns(point.inputs).transposed, Matrix(m.rows(point.outputs)), bias: nil,
          adding: false, into: v.rows(point.inputs))
      }
      S.winograd(
        WINOGRAD_INPUT, transposed: true, rows: correlation.input.channels, columns: x.columns,
        Patch(v, rows: productPlaces), bias: nil, adding: tile.overlap,
        into: Patch(x, rows: tile.inputs))
    }
  }

  /// dU = Σ over tiles and columns of (A dY Aᵀ) Vᵀ, point by point, or added to it, and
  /// dW = Gᵀ dU G, for a share of their rows.
  func accumulate<S: Scalar>(
    _ x: Block<S>, _ y: Block<S>, share: Share, adding: Bool, into gradient: Run<S>,
    derived: Run<S>
  ) {
    guard accumulates else {
      return correlation.accumulate(x, y, share: share, adding: adding, into: gradient)
    }
    let own = share.range(of: correlation.output.channels)
    if own.isEmpty { return }
    let sum = u(derived).rows(own)
    if !adding { sum.clear() }
    forEachTile(x, y) { tile, x, v, m, y in
      transform(x, under: tile, into: v)
      transform(y, own, of: tile, into: m)
      for point in points {
        let m = m.rows(own.shifted(by: point.outputs.lowerBound))
        S.product(
          Matrix(m), v.rows(point.inputs).transposed, bias: nil, adding: true,
          into: sum.columns(point.inputs))
      }
    }
    S.winograd(
      WINOGRAD_KERNEL, transposed: true, rows: own.count, columns: correlation.input.channels,
      products(of: derived, own), bias: nil, adding: (0, 0), into: taps(of: gradient, own))
  }

  /// V = Bᵀ X B.
  private func transform<S: Scalar>(_ x: Block<S>, under tile: Tile, into v: Block<S>) {
    S.winograd(
      WINOGRAD_INPUT, transposed: false, rows: correlation.input.channels, columns: x.columns,
      Patch(x, rows: tile.inputs), bias: nil, adding: (0, 0),
      into: Patch(v, rows: productPlaces))
  }

  /// M = A Y Aᵀ, of some of the output channels.
  private func transform<S: Scalar>(
    _ y: Block<S>, _ channels: Range<Int>, of tile: Tile, into m: Block<S>
  ) {
    S.winograd(
      WINOGRAD_OUTPUT, transposed: true, rows: channels.count, columns: y.columns,
      Patch(y, rows: tile.outputs, from: channels.lowerBound), bias: nil, adding: (0, 0),
      into: Patch(m, rows: pointPlaces, from: channels.lowerBound))
  }

  /// Calls `body` for every tile of every panel: the panel of x, V, M and the panel of y. V and M
  /// are a few MiB, for the time of the call.
  private func forEachTile<S: Scalar>(
    _ x: Block<S>, _ y: Block<S>, _ body: (Tile, Block<S>, Block<S>, Block<S>, Block<S>) -> Void
  ) {
    let (inputs, outputs) = (rowSize, 36 * (correlation.output.channels + 1))
    let width = Self.panelWidth
    withScratch((inputs + outputs) * width) { (memory: Run<S>) in
      let memory = Block(memory, rows: inputs + outputs, columns: width)
      for first in stride(from: 0, to: x.columns, by: width) {
        let panel = first..<min(first + width, x.columns)
        let (x, y, memory) = (x.columns(panel), y.columns(panel), memory.columns(0..<panel.count))
        let (v, m) = (memory.rows(0..<inputs), memory.rows(inputs..<inputs + outputs))
        for tile in tiles { body(tile, x, v, m, y) }
      }
    }
  }

  /// Some rows of W, or of its gradient, at its taps.
  private func taps<S: Scalar>(of weight: Run<S>, _ rows: Range<Int>) -> Patch<S> {
    let weight = Block(
      weight, rows: correlation.output.channels, columns: correlation.windowSize)
    return Patch(weight.rows(rows), columns: tapPlaces)
  }

  /// Some rows of U, or of its gradient, at its products.
  private func products<S: Scalar>(of derived: Run<S>, _ rows: Range<Int>) -> Patch<S> {
    Patch(u(derived).rows(rows), columns: productPlaces)
  }

  /// U, or its gradient.
  private func u<S: Scalar>(_ derived: Run<S>) -> Block<S> {
    Block(derived, rows: correlation.output.channels, columns: rowSize)
  }
}

extension Window {
  /// Whether tiles of four outputs fill it, and lie over all of its inputs.
  fileprivate var isTiled: Bool {
    kernel == 5 && stride == 2 && step == 1 && outputs % 4 == 0
      && inputs + padding <= 2 * outputs + 3
  }
}

extension ImageShape {
  /// The first row of every position of a square with `size` sides, or −1 outside the image.
  fileprivate func places(_ size: Int, from row: Int, _ column: Int) -> Places {
    Places(
      (row..<row + size).flatMap { row in
        (column..<column + size).map { column in
          0..<height ~= row && 0..<width ~= column ? (row * width + column) * channels : -1
        }
      })
  }
}

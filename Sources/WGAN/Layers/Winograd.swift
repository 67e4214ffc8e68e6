import CKernels

/// A correlation of 5 × 5 or 4 × 4 taps and stride 2 by Winograd's minimal filtering (Lavin & Gray
/// 2016): 121 or 100 products of channels make 4 × 4 outputs, in the place of 400 or 256.
///
/// A *tile* is 4 × 4 outputs and the inputs under them; of 4 × 4 taps also 3 outputs along an axis.
/// For every tile
///
///     Y = Aᵀ M A,   M = U V, point by point,   V = Bᵀ X B,   U = G W Gᵀ
///
/// with the matrices of `winograd_matrix`, and every verb is this chain or its transpose, read from
/// one end to the other. V has a row for each product and input channel, in the order of the points
/// at which they meet, and so has U columns; M has a row for each point and output channel, and each
/// point is one matrix product. U is derived once a step; in Float the result has three (4 × 4 taps)
/// to five times the rounding of the direct form.
struct Winograd: Sendable {
  private let correlation: Correlation
  private let filter: WinogradFilter
  private let tiles: [WinogradTile]
  /// Where each product begins in a row of U, and each tap in a row of W.
  private let productPlaces: Places, tapPlaces: Places
  /// Whether `accumulate` goes this way as well.
  private let accumulates: Bool

  /// Columns that go through at a time: as many as `product` takes, which V need not be packed for.
  private static let panelWidth = 32

  /// Channels from which on it is known to be faster: of 16 to 16, by a half, with five taps. With
  /// four, 32 to 64 make a whole step a quarter faster.
  static let leastChannels = 16

  /// The largest U that is worth its memory, and the largest whose gradient is as well: that from
  /// 128 to 256 channels is with four taps, and gains nothing with five.
  private static let mostWeights = 1 << 22, mostGradients = 7 << 19

  /// `nil` where it cannot be, or is not worth it.
  init?(_ correlation: Correlation, leastChannels: Int = Winograd.leastChannels) {
    let (input, output) = (correlation.input, correlation.output)
    guard let filter = WinogradFilter.all.first(where: { $0.taps == correlation.vertical.kernel }),
      let down = filter.strips(of: correlation.vertical),
      let across = filter.strips(of: correlation.horizontal),
      min(input.channels, output.channels) >= leastChannels,
      output.channels * filter.rowSize(input.channels) <= Self.mostWeights
    else { return nil }
    (self.correlation, self.filter) = (correlation, filter)
    accumulates = output.channels * filter.rowSize(input.channels) <= Self.mostGradients
    let (size, side) = (filter.points.count, filter.four.points.count)
    var (points, first): ([WinogradTile.Point], Int) = ([], 0)
    var places = Array(repeating: 0, count: size * size)
    for point in 0..<side * side {
      let start = first
      for product in places.indices
      where filter.points[product / size] * side + filter.points[product % size] == point {
        places[product] = first
        first += input.channels
      }
      let row = point * (output.channels + 1)
      points.append(
        WinogradTile.Point(inputs: start..<first, outputs: row..<row + output.channels))
      // One row more spreads the points over the sets of the cache.
      first += 1
    }
    productPlaces = Places(places)
    tapPlaces = Places((0..<filter.taps * filter.taps).map { $0 * input.channels })
    tiles = down.flatMap { row, vertical in
      across.map { column, horizontal in
        let own = vertical.points.flatMap { y in horizontal.points.map { points[y * side + $0] } }
        return WinogradTile(
          vertical: vertical, horizontal: horizontal,
          inputs: input.places(
            vertical.products.count, horizontal.products.count,
            from: correlation.vertical.origin(of: row), correlation.horizontal.origin(of: column)),
          outputs: output.places(vertical.outputs, horizontal.outputs, from: row, column),
          productPlaces: Places(
            vertical.products.flatMap { y in horizontal.products.map { places[y * size + $0] } }),
          points: own, pointPlaces: Places(own.map(\.outputs.lowerBound)),
          overlap: (row > 0 ? filter.overlap : 0, column > 0 ? filter.overlap : 0))
      }
    }
  }

  /// Numbers in U.
  var weightCount: Int { correlation.output.channels * rowSize }
  private var rowSize: Int { filter.rowSize(correlation.input.channels) }

  /// U = G W Gᵀ, this share of it.
  func derive<S: Scalar>(_ weight: Run<S>, into derived: Run<S>, share: Share) {
    let own = share.range(of: correlation.output.channels)
    S.winograd(
      (filter.kernel, filter.kernel), transposed: false, rows: own.count,
      columns: correlation.input.channels, taps(of: weight, own), bias: nil, adding: (0, 0),
      into: products(of: derived, own))
  }

  /// y = b + W ⋆ x.
  func apply<S: Scalar>(
    _ x: Block<S>, _ derived: Run<S>, bias: Run<S>?, into y: Block<S>
  ) {
    let u = u(derived)
    forEachTile(x, y) { tile, x, v, m, y in
      transform(x, under: tile, into: v)
      for point in tile.points {
        S.product(
          Matrix(u.columns(point.inputs)), Matrix(v.rows(point.inputs)), bias: nil, adding: false,
          into: m.rows(point.outputs))
      }
      S.winograd(
        tile.output, transposed: false, rows: correlation.output.channels, columns: x.columns,
        Patch(m, rows: tile.pointPlaces), bias: bias, adding: (0, 0),
        into: Patch(y, rows: tile.outputs))
    }
  }

  /// x = b + Wᵀ ⋆ y.
  func applyTranspose<S: Scalar>(
    _ y: Block<S>, _ derived: Run<S>, bias: Run<S>?, into x: Block<S>
  ) {
    let u = u(derived)
    forEachTile(x, y) { tile, x, v, m, y in
      transform(y, 0..<correlation.output.channels, of: tile, into: m)
      for point in tile.points {
        S.product(
          u.columns(point.inputs).transposed, Matrix(m.rows(point.outputs)), bias: nil,
          adding: false, into: v.rows(point.inputs))
      }
      S.winograd(
        tile.input, transposed: true, rows: correlation.input.channels, columns: x.columns,
        Patch(v, rows: tile.productPlaces), bias: bias, adding: tile.overlap,
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
      for point in tile.points {
        let m = m.rows(own.shifted(by: point.outputs.lowerBound))
        S.product(
          Matrix(m), v.rows(point.inputs).transposed, bias: nil, adding: true,
          into: sum.columns(point.inputs))
      }
    }
    S.winograd(
      (filter.kernel, filter.kernel), transposed: true, rows: own.count,
      columns: correlation.input.channels, products(of: derived, own), bias: nil, adding: (0, 0),
      into: taps(of: gradient, own))
  }

  /// V = Bᵀ X B.
  private func transform<S: Scalar>(_ x: Block<S>, under tile: WinogradTile, into v: Block<S>) {
    S.winograd(
      tile.input, transposed: false, rows: correlation.input.channels, columns: x.columns,
      Patch(x, rows: tile.inputs), bias: nil, adding: (0, 0),
      into: Patch(v, rows: tile.productPlaces))
  }

  /// M = A Y Aᵀ, of some of the output channels.
  private func transform<S: Scalar>(
    _ y: Block<S>, _ channels: Range<Int>, of tile: WinogradTile, into m: Block<S>
  ) {
    S.winograd(
      tile.output, transposed: true, rows: channels.count, columns: y.columns,
      Patch(y, rows: tile.outputs, from: channels.lowerBound), bias: nil, adding: (0, 0),
      into: Patch(m, rows: tile.pointPlaces, from: channels.lowerBound))
  }

  /// Calls `body` for every tile of every panel: the panel of x, V, M and the panel of y. V and M
  /// are a few MiB, for the time of the call.
  private func forEachTile<S: Scalar>(
    _ x: Block<S>, _ y: Block<S>,
    _ body: (WinogradTile, Block<S>, Block<S>, Block<S>, Block<S>) -> Void
  ) {
    let (inputs, outputs) = (rowSize, filter.pointCount * (correlation.output.channels + 1))
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

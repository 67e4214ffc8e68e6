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
  private let productPlaces: Offsets, tapPlaces: Offsets
  /// Whether `accumulate` goes this way as well.
  private let transformsGradient: Bool

  /// Columns that go through at a time: as many as `product` takes, which V need not be packed for.
  private static let panelWidth = 32

  /// Channels from which on it is known to be faster: of 16 to 16, by a half, with five taps. With
  /// four, 32 to 64 make a whole step a quarter faster.
  static let minimumChannels = 16

  /// The largest U that is worth its memory, and the largest whose gradient is as well: that from
  /// 128 to 256 channels is with four taps, and gains nothing with five.
  private static let maximumWeights = 1 << 22, maximumGradients = 7 << 19

  /// `nil` where it cannot be, or is not worth it.
  init?(_ correlation: Correlation, minimumChannels: Int = Winograd.minimumChannels) {
    let (input, output) = (correlation.input, correlation.output)
    guard let filter = WinogradFilter.all.first(where: { $0.taps == correlation.vertical.kernel }),
      let down = filter.strips(of: correlation.vertical),
      let across = filter.strips(of: correlation.horizontal),
      min(input.channels, output.channels) >= minimumChannels,
      output.channels * filter.rowSize(input.channels) <= Self.maximumWeights
    else { return nil }
    (self.correlation, self.filter) = (correlation, filter)
    transformsGradient = output.channels * filter.rowSize(input.channels) <= Self.maximumGradients
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
    productPlaces = Offsets(places)
    tapPlaces = Offsets((0..<filter.taps * filter.taps).map { $0 * input.channels })
    tiles = down.flatMap { row, vertical in
      across.map { column, horizontal in
        let own = vertical.points.flatMap { y in horizontal.points.map { points[y * side + $0] } }
        return WinogradTile(
          vertical: vertical, horizontal: horizontal,
          inputs: input.places(
            vertical.products.count, horizontal.products.count,
            from: correlation.vertical.origin(of: row), correlation.horizontal.origin(of: column)),
          outputs: output.places(vertical.outputs, horizontal.outputs, from: row, column),
          productPlaces: Offsets(
            vertical.products.flatMap { y in horizontal.products.map { places[y * size + $0] } }),
          points: own, pointPlaces: Offsets(own.map(\.outputs.lowerBound)),
          overlap: (row > 0 ? filter.overlap : 0, column > 0 ? filter.overlap : 0))
      }
    }
  }

  /// Numbers in U.
  var weightCount: Int { correlation.output.channels * rowSize }
  private var rowSize: Int { filter.rowSize(correlation.input.channels) }

  /// U = G W Gᵀ, this share of it.
  func prepareWeights<S: Scalar>(_ weight: Buffer<S>, into prepared: Buffer<S>, slice: WorkerSlice)
  {
    let own = slice.range(of: correlation.output.channels)
    S.winograd(
      (filter.kernel, filter.kernel), transposed: false, rows: own.count,
      columns: correlation.input.channels, taps(of: weight, own), bias: nil, adding: (0, 0),
      into: products(of: prepared, own))
  }

  /// y = b + W ⋆ x.
  func apply<S: Scalar>(
    _ x: MatrixView<S>, _ prepared: Buffer<S>, bias: Buffer<S>?, into y: MatrixView<S>
  ) {
    let u = u(prepared)
    forEachTile(x, y) { tile, x, v, m, y in
      transform(x, under: tile, into: v)
      for point in tile.points {
        S.product(
          MatrixOperand(u.columns(point.inputs)), MatrixOperand(v.rows(point.inputs)), bias: nil,
          adding: false,
          into: m.rows(point.outputs))
      }
      S.winograd(
        tile.output, transposed: false, rows: correlation.output.channels, columns: x.columns,
        GatherView(m, rows: tile.pointPlaces), bias: bias, adding: (0, 0),
        into: GatherView(y, rows: tile.outputs))
    }
  }

  /// x = b + Wᵀ ⋆ y.
  func applyTranspose<S: Scalar>(
    _ y: MatrixView<S>, _ prepared: Buffer<S>, bias: Buffer<S>?, into x: MatrixView<S>
  ) {
    let u = u(prepared)
    forEachTile(x, y) { tile, x, v, m, y in
      transform(y, 0..<correlation.output.channels, of: tile, into: m)
      for point in tile.points {
        S.product(
          u.columns(point.inputs).transposed, MatrixOperand(m.rows(point.outputs)), bias: nil,
          adding: false, into: v.rows(point.inputs))
      }
      S.winograd(
        tile.input, transposed: true, rows: correlation.input.channels, columns: x.columns,
        GatherView(v, rows: tile.productPlaces), bias: bias, adding: tile.overlap,
        into: GatherView(x, rows: tile.inputs))
    }
  }

  /// dU = Σ over tiles and columns of (A dY Aᵀ) Vᵀ, point by point, or added to it, and
  /// dW = Gᵀ dU G, for a share of their rows.
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ y: MatrixView<S>, slice: WorkerSlice, adding: Bool,
    into gradient: Buffer<S>,
    prepared: Buffer<S>
  ) {
    guard transformsGradient else {
      return correlation.weightGradient(x, y, slice: slice, adding: adding, into: gradient)
    }
    let own = slice.range(of: correlation.output.channels)
    if own.isEmpty { return }
    let sum = u(prepared).rows(own)
    if !adding { sum.clear() }
    forEachTile(x, y) { tile, x, v, m, y in
      transform(x, under: tile, into: v)
      transform(y, own, of: tile, into: m)
      for point in tile.points {
        let m = m.rows(own.shifted(by: point.outputs.lowerBound))
        S.product(
          MatrixOperand(m), v.rows(point.inputs).transposed, bias: nil, adding: true,
          into: sum.columns(point.inputs))
      }
    }
    S.winograd(
      (filter.kernel, filter.kernel), transposed: true, rows: own.count,
      columns: correlation.input.channels, products(of: prepared, own), bias: nil, adding: (0, 0),
      into: taps(of: gradient, own))
  }

  /// V = Bᵀ X B.
  private func transform<S: Scalar>(
    _ x: MatrixView<S>, under tile: WinogradTile, into v: MatrixView<S>
  ) {
    S.winograd(
      tile.input, transposed: false, rows: correlation.input.channels, columns: x.columns,
      GatherView(x, rows: tile.inputs), bias: nil, adding: (0, 0),
      into: GatherView(v, rows: tile.productPlaces))
  }

  /// M = A Y Aᵀ, of some of the output channels.
  private func transform<S: Scalar>(
    _ y: MatrixView<S>, _ channels: Range<Int>, of tile: WinogradTile, into m: MatrixView<S>
  ) {
    S.winograd(
      tile.output, transposed: true, rows: channels.count, columns: y.columns,
      GatherView(y, rows: tile.outputs, from: channels.lowerBound), bias: nil, adding: (0, 0),
      into: GatherView(m, rows: tile.pointPlaces, from: channels.lowerBound))
  }

  /// Calls `body` for every tile of every panel: the panel of x, V, M and the panel of y. V and M
  /// are a few MiB, for the time of the call.
  private func forEachTile<S: Scalar>(
    _ x: MatrixView<S>, _ y: MatrixView<S>,
    _ body: (WinogradTile, MatrixView<S>, MatrixView<S>, MatrixView<S>, MatrixView<S>) -> Void
  ) {
    let (inputs, outputs) = (rowSize, filter.pointCount * (correlation.output.channels + 1))
    let width = Self.panelWidth
    withScratch((inputs + outputs) * width) { (memory: Buffer<S>) in
      let memory = MatrixView(memory, rows: inputs + outputs, columns: width)
      for first in stride(from: 0, to: x.columns, by: width) {
        let panel = first..<min(first + width, x.columns)
        let (x, y, memory) = (x.columns(panel), y.columns(panel), memory.columns(0..<panel.count))
        let (v, m) = (memory.rows(0..<inputs), memory.rows(inputs..<inputs + outputs))
        for tile in tiles { body(tile, x, v, m, y) }
      }
    }
  }

  /// Some rows of W, or of its gradient, at its taps.
  private func taps<S: Scalar>(of weight: Buffer<S>, _ rows: Range<Int>) -> GatherView<S> {
    let weight = MatrixView(
      weight, rows: correlation.output.channels, columns: correlation.windowSize)
    return GatherView(weight.rows(rows), columns: tapPlaces)
  }

  /// Some rows of U, or of its gradient, at its products.
  private func products<S: Scalar>(of prepared: Buffer<S>, _ rows: Range<Int>) -> GatherView<S> {
    GatherView(u(prepared).rows(rows), columns: productPlaces)
  }

  /// U, or its gradient.
  private func u<S: Scalar>(_ prepared: Buffer<S>) -> MatrixView<S> {
    MatrixView(prepared, rows: correlation.output.channels, columns: rowSize)
  }
}

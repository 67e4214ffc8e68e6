import CKernels

/// A correlation of 5 × 5 or 4 × 4 taps and stride 2 along two axes by Winograd's minimal filtering
/// (Lavin & Gray 2016): 121 or 100 products of channels make 4 × 4 outputs, instead of 400 or 256.
///
/// A *tile* is 4 × 4 outputs and the inputs under them; with 4 × 4 taps also 3 outputs along an axis.
/// For every tile
///
///     Y = Aᵀ M A,   M = U V, point by point,   V = Bᵀ X B,   U = G W Gᵀ
///
/// with the matrices of `winograd_matrix`. Every operation is this chain or its transpose, read from
/// one end to the other. V has a row for each product and input channel, in the order of the points
/// at which they meet, and U has columns in the same order. M has a row for each point and output
/// channel, and each point is one matrix product. U is prepared once a step. In Float the rounding of
/// the result is three times (4 × 4 taps) to five times that of the direct algorithm.
struct Winograd: ConvolutionAlgorithm {
  private let correlation: Correlation
  private let filter: WinogradFilter
  private let tiles: [WinogradTile]
  private let weights: WinogradWeights
  var transform: (any WeightTransform)? { weights }

  /// Columns that are computed at a time: as many as `product` reads without packing V.
  private static let panelWidth = 32

  /// The least number of channels, in and out, for which this is known to be faster: with 16, by half
  /// for five taps. With four taps, 32 to 64 channels make a whole step a quarter faster.
  static let minimumChannels = 16

  /// The largest U that is worth its memory, and the largest whose gradient is worth it too: the
  /// gradient from 128 to 256 channels is with four taps, and gains nothing with five.
  private static let maximumWeights = 1 << 22, maximumGradients = 7 << 19

  /// `nil` where it does not apply or is not faster.
  init?(_ correlation: Correlation, minimumChannels: Int = Winograd.minimumChannels) {
    let (input, output, windows) = (correlation.input, correlation.output, correlation.windows)
    guard windows.count == 2,
      let filter = WinogradFilter.all.first(where: { $0.taps == windows[0].kernel }),
      let down = filter.strips(of: windows[0]), let across = filter.strips(of: windows[1]),
      min(input.channels, output.channels) >= minimumChannels,
      output.channels * filter.rowSize(input.channels) <= Self.maximumWeights
    else { return nil }
    (self.correlation, self.filter) = (correlation, filter)
    let (size, side) = (filter.points.count, filter.four.points.count)
    var (points, first): ([WinogradTile.Point], Int) = ([], 0)
    var products = Array(repeating: 0, count: size * size)
    for point in 0..<side * side {
      let start = first
      for product in products.indices
      where filter.points[product / size] * side + filter.points[product % size] == point {
        products[product] = first
        first += input.channels
      }
      let row = point * (output.channels + 1)
      points.append(
        WinogradTile.Point(inputs: start..<first, outputs: row..<row + output.channels))
      // One more row spreads the points over the sets of the cache.
      first += 1
    }
    weights = WinogradWeights(
      correlation, filter, products: products,
      hasPreparedGradient: output.channels * filter.rowSize(input.channels)
        <= Self.maximumGradients)
    tiles = down.flatMap { row, vertical in
      across.map { column, horizontal in
        let own = vertical.points.flatMap { y in horizontal.points.map { points[y * side + $0] } }
        return WinogradTile(
          vertical: vertical, horizontal: horizontal,
          inputs: input.offsets(
            vertical.products.count, horizontal.products.count,
            from: windows[0].origin(of: row), windows[1].origin(of: column)),
          outputs: output.offsets(vertical.outputs, horizontal.outputs, from: row, column),
          products: Offsets(
            vertical.products.flatMap { y in
              horizontal.products.map { products[y * size + $0] }
            }),
          points: own, pointOffsets: Offsets(own.map(\.outputs.lowerBound)),
          overlap: (row > 0 ? filter.overlap : 0, column > 0 ? filter.overlap : 0))
      }
    }
  }

  @_specialize(where S == Float)
  func apply<S: Scalar>(
    _ x: MatrixView<S>, _ weights: ConvolutionWeights<S>, bias: Buffer<S>?, into y: MatrixView<S>
  ) {
    let u = self.weights.matrix(weights.prepared)
    forEachTile(x, y) { tile, x, v, m, y in
      transform(x, under: tile, into: v)
      for point in tile.points {
        S.product(
          MatrixOperand(u.columns(point.inputs)), MatrixOperand(v.rows(point.inputs)), bias: nil,
          adding: false, into: m.rows(point.outputs))
      }
      S.winograd(
        tile.output, transposed: false, rows: correlation.output.channels, columns: x.columns,
        GatherView(m, rows: tile.pointOffsets), bias: bias, adding: (0, 0),
        into: GatherView(y, rows: tile.outputs))
    }
  }

  @_specialize(where S == Float)
  func applyTranspose<S: Scalar>(
    _ y: MatrixView<S>, _ weights: ConvolutionWeights<S>, bias: Buffer<S>?, into x: MatrixView<S>
  ) {
    let u = self.weights.matrix(weights.prepared)
    forEachTile(x, y) { tile, x, v, m, y in
      transform(y, 0..<correlation.output.channels, of: tile, into: m)
      for point in tile.points {
        S.product(
          u.columns(point.inputs).transposed, MatrixOperand(m.rows(point.outputs)), bias: nil,
          adding: false, into: v.rows(point.inputs))
      }
      S.winograd(
        tile.input, transposed: true, rows: correlation.input.channels, columns: x.columns,
        GatherView(v, rows: tile.products), bias: bias, adding: tile.overlap,
        into: GatherView(x, rows: tile.inputs))
    }
  }

  /// dU = Σ over tiles and columns of (A dY Aᵀ) Vᵀ, point by point, or added to it; or dW directly.
  @_specialize(where S == Float)
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ dy: MatrixView<S>, slice: WorkerSlice, adding: Bool,
    into gradient: ConvolutionWeights<S>
  ) {
    guard weights.hasPreparedGradient else {
      return correlation.weightGradient(
        x, dy, slice: slice, adding: adding, into: gradient.stored)
    }
    let own = slice.range(of: correlation.output.channels)
    if own.isEmpty { return }
    let sum = weights.matrix(gradient.prepared).rows(own)
    if !adding { sum.clear() }
    forEachTile(x, dy) { tile, x, v, m, dy in
      transform(x, under: tile, into: v)
      transform(dy, own, of: tile, into: m)
      for point in tile.points {
        let m = m.rows(own.shifted(by: point.outputs.lowerBound))
        S.product(
          MatrixOperand(m), v.rows(point.inputs).transposed, bias: nil, adding: true,
          into: sum.columns(point.inputs))
      }
    }
  }

  /// V = Bᵀ X B.
  private func transform<S: Scalar>(
    _ x: MatrixView<S>, under tile: WinogradTile, into v: MatrixView<S>
  ) {
    S.winograd(
      tile.input, transposed: false, rows: correlation.input.channels, columns: x.columns,
      GatherView(x, rows: tile.inputs), bias: nil, adding: (0, 0),
      into: GatherView(v, rows: tile.products))
  }

  /// M = A Y Aᵀ, for some of the output channels.
  private func transform<S: Scalar>(
    _ y: MatrixView<S>, _ channels: Range<Int>, of tile: WinogradTile, into m: MatrixView<S>
  ) {
    S.winograd(
      tile.output, transposed: true, rows: channels.count, columns: y.columns,
      GatherView(y, rows: tile.outputs, from: channels.lowerBound), bias: nil, adding: (0, 0),
      into: GatherView(m, rows: tile.pointOffsets, from: channels.lowerBound))
  }

  /// Calls `body` for every tile of every panel: the panel of x, V, M and the panel of y. V and M are
  /// a few MiB, for the duration of the call.
  private func forEachTile<S: Scalar>(
    _ x: MatrixView<S>, _ y: MatrixView<S>,
    _ body: (WinogradTile, MatrixView<S>, MatrixView<S>, MatrixView<S>, MatrixView<S>) -> Void
  ) {
    let inputs = filter.rowSize(correlation.input.channels)
    let outputs = filter.pointCount * (correlation.output.channels + 1)
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
}

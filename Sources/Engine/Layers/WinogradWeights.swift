/// U = G W Gᵀ: the kernel of every channel pair, transformed along both axes.
///
/// A row of U belongs to an output channel and has, for each product of the filter, an element for
/// each input channel. Products that meet at one point lie side by side.
struct WinogradWeights: WeightTransform {
  private let correlation: Correlation
  private let filter: WinogradFilter
  /// The first column of each product in U, and of each tap in W.
  private let products: Offsets, taps: Offsets
  let hasPreparedGradient: Bool
  var storedCount: Int { correlation.weightCount }
  var preparedCount: Int { correlation.output.channels * rowSize }
  private var rowSize: Int { filter.rowSize(correlation.input.channels) }

  /// - Parameter products: The first column of each product in U.
  init(
    _ correlation: Correlation, _ filter: WinogradFilter, products: [Int],
    hasPreparedGradient: Bool
  ) {
    (self.correlation, self.filter) = (correlation, filter)
    self.hasPreparedGradient = hasPreparedGradient
    self.products = Offsets(products)
    taps = Offsets(
      (0..<filter.taps * filter.taps).map { $0 * correlation.input.channels })
  }

  /// U, or its gradient, as a matrix.
  func matrix<S: Scalar>(_ prepared: Buffer<S>) -> MatrixView<S> {
    MatrixView(prepared, rows: correlation.output.channels, columns: rowSize)
  }

  @_specialize(where S == Float)
  func apply<S: Scalar>(_ stored: Buffer<S>, into prepared: Buffer<S>, slice: WorkerSlice) {
    let own = slice.range(of: correlation.output.channels)
    transform(taps(of: stored, own), products(of: prepared, own), own, transposed: false)
  }

  /// dW = Gᵀ dU G.
  @_specialize(where S == Float)
  func applyTranspose<S: Scalar>(
    _ prepared: Buffer<S>, into stored: Buffer<S>, slice: WorkerSlice
  ) {
    let own = slice.range(of: correlation.output.channels)
    if own.isEmpty { return }
    transform(products(of: prepared, own), taps(of: stored, own), own, transposed: true)
  }

  private func transform<S: Scalar>(
    _ from: GatherView<S>, _ to: GatherView<S>, _ rows: Range<Int>, transposed: Bool
  ) {
    S.winograd(
      (filter.kernel, filter.kernel), transposed: transposed, rows: rows.count,
      columns: correlation.input.channels, from, bias: nil, adding: (0, 0), into: to)
  }

  private func taps<S: Scalar>(of weight: Buffer<S>, _ rows: Range<Int>) -> GatherView<S> {
    GatherView(correlation.matrix(weight).rows(rows), columns: taps)
  }

  private func products<S: Scalar>(of prepared: Buffer<S>, _ rows: Range<Int>) -> GatherView<S> {
    GatherView(matrix(prepared).rows(rows), columns: products)
  }
}

// Sums, and the affine maps that normalisation makes of them. Every one of these traps where a
// kernel would reach outside of what it is given.

extension Scalar {
  /// out[column] = Σ over rows of x².
  package static func columnSquares(_ x: MatrixView<Self>, into out: Buffer<Self>) {
    precondition(out.count == x.columns)
    unsafe columnSquaresKernel(x.rows, x.columns, x.base, x.stride, out.base)
  }

  /// out[row] += Σ over columns of x.
  package static func addRowSums(_ x: MatrixView<Self>, into out: Buffer<Self>) {
    precondition(out.count == x.rows)
    unsafe addRowSumsKernel(x.rows, x.columns, x.base, x.stride, out.base)
  }

  /// Σ x, in double over the rows.
  package static func sum(_ x: MatrixView<Self>) -> Double {
    unsafe blockSumKernel(x.rows, x.columns, x.base, x.stride)
  }

  /// Σ (x − center)², in double over the rows.
  package static func sumOfSquaredDeviations(_ x: MatrixView<Self>, from center: Self) -> Double {
    unsafe blockSquareDeviationKernel(x.rows, x.columns, center, x.base, x.stride)
  }

  /// Σ (x − center)·y, in double over the rows.
  package static func dot(_ x: MatrixView<Self>, from center: Self, _ y: MatrixView<Self>) -> Double
  {
    precondition(x.hasSameShape(as: y))
    return unsafe blockDotKernel(x.rows, x.columns, center, x.base, x.stride, y.base, y.stride)
  }

  /// out[column] = Σ over rows of x, in double.
  package static func columnSums(_ x: MatrixView<Self>, into out: Buffer<Double>) {
    precondition(out.count == x.columns)
    unsafe columnSumsKernel(x.rows, x.columns, x.base, x.stride, out.base)
  }

  /// out[column] = Σ over rows of x·y, in double.
  package static func columnDots(
    _ x: MatrixView<Self>, _ y: MatrixView<Self>, into out: Buffer<Double>
  ) {
    precondition(x.hasSameShape(as: y) && out.count == x.columns)
    unsafe columnDotsKernel(x.rows, x.columns, x.base, x.stride, y.base, y.stride, out.base)
  }

  /// out[column] = Σ over rows of (x − center[column])², in double.
  package static func columnSquareDeviations(
    _ x: MatrixView<Self>, from center: Buffer<Self>, into out: Buffer<Double>
  ) {
    precondition(center.count == x.columns && out.count == x.columns)
    unsafe columnSquareDeviationsKernel(
      x.rows, x.columns, center.base, x.base, x.stride, out.base)
  }

  /// y = ((x − mean)·scale)·gamma + beta. `y` may be x.
  package static func batchNormalize(
    _ x: MatrixView<Self>, mean: Self, scale: Self, gamma: Self, beta: Self,
    into y: MatrixView<Self>
  ) {
    precondition(x.hasSameShape(as: y))
    unsafe batchNormalizeKernel(
      y.rows, y.columns, mean, scale, gamma, beta, x.base, x.stride, y.base, y.stride)
  }

  /// dx = a·(dy − b − ((x − mean)·scale)·c). `dx` may be dy.
  package static func batchNormalizeVJP(
    _ x: MatrixView<Self>, mean: Self, scale: Self, _ dy: MatrixView<Self>, a: Self, b: Self,
    c: Self,
    into dx: MatrixView<Self>
  ) {
    precondition(x.hasSameShape(as: dx) && dy.hasSameShape(as: dx))
    unsafe batchNormalizeBackwardKernel(
      dx.rows, dx.columns, mean, scale, a, b, c, x.base, x.stride, dy.base, dy.stride, dx.base,
      dx.stride)
  }

  /// y = x·scale[row mod n] + shift[row mod n], n being their count, or the product alone. `y` may
  /// be x.
  package static func scaleRows(
    _ x: MatrixView<Self>, by scale: Buffer<Self>, shift: Buffer<Self>?, into y: MatrixView<Self>
  ) {
    precondition(x.hasSameShape(as: y) && scale.count > 0)
    if let shift { precondition(shift.count == scale.count) }
    unsafe scaleRowsKernel(
      y.rows, y.columns, scale.count, scale.base, shift?.base, x.base, x.stride, y.base, y.stride)
  }

  /// y = (x − shift[column])·scale[column]. `y` may be x.
  package static func affineColumns(
    _ x: MatrixView<Self>, shift: Buffer<Self>, scale: Buffer<Self>, into y: MatrixView<Self>
  ) {
    precondition(x.hasSameShape(as: y) && shift.count == y.columns && scale.count == y.columns)
    unsafe affineColumnsKernel(
      y.rows, y.columns, shift.base, scale.base, x.base, x.stride, y.base, y.stride)
  }

  /// out = k[0][column] + k[1][column]·a + k[2][column]·b. `out` may be a or b.
  package static func combineColumns(
    _ k: MatrixView<Self>, _ a: MatrixView<Self>, _ b: MatrixView<Self>, into out: MatrixView<Self>
  ) {
    precondition(a.hasSameShape(as: out) && b.hasSameShape(as: out) && k.columns == out.columns)
    unsafe combineColumnsKernel(
      out.rows, out.columns, k.row(0).base, k.row(1).base, k.row(2).base, a.base, a.stride, b.base,
      b.stride, out.base, out.stride)
  }

  /// out += k[0][column] + k[1][column]·a + k[2][column]·b + k[3][column]·c.
  package static func addCombinedColumns(
    _ k: MatrixView<Self>, _ a: MatrixView<Self>, _ b: MatrixView<Self>, _ c: MatrixView<Self>,
    into out: MatrixView<Self>
  ) {
    precondition(
      a.hasSameShape(as: out) && b.hasSameShape(as: out) && c.hasSameShape(as: out)
        && k.columns == out.columns)
    unsafe addCombinedColumnsKernel(
      out.rows, out.columns, k.row(0).base, k.row(1).base, k.row(2).base, k.row(3).base, a.base,
      a.stride, b.base, b.stride, c.base, c.stride, out.base, out.stride)
  }
}

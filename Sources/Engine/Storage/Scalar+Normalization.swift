import CKernels

// Sums, and the affine maps of normalization. Each function traps if the kernel would access memory
// outside of its arguments.

extension Scalar {
  /// out[column] = Σ over rows of x².
  package static func columnSquares(_ x: MatrixView<Self>, into out: Buffer<Self>) {
    precondition(out.count == x.columns)
    var x = unsafe x.input
    unsafe kernels.pointee.column_squares(&x, out.output)
  }

  /// out[row] += Σ over columns of x.
  package static func addRowSums(_ x: MatrixView<Self>, into out: Buffer<Self>) {
    precondition(out.count == x.rows)
    var x = unsafe x.input
    unsafe kernels.pointee.add_row_sums(&x, out.output)
  }

  /// Σ x, with the sums of the rows added in double.
  package static func sum(_ x: MatrixView<Self>) -> Double {
    var x = unsafe x.input
    return unsafe kernels.pointee.sum(&x)
  }

  /// Σ (x − center)², with the sums of the rows added in double.
  package static func sumOfSquaredDeviations(_ x: MatrixView<Self>, from center: Self) -> Double {
    var x = unsafe x.input
    return unsafe kernels.pointee.sum_of_squared_deviations(center.argument, &x)
  }

  /// Σ (x − center) · y, with the sums of the rows added in double.
  package static func dot(_ x: MatrixView<Self>, from center: Self, _ y: MatrixView<Self>) -> Double
  {
    precondition(x.hasSameShape(as: y))
    var (x, y) = unsafe (x.input, y.input)
    return unsafe kernels.pointee.centered_dot(center.argument, &x, &y)
  }

  /// out[column] = Σ over rows of x, in double.
  package static func columnSums(_ x: MatrixView<Self>, into out: Buffer<Double>) {
    precondition(out.count == x.columns)
    var x = unsafe x.input
    unsafe kernels.pointee.column_sums(&x, out.sums)
  }

  /// out[column] = Σ over rows of x · y, in double.
  package static func columnDots(
    _ x: MatrixView<Self>, _ y: MatrixView<Self>, into out: Buffer<Double>
  ) {
    precondition(x.hasSameShape(as: y) && out.count == x.columns)
    var (x, y) = unsafe (x.input, y.input)
    unsafe kernels.pointee.column_dots(&x, &y, out.sums)
  }

  /// out[column] = Σ over rows of (x − center[column])², in double.
  package static func columnSquareDeviations(
    _ x: MatrixView<Self>, from center: Buffer<Self>, into out: Buffer<Double>
  ) {
    precondition(center.count == x.columns && out.count == x.columns)
    var x = unsafe x.input
    unsafe kernels.pointee.column_squared_deviations(center.input, &x, out.sums)
  }

  /// y = ((x − mean) · scale) · gamma + beta. `y` may be x.
  package static func batchNormalize(
    _ x: MatrixView<Self>, mean: Self, scale: Self, gamma: Self, beta: Self,
    into y: MatrixView<Self>
  ) {
    precondition(x.hasSameShape(as: y))
    var (x, y) = unsafe (x.input, y.output)
    unsafe kernels.pointee.batch_normalize(
      normalization(mean: mean.argument, scale: scale.argument),
      affine_map(gamma: gamma.argument, beta: beta.argument), &x, &y)
  }

  /// dx = a · (dy − b − ((x − mean) · scale) · c). `dx` may be dy.
  package static func batchNormalizeVJP(
    _ x: MatrixView<Self>, mean: Self, scale: Self, _ dy: MatrixView<Self>, a: Self, b: Self,
    c: Self, into dx: MatrixView<Self>
  ) {
    precondition(x.hasSameShape(as: dx) && dy.hasSameShape(as: dx))
    var (x, dy, dx) = unsafe (x.input, dy.input, dx.output)
    var coefficients = normalization_vjp(a: a.argument, b: b.argument, c: c.argument)
    unsafe kernels.pointee.batch_normalize_vjp(
      normalization(mean: mean.argument, scale: scale.argument), &coefficients, &x, &dy, &dx)
  }

  /// y = x · scale[row mod n] + shift[row mod n], where n is their count, or the product alone. `y`
  /// may be x.
  package static func scaleRows(
    _ x: MatrixView<Self>, by scale: Buffer<Self>, shift: Buffer<Self>?, into y: MatrixView<Self>
  ) {
    precondition(x.hasSameShape(as: y) && scale.count > 0)
    if let shift { precondition(shift.count == scale.count) }
    var (x, y) = unsafe (x.input, y.output)
    unsafe kernels.pointee.scale_rows(
      scale.input, input_buffer(shift), &x, &y)
  }

  /// y = (x − shift[column]) · scale[column]. `y` may be x.
  package static func affineColumns(
    _ x: MatrixView<Self>, shift: Buffer<Self>, scale: Buffer<Self>, into y: MatrixView<Self>
  ) {
    precondition(x.hasSameShape(as: y) && shift.count == y.columns && scale.count == y.columns)
    var (x, y) = unsafe (x.input, y.output)
    unsafe kernels.pointee.affine_columns(shift.input, scale.input, &x, &y)
  }

  /// out = k[0][column] + k[1][column] · a + k[2][column] · b. `out` may be a or b.
  package static func combineColumns(
    _ k: MatrixView<Self>, _ a: MatrixView<Self>, _ b: MatrixView<Self>, into out: MatrixView<Self>
  ) {
    precondition(a.hasSameShape(as: out) && b.hasSameShape(as: out))
    precondition(k.rows >= 3 && k.columns == out.columns)
    var (k, a, b, out) = unsafe (k.input, a.input, b.input, out.output)
    unsafe kernels.pointee.combine_columns(&k, &a, &b, &out)
  }

  /// out += k[0][column] + k[1][column] · a + k[2][column] · b + k[3][column] · c.
  package static func addCombinedColumns(
    _ k: MatrixView<Self>, _ a: MatrixView<Self>, _ b: MatrixView<Self>, _ c: MatrixView<Self>,
    into out: MatrixView<Self>
  ) {
    precondition(a.hasSameShape(as: out) && b.hasSameShape(as: out) && c.hasSameShape(as: out))
    precondition(k.rows >= 4 && k.columns == out.columns)
    var (k, a, b, c, out) = unsafe (k.input, a.input, b.input, c.input, out.output)
    unsafe kernels.pointee.add_combined_columns(
      &k, &a, &b, &c, &out)
  }
}

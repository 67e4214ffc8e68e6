import CKernels

extension Double: Scalar {
  static func product(
    _ a: UnsafePointer<Self>, _ aRow: Int, _ aColumn: Int, _ b: MatrixOperand<Self>,
    bias: UnsafePointer<Self>?, adding: Bool, into c: Block<Self>
  ) {
    product_f64(
      c.rows, c.columns, b.rows, a, aRow, aColumn, b.base, b.index, b.row, b.column, bias, adding,
      c.base,
      c.stride)
  }
  static func winograd(
    _ matrix: winograd_matrix, transposed: Bool, rows: Int, columns: Int, _ x: Patch<Self>,
    bias: UnsafePointer<Self>?, adding: (rows: Int, columns: Int), into y: Patch<Self>
  ) {
    winograd_f64(
      matrix, transposed, rows, columns, x.base, x.places, x.unit, x.stride, bias, adding.rows,
      adding.columns, y.base, y.places, y.unit, y.stride)
  }
  static func leakyReLU(_ x: Block<Self>, slope: Self) {
    leaky_relu_f64(x.rows, x.columns, slope, x.base, x.stride)
  }
  static func leakyReLUDerivative(_ d: Block<Self>, output y: Block<Self>, slope: Self) {
    leaky_relu_derivative_f64(d.rows, d.columns, slope, y.base, y.stride, d.base, d.stride)
  }
  static func hyperbolicTangent(_ x: Block<Self>) {
    hyperbolic_tangent_f64(x.rows, x.columns, x.base, x.stride)
  }
  static func sigmoid(_ x: Block<Self>) {
    sigmoid_f64(x.rows, x.columns, x.base, x.stride)
  }
  static func multiplyBySlope(
    _ d: Block<Self>, _ gamma: Self, _ delta: Self, output y: Block<Self>
  ) {
    multiply_by_slope_f64(d.rows, d.columns, gamma, delta, y.base, y.stride, d.base, d.stride)
  }
  static func addCurvature(
    _ gamma: Self, _ delta: Self, output y: Block<Self>, _ d: Block<Self>, _ u: Block<Self>,
    into out: Block<Self>
  ) {
    add_curvature_f64(
      out.rows, out.columns, gamma, delta, y.base, y.stride, d.base, d.stride, u.base, u.stride,
      out.base, out.stride)
  }
  static func interpolate(
    _ a: Block<Self>, _ b: Block<Self>, _ t: UnsafePointer<Self>, into out: Block<Self>
  ) {
    interpolate_f64(
      out.rows, out.columns, t, a.base, a.stride, b.base, b.stride, out.base, out.stride)
  }
  static func columnSquares(_ x: Block<Self>, into out: UnsafeMutablePointer<Self>) {
    column_squares_f64(x.rows, x.columns, x.base, x.stride, out)
  }
  static func scaleColumns(_ x: Block<Self>, by s: UnsafePointer<Self>) {
    scale_columns_f64(x.rows, x.columns, s, x.base, x.stride)
  }
  static func addRowSums(_ x: Block<Self>, into out: UnsafeMutablePointer<Self>) {
    add_row_sums_f64(x.rows, x.columns, x.base, x.stride, out)
  }
  static func blockSum(_ x: Block<Self>) -> Double {
    block_sum_f64(x.rows, x.columns, x.base, x.stride)
  }
  static func blockSquareDeviation(_ x: Block<Self>, from center: Self) -> Double {
    block_square_deviation_f64(x.rows, x.columns, center, x.base, x.stride)
  }
  static func blockDot(_ x: Block<Self>, from center: Self, _ y: Block<Self>) -> Double {
    block_dot_f64(x.rows, x.columns, center, x.base, x.stride, y.base, y.stride)
  }
  static func columnSums(_ x: Block<Self>, into out: UnsafeMutablePointer<Double>) {
    column_sums_f64(x.rows, x.columns, x.base, x.stride, out)
  }
  static func columnDots(
    _ x: Block<Self>, _ y: Block<Self>, into out: UnsafeMutablePointer<Double>
  ) {
    column_dots_f64(x.rows, x.columns, x.base, x.stride, y.base, y.stride, out)
  }
  static func columnSquareDeviations(
    _ x: Block<Self>, from center: UnsafePointer<Self>, into out: UnsafeMutablePointer<Double>
  ) {
    column_square_deviations_f64(x.rows, x.columns, center, x.base, x.stride, out)
  }
  static func batchNormalize(
    _ x: Block<Self>, mean: Self, scale: Self, gamma: Self, beta: Self, into y: Block<Self>
  ) {
    batch_normalize_f64(
      y.rows, y.columns, mean, scale, gamma, beta, x.base, x.stride, y.base, y.stride)
  }
  static func batchNormalizeBackward(
    _ x: Block<Self>, mean: Self, scale: Self, _ dy: Block<Self>, a: Self, b: Self, c: Self,
    into dx: Block<Self>
  ) {
    batch_normalize_backward_f64(
      dx.rows, dx.columns, mean, scale, a, b, c, x.base, x.stride, dy.base, dy.stride, dx.base,
      dx.stride)
  }
  static func scaleRows(
    _ x: Block<Self>, by scale: UnsafePointer<Self>, shift: UnsafePointer<Self>?, period: Int,
    into y: Block<Self>
  ) {
    scale_rows_f64(
      y.rows, y.columns, period, scale, shift, x.base, x.stride, y.base, y.stride)
  }
  static func affineColumns(
    _ x: Block<Self>, shift: UnsafePointer<Self>, scale: UnsafePointer<Self>, into y: Block<Self>
  ) {
    affine_columns_f64(y.rows, y.columns, shift, scale, x.base, x.stride, y.base, y.stride)
  }
  static func combineColumns(
    _ k0: UnsafePointer<Self>, _ k1: UnsafePointer<Self>, _ a: Block<Self>,
    _ k2: UnsafePointer<Self>, _ b: Block<Self>, into out: Block<Self>
  ) {
    combine_columns_f64(
      out.rows, out.columns, k0, k1, k2, a.base, a.stride, b.base, b.stride, out.base, out.stride)
  }
  static func addCombinedColumns(
    _ k0: UnsafePointer<Self>, _ k1: UnsafePointer<Self>, _ a: Block<Self>,
    _ k2: UnsafePointer<Self>, _ b: Block<Self>, _ k3: UnsafePointer<Self>, _ c: Block<Self>,
    into out: Block<Self>
  ) {
    add_combined_columns_f64(
      out.rows, out.columns, k0, k1, k2, k3, a.base, a.stride, b.base, b.stride, c.base, c.stride,
      out.base, out.stride)
  }
  static func addScaled(_ x: Block<Self>, by s: Self, to y: Block<Self>) {
    add_scaled_f64(y.rows, y.columns, s, x.base, x.stride, y.base, y.stride)
  }
  static func gather(
    _ images: UnsafePointer<UInt8>, size: Int, _ indices: UnsafePointer<UInt32>,
    into out: Block<Self>
  ) {
    gather_bytes_f64(out.rows, out.columns, images, size, indices, out.base, out.stride)
  }
  static func gather(
    _ images: UnsafePointer<Float>, size: Int, _ indices: UnsafePointer<UInt32>,
    into out: Block<Self>
  ) {
    gather_floats_f64(out.rows, out.columns, images, size, indices, out.base, out.stride)
  }
  static func fillNormal(
    _ out: Block<Self>, key: UInt64, stream: UInt32, step: UInt32, first: UInt32
  ) {
    normal_columns_f64(
      out.rows, out.columns, key, stream, step, first, out.base, out.stride)
  }
  static func fillUniform(
    _ out: UnsafeMutablePointer<Self>, count: Int, key: UInt64, stream: UInt32, step: UInt32,
    first: UInt32
  ) {
    uniforms_f64(count, key, stream, step, first, out)
  }
  static func fillDropoutMask(
    _ mask: Block<Self>, features: Int, threshold: UInt32, key: UInt64, stream: UInt32,
    step: UInt32, first: UInt32
  ) {
    dropout_mask_f64(
      features, mask.columns, threshold, key, stream, step, first, mask.base, mask.stride)
  }
  static func applyMask(_ mask: Block<Self>, scale: Self, to x: Block<Self>) {
    apply_mask_f64(x.rows, x.columns, scale, mask.base, mask.stride, x.base, x.stride)
  }
  static func adam(
    _ p: UnsafeMutablePointer<Self>, _ m: UnsafeMutablePointer<Self>,
    _ v: UnsafeMutablePointer<Self>, _ g: UnsafePointer<Self>, count: Int, _ c: AdamConstants<Self>
  ) {
    adam_f64(
      count, p, m, v, g, c.beta1, c.oneMinusBeta1, c.beta2, c.oneMinusBeta2, c.rate, c.root,
      c.epsilon)
  }
  static func rmsprop(
    _ p: UnsafeMutablePointer<Self>, _ v: UnsafeMutablePointer<Self>, _ g: UnsafePointer<Self>,
    count: Int, _ c: RMSPropConstants<Self>
  ) {
    rmsprop_f64(count, p, v, g, c.alpha, c.oneMinusAlpha, c.rate, c.epsilon)
  }
  static func clamp(_ p: UnsafeMutablePointer<Self>, count: Int, bound: Self) {
    clamp_f64(count, p, bound)
  }
  static func transpose(_ x: Block<Self>, into y: Block<Self>) {
    transpose_f64(x.rows, x.columns, x.base, x.stride, y.base, y.stride)
  }
  static func allWithin(_ x: UnsafePointer<Self>, count: Int, bound: Self) -> Bool {
    all_within_f64(count, x, bound)
  }
}

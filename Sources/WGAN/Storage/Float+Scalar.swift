import CKernels

extension Float: Scalar {
  static func product(
    _ a: UnsafePointer<Self>, _ aRow: Int, _ aColumn: Int, _ b: MatrixOperand<Self>,
    bias: UnsafePointer<Self>?, adding: Bool, into c: Block<Self>
  ) {
    product_f32(
      c.rows, c.columns, b.rows, a, aRow, aColumn, b.base, b.index, b.row, b.column, bias, adding,
      c.base,
      c.stride)
  }
  static func leakyReLU(_ x: Block<Self>, slope: Self) {
    leaky_relu_f32(x.rows, x.columns, slope, x.base, x.stride)
  }
  static func leakyReLUDerivative(_ d: Block<Self>, output y: Block<Self>, slope: Self) {
    leaky_relu_derivative_f32(d.rows, d.columns, slope, y.base, y.stride, d.base, d.stride)
  }
  static func hyperbolicTangent(_ x: Block<Self>) {
    hyperbolic_tangent_f32(x.rows, x.columns, x.base, x.stride)
  }
  static func hyperbolicTangentDerivative(_ d: Block<Self>, output y: Block<Self>) {
    hyperbolic_tangent_derivative_f32(d.rows, d.columns, y.base, y.stride, d.base, d.stride)
  }
  static func interpolate(
    _ a: Block<Self>, _ b: Block<Self>, _ t: UnsafePointer<Self>, into out: Block<Self>
  ) {
    interpolate_f32(
      out.rows, out.columns, t, a.base, a.stride, b.base, b.stride, out.base, out.stride)
  }
  static func columnSquares(_ x: Block<Self>, into out: UnsafeMutablePointer<Self>) {
    column_squares_f32(x.rows, x.columns, x.base, x.stride, out)
  }
  static func scaleColumns(_ x: Block<Self>, by s: UnsafePointer<Self>) {
    scale_columns_f32(x.rows, x.columns, s, x.base, x.stride)
  }
  static func addRowSums(_ x: Block<Self>, into out: UnsafeMutablePointer<Self>) {
    add_row_sums_f32(x.rows, x.columns, x.base, x.stride, out)
  }
  static func gather(
    _ images: UnsafePointer<UInt8>, size: Int, _ indices: UnsafePointer<UInt32>,
    into out: Block<Self>
  ) {
    gather_bytes_f32(out.rows, out.columns, images, size, indices, out.base, out.stride)
  }
  static func gather(
    _ images: UnsafePointer<Float>, size: Int, _ indices: UnsafePointer<UInt32>,
    into out: Block<Self>
  ) {
    gather_floats_f32(out.rows, out.columns, images, size, indices, out.base, out.stride)
  }
  static func fillNormal(
    _ out: Block<Self>, key: UInt64, stream: UInt32, step: UInt32, first: UInt32
  ) {
    normal_columns_f32(
      out.rows, out.columns, key, stream, step, first, out.base, out.stride)
  }
  static func fillUniform(
    _ out: UnsafeMutablePointer<Self>, count: Int, key: UInt64, stream: UInt32, step: UInt32,
    first: UInt32
  ) {
    uniforms_f32(count, key, stream, step, first, out)
  }
  static func adam(
    _ p: UnsafeMutablePointer<Self>, _ m: UnsafeMutablePointer<Self>,
    _ v: UnsafeMutablePointer<Self>, _ g: UnsafePointer<Self>, count: Int, _ c: AdamConstants<Self>
  ) {
    adam_f32(
      count, p, m, v, g, c.beta1, c.oneMinusBeta1, c.beta2, c.oneMinusBeta2, c.rate, c.root,
      c.epsilon)
  }
  static func rmsprop(
    _ p: UnsafeMutablePointer<Self>, _ v: UnsafeMutablePointer<Self>, _ g: UnsafePointer<Self>,
    count: Int, _ c: RMSPropConstants<Self>
  ) {
    rmsprop_f32(count, p, v, g, c.alpha, c.oneMinusAlpha, c.rate, c.epsilon)
  }
  static func clamp(_ p: UnsafeMutablePointer<Self>, count: Int, bound: Self) {
    clamp_f32(count, p, bound)
  }
  static func allWithin(_ x: UnsafePointer<Self>, count: Int, bound: Self) -> Bool {
    all_within_f32(count, x, bound)
  }
}

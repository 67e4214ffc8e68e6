import CKernels

// Activations, and other kernels that work element by element. Each function traps if the kernel
// would access memory outside of its arguments.

extension Scalar {
  /// x = x > 0 ? x : slope · x.
  package static func leakyReLU(_ x: MatrixView<Self>, slope: Self) {
    var x = unsafe x.output
    unsafe kernels.pointee.leaky_relu(&x, slope.argument)
  }

  /// d = y > 0 ? d : slope · d.
  package static func leakyReLUDerivative(
    _ d: MatrixView<Self>, output y: MatrixView<Self>, slope: Self
  ) {
    precondition(y.hasSameShape(as: d))
    var (y, d) = unsafe (y.input, d.output)
    unsafe kernels.pointee.leaky_relu_derivative(&y, slope.argument, &d)
  }

  /// x = tanh x.
  package static func hyperbolicTangent(_ x: MatrixView<Self>) {
    var x = unsafe x.output
    unsafe kernels.pointee.tanh(&x)
  }

  /// x = 1 / (1 + e⁻ˣ).
  package static func sigmoid(_ x: MatrixView<Self>) {
    var x = unsafe x.output
    unsafe kernels.pointee.sigmoid(&x)
  }

  /// d = d · (γ + y · (δ − y)), where y is the output: the derivative of tanh for (1, 0), and of the
  /// sigmoid for (0, 1).
  package static func multiplyBySlope(
    _ d: MatrixView<Self>, _ gamma: Self, _ delta: Self, output y: MatrixView<Self>
  ) {
    precondition(y.hasSameShape(as: d))
    var (y, d) = unsafe (y.input, d.output)
    unsafe kernels.pointee.tanh_or_sigmoid_derivative(
      tanh_or_sigmoid(gamma: gamma.argument, delta: delta.argument), &y, &d)
  }

  /// out += (δ − 2 · y) · (γ + y · (δ − y)) · d · u: the second derivative of the same functions,
  /// times the cotangent d of the output and the tangent u of the input.
  package static func addSecondOrderTerm(
    _ gamma: Self, _ delta: Self, output y: MatrixView<Self>, _ d: MatrixView<Self>,
    _ u: MatrixView<Self>, into out: MatrixView<Self>
  ) {
    precondition(y.hasSameShape(as: out) && d.hasSameShape(as: out) && u.hasSameShape(as: out))
    var (y, d, u, out) = unsafe (y.input, d.input, u.input, out.output)
    unsafe kernels.pointee.add_second_order_term(
      tanh_or_sigmoid(gamma: gamma.argument, delta: delta.argument), &y, &d,
      &u, &out)
  }

  /// out = b + t[column] · (a − b). `out` may be a or b.
  package static func interpolate(
    _ a: MatrixView<Self>, _ b: MatrixView<Self>, _ t: Buffer<Self>, into out: MatrixView<Self>
  ) {
    precondition(a.hasSameShape(as: out) && b.hasSameShape(as: out) && t.count == out.columns)
    var (a, b, out) = unsafe (a.input, b.input, out.output)
    unsafe kernels.pointee.interpolate(t.input, &a, &b, &out)
  }

  /// x = x · s[column].
  package static func scaleColumns(_ x: MatrixView<Self>, by s: Buffer<Self>) {
    precondition(s.count == x.columns)
    var x = unsafe x.output
    unsafe kernels.pointee.scale_columns(s.input, &x)
  }

  /// y += s · x.
  package static func addScaled(_ x: MatrixView<Self>, by s: Self, to y: MatrixView<Self>) {
    precondition(x.hasSameShape(as: y))
    var (x, y) = unsafe (x.input, y.output)
    unsafe kernels.pointee.add_scaled(s.argument, &x, &y)
  }

  /// Fills the mask of `features` rows with one bit each: 1 where a random word is at least
  /// `threshold`. Row r / 32 of `mask` has the bits of row r. Column j is sample `first + j` of
  /// (key, stream, step).
  package static func fillDropoutMask(
    _ mask: MatrixView<Self>, features: Int, threshold: UInt32, key: UInt64, stream: UInt32,
    step: UInt32, first: UInt32
  ) {
    precondition(features >= 0 && mask.rows == (features + 31) / 32)
    var (position, mask) = unsafe (
      random_position(key: key, stream: stream, step: step, first: first), mask.output
    )
    unsafe kernels.pointee.fill_dropout_mask(&position, threshold, features, &mask)
  }

  /// x = x · scale where the mask has a 1, and 0 where it has a 0.
  package static func applyMask(_ mask: MatrixView<Self>, scale: Self, to x: MatrixView<Self>) {
    precondition(mask.rows == (x.rows + 31) / 32 && mask.columns == x.columns)
    var (mask, x) = unsafe (mask.input, x.output)
    unsafe kernels.pointee.apply_mask(scale.argument, &mask, &x)
  }
}

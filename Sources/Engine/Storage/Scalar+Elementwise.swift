// Every one of these traps where a kernel would reach outside of what it is given.

extension Scalar {
  /// x = x > 0 ? x : slope·x.
  package static func leakyReLU(_ x: MatrixView<Self>, slope: Self) {
    unsafe leakyReLUKernel(x.rows, x.columns, slope, x.base, x.stride)
  }

  /// d = y > 0 ? d : slope·d.
  package static func leakyReLUDerivative(
    _ d: MatrixView<Self>, output y: MatrixView<Self>, slope: Self
  ) {
    precondition(y.hasSameShape(as: d))
    unsafe leakyReLUDerivativeKernel(
      d.rows, d.columns, slope, y.base, y.stride, d.base, d.stride)
  }

  /// x = tanh x.
  package static func hyperbolicTangent(_ x: MatrixView<Self>) {
    unsafe hyperbolicTangentKernel(x.rows, x.columns, x.base, x.stride)
  }

  /// x = 1 / (1 + e⁻ˣ).
  package static func sigmoid(_ x: MatrixView<Self>) {
    unsafe sigmoidKernel(x.rows, x.columns, x.base, x.stride)
  }

  /// d = d·(γ + y·(δ − y)): the derivative of tanh, with 1 and 0, or of the sigmoid, with 0 and 1.
  package static func multiplyBySlope(
    _ d: MatrixView<Self>, _ gamma: Self, _ delta: Self, output y: MatrixView<Self>
  ) {
    precondition(y.hasSameShape(as: d))
    unsafe multiplyBySlopeKernel(
      d.rows, d.columns, gamma, delta, y.base, y.stride, d.base, d.stride)
  }

  /// out += (δ − 2·y)·(γ + y·(δ − y))·d·u: the second derivative of the same, between d and u.
  package static func addSecondOrderTerm(
    _ gamma: Self, _ delta: Self, output y: MatrixView<Self>, _ d: MatrixView<Self>,
    _ u: MatrixView<Self>,
    into out: MatrixView<Self>
  ) {
    precondition(y.hasSameShape(as: out) && d.hasSameShape(as: out) && u.hasSameShape(as: out))
    unsafe addCurvatureKernel(
      out.rows, out.columns, gamma, delta, y.base, y.stride, d.base, d.stride, u.base, u.stride,
      out.base, out.stride)
  }

  /// out = b + t[column]·(a − b).
  package static func interpolate(
    _ a: MatrixView<Self>, _ b: MatrixView<Self>, _ t: Buffer<Self>, into out: MatrixView<Self>
  ) {
    precondition(a.hasSameShape(as: out) && b.hasSameShape(as: out) && t.count == out.columns)
    unsafe interpolateKernel(
      out.rows, out.columns, t.base, a.base, a.stride, b.base, b.stride, out.base, out.stride)
  }

  /// x = x·s[column].
  package static func scaleColumns(_ x: MatrixView<Self>, by s: Buffer<Self>) {
    precondition(s.count == x.columns)
    unsafe scaleColumnsKernel(x.rows, x.columns, s.base, x.base, x.stride)
  }

  /// y += s·x.
  package static func addScaled(_ x: MatrixView<Self>, by s: Self, to y: MatrixView<Self>) {
    precondition(x.hasSameShape(as: y))
    unsafe addScaledKernel(y.rows, y.columns, s, x.base, x.stride, y.base, y.stride)
  }

  /// The mask of `features` rows: a bit each, 1 where a random word is at least `threshold`; row
  /// r / 32 of `mask` has those of row r. Column j is sample `first + j` of (key, stream, step).
  package static func fillDropoutMask(
    _ mask: MatrixView<Self>, features: Int, threshold: UInt32, key: UInt64, stream: UInt32,
    step: UInt32, first: UInt32
  ) {
    precondition(features >= 0 && mask.rows == (features + 31) / 32)
    unsafe dropoutMaskKernel(
      features, mask.columns, threshold, key, stream, step, first, mask.base, mask.stride)
  }

  /// x = x·scale where the mask has a 1, and 0 where it has a 0.
  package static func applyMask(_ mask: MatrixView<Self>, scale: Self, to x: MatrixView<Self>) {
    precondition(mask.rows == (x.rows + 31) / 32 && mask.columns == x.columns)
    unsafe applyMaskKernel(x.rows, x.columns, scale, mask.base, mask.stride, x.base, x.stride)
  }
}

/// y = x / (1 − p) with probability 1 − p, else 0 (Srivastava et al. 2014). In sampling y = x.
///
/// Which numbers are kept is drawn before forward, into the notes: one mask for every pass over the
/// same columns, those of the penalty included. Features count as they lie: an image's position by
/// position, and so those of a vector that was an image, or becomes one.
struct Dropout: PointwiseLayer {
  let shape: ImageShape
  /// How its numbers lie: those of a vector that was an image, or becomes one, as that image's.
  let layout: ImageShape
  /// The probability of 0.
  let probability: Double
  /// The sign of what is kept; what is not has no derivative.
  var preserves: OutputDependency { .sign }
  /// 32 rows to one.
  var savedRows: Int { (shape.count + 31) / 32 }

  func apply<S: Scalar>(_ x: MatrixView<S>, saved: MatrixView<S>) {
    S.applyMask(saved, scale: S(1 / (1 - probability)), to: x)
  }

  func multiplyByDerivative<S: Scalar>(
    _ d: MatrixView<S>, output _: MatrixView<S>, saved: MatrixView<S>
  ) {
    apply(d, saved: saved)
  }

  /// Draws the mask; column j is sample `first + j` of (key, stream, step).
  func draw<S: Scalar>(
    _ saved: MatrixView<S>, key: UInt64, stream: UInt32, step: UInt32, first: UInt32
  ) {
    let threshold = UInt32((probability * 0x1p32).rounded())
    S.fillDropoutMask(
      saved, features: shape.count, threshold: threshold, key: key, stream: stream, step: step,
      first: first)
  }
}

/// y = x for x > 0, slope·x elsewhere; slope 0 is ReLU (Maas, Hannun, Ng 2013).
///
/// Its second derivative is zero, so the penalty's exact gradient needs no further term.
struct LeakyReLU: PointwiseLayer {
  let shape: ImageShape
  let slope: Double
  var readsOutput: OutputDependency { .sign }

  func apply<S: Scalar>(_ x: MatrixView<S>, saved _: MatrixView<S>) {
    S.leakyReLU(x, slope: S(slope))
  }

  func multiplyByDerivative<S: Scalar>(
    _ d: MatrixView<S>, output y: MatrixView<S>, saved _: MatrixView<S>
  ) {
    S.leakyReLUDerivative(d, output: y, slope: S(slope))
  }
}

/// y = x for x > 0, slope·x elsewhere; slope 0 is ReLU (Maas, Hannun, Ng 2013).
///
/// Its second derivative is 0, so the penalty's exact gradient needs no further term.
struct LeakyReLU: PointwiseLayer {
  let shape: Shape
  let slope: Double
  var readsOutput: OutputDependency { .sign }

  @_specialize(where S == Float)
  func apply<S: Scalar>(to x: MatrixView<S>, _: LayerContext<S>) {
    S.leakyReLU(x, slope: S(slope))
  }

  @_specialize(where S == Float)
  func multiplyByDerivative<S: Scalar>(_ d: MatrixView<S>, _ context: LayerContext<S>) {
    S.leakyReLUDerivative(d, output: context.output, slope: S(slope))
  }
}

/// The same numbers under another shape: the layer before already makes them in its order, and a
/// dense layer after it reads any shape. It does nothing, in place; it has a place in
/// `nn.Sequential`. So has whatever the convolution after it does along with its own work.
struct Identity: PointwiseLayer {
  let shape: ImageShape
  var preserves: OutputDependency { .value }

  func apply<S: Scalar>(_: MatrixView<S>, saved _: MatrixView<S>) {}
  func multiplyByDerivative<S: Scalar>(
    _: MatrixView<S>, output _: MatrixView<S>, saved _: MatrixView<S>
  ) {}
}

/// y = x: a reshape, a flatten, the ends of a residual block, and whatever the convolution after it
/// computes along with its own work.
///
/// The layer before a reshape already produces its order, and a dense layer reads any shape.
struct Identity: PointwiseLayer {
  let shape: Shape
  var preserves: OutputDependency { .value }
  var isIdentity: Bool { true }

  @_specialize(where S == Float)
  func apply<S: Scalar>(to _: MatrixView<S>, _: LayerContext<S>) {}
  @_specialize(where S == Float)
  func multiplyByDerivative<S: Scalar>(_: MatrixView<S>, _: LayerContext<S>) {}
}

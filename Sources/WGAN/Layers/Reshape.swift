/// The same numbers under another shape: the layer before already makes them in its order, and a
/// dense layer after it reads any shape. It does nothing, in place; it has a place in
/// `nn.Sequential`.
struct Reshape: ActivationFunction {
  let shape: ImageShape

  func apply<S: Scalar>(_: Block<S>) {}
  func multiplyByDerivative<S: Scalar>(_: Block<S>, output _: Block<S>) {}
}

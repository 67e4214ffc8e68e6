/// y = tanh x, or the sigmoid, y = 1 / (1 + e⁻ˣ): functions with the derivative y′ = γ + y·(δ − y),
/// and so with the second derivative (δ − 2y)·y′.
struct TanhOrSigmoid: PointwiseLayer {
  enum Function { case tanh, sigmoid }

  let shape: ImageShape
  let function: Function
  var readsOutput: OutputDependency { .value }
  var hasSecondOrderTerm: Bool { true }

  private var gamma: Double { function == .tanh ? 1 : 0 }
  private var delta: Double { 1 - gamma }

  func apply<S: Scalar>(_ x: MatrixView<S>, saved _: MatrixView<S>) {
    switch function {
    case .tanh: S.hyperbolicTangent(x)
    case .sigmoid: S.sigmoid(x)
    }
  }

  func multiplyByDerivative<S: Scalar>(
    _ d: MatrixView<S>, output y: MatrixView<S>, saved _: MatrixView<S>
  ) {
    S.multiplyBySlope(d, S(gamma), S(delta), output: y)
  }

  func addSecondOrderTerm<S: Scalar>(
    _ u: MatrixView<S>, _ dy: MatrixView<S>, output y: MatrixView<S>, saved _: MatrixView<S>,
    into dx: MatrixView<S>
  ) {
    S.addSecondOrderTerm(S(gamma), S(delta), output: y, dy, u, into: dx)
  }
}

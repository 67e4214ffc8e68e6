/// y = tanh x, or the sigmoid, y = 1 / (1 + e⁻ˣ): functions with the derivative y′ = γ + y·(δ − y), and
/// so with the second derivative (δ − 2y)·y′.
struct TanhOrSigmoid: PointwiseLayer {
  enum Function { case tanh, sigmoid }

  let shape: Shape
  let function: Function
  var readsOutput: OutputDependency { .value }
  var hasSecondOrderTerm: Bool { true }

  private var gamma: Double { function == .tanh ? 1 : 0 }
  private var delta: Double { 1 - gamma }

  @_specialize(where S == Float)
  func apply<S: Scalar>(to x: MatrixView<S>, _: LayerContext<S>) {
    switch function {
    case .tanh: S.hyperbolicTangent(x)
    case .sigmoid: S.sigmoid(x)
    }
  }

  @_specialize(where S == Float)
  func multiplyByDerivative<S: Scalar>(_ d: MatrixView<S>, _ context: LayerContext<S>) {
    S.multiplyBySlope(d, S(gamma), S(delta), output: context.output)
  }

  @_specialize(where S == Float)
  func addSecondOrderTerm<S: Scalar>(
    _ u: MatrixView<S>, _ dy: MatrixView<S>, to dx: MatrixView<S>, _ context: LayerContext<S>
  ) {
    S.addSecondOrderTerm(S(gamma), S(delta), output: context.output, dy, u, into: dx)
  }
}

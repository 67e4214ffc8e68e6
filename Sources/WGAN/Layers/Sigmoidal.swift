/// y = tanh x, or the sigmoid, y = 1 / (1 + e⁻ˣ): functions with the derivative y′ = γ + y·(δ − y),
/// and so with the second derivative (δ − 2y)·y′.
struct Sigmoidal: PointwiseLayer {
  enum Function { case tanh, sigmoid }

  let shape: ImageShape
  let function: Function
  var readsOutput: OutputKnowledge { .value }
  var isCurved: Bool { true }

  private var gamma: Double { function == .tanh ? 1 : 0 }
  private var delta: Double { 1 - gamma }

  func apply<S: Scalar>(_ x: Block<S>, notes _: Block<S>) {
    switch function {
    case .tanh: S.hyperbolicTangent(x)
    case .sigmoid: S.sigmoid(x)
    }
  }

  func multiplyByDerivative<S: Scalar>(_ d: Block<S>, output y: Block<S>, notes _: Block<S>) {
    S.multiplyBySlope(d, S(gamma), S(delta), output: y)
  }

  func addCurvature<S: Scalar>(
    _ u: Block<S>, _ dy: Block<S>, output y: Block<S>, notes _: Block<S>, into dx: Block<S>
  ) {
    S.addCurvature(S(gamma), S(delta), output: y, dy, u, into: dx)
  }
}

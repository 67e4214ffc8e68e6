/// y = tanh x, with derivative 1 − y² and second derivative −2y·(1 − y²).
struct Tanh: PointwiseLayer {
  let shape: ImageShape
  var readsOutput: OutputKnowledge { .value }
  var isCurved: Bool { true }

  func apply<S: Scalar>(_ x: Block<S>, notes _: Block<S>) { S.hyperbolicTangent(x) }

  func multiplyByDerivative<S: Scalar>(_ d: Block<S>, output y: Block<S>, notes _: Block<S>) {
    S.hyperbolicTangentDerivative(d, output: y)
  }

  func addCurvature<S: Scalar>(
    _ u: Block<S>, _ dy: Block<S>, output y: Block<S>, notes _: Block<S>, into dx: Block<S>
  ) {
    S.addCurvature(0, -2, 1, 0, output: y, dy, u, into: dx)
  }
}

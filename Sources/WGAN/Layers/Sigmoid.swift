/// y = 1 / (1 + e⁻ˣ), with derivative y·(1 − y) and second derivative y·(1 − y)·(1 − 2y).
struct Sigmoid: PointwiseLayer {
  let shape: ImageShape
  var readsOutput: OutputKnowledge { .value }
  var isCurved: Bool { true }

  func apply<S: Scalar>(_ x: Block<S>, notes _: Block<S>) { S.sigmoid(x) }

  func multiplyByDerivative<S: Scalar>(_ d: Block<S>, output y: Block<S>, notes _: Block<S>) {
    S.sigmoidDerivative(d, output: y)
  }

  func addCurvature<S: Scalar>(
    _ u: Block<S>, _ dy: Block<S>, output y: Block<S>, notes _: Block<S>, into dx: Block<S>
  ) {
    S.addCurvature(1, -2, 0, 1, output: y, dy, u, into: dx)
  }
}

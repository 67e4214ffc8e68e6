/// y = x for x > 0, slope·x elsewhere; slope 0 is ReLU (Maas, Hannun, Ng 2013).
///
/// Its second derivative is zero, so the penalty's exact gradient needs no further term.
struct LeakyReLU: PointwiseLayer {
  let shape: ImageShape
  let slope: Double
  var readsOutput: OutputKnowledge { .sign }

  func apply<S: Scalar>(_ x: Block<S>, notes _: Block<S>) { S.leakyReLU(x, slope: S(slope)) }

  func multiplyByDerivative<S: Scalar>(_ d: Block<S>, output y: Block<S>, notes _: Block<S>) {
    S.leakyReLUDerivative(d, output: y, slope: S(slope))
  }
}

/// y = tanh x, with derivative 1 − y².
///
/// It is curved: in a critic with a gradient penalty it would add a term to x that the four verbs
/// do not carry, so `Configuration` refuses it there. A generator may use it.
struct Tanh: ActivationFunction {
  let shape: ImageShape

  func apply<S: Scalar>(_ x: Block<S>) { S.hyperbolicTangent(x) }

  func multiplyByDerivative<S: Scalar>(_ d: Block<S>, output y: Block<S>) {
    S.hyperbolicTangentDerivative(d, output: y)
  }
}

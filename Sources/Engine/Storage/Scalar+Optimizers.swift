// One loop over the parameters each. Every one of these traps where a kernel would reach outside of
// what it is given.

/// The numbers of an RMSProp step. One minus α is rounded once, from double, as PyTorch does.
package struct RMSPropConstants<S: Scalar>: Sendable {
  let alpha: S, oneMinusAlpha: S, rate: S, epsilon: S

  package init(alpha: Double, rate: Double, epsilon: Double) {
    (self.alpha, oneMinusAlpha) = (S(alpha), S(1 - alpha))
    (self.rate, self.epsilon) = (S(rate), S(epsilon))
  }
}

/// The numbers of one Adam step that all parameters share.
package struct AdamConstants<S: Scalar>: Sendable {
  let beta1: S, oneMinusBeta1: S, beta2: S, oneMinusBeta2: S
  /// The learning rate over 1 − β₁ᵗ.
  let rate: S
  /// 1 / √(1 − β₂ᵗ).
  let root: S
  let epsilon: S

  /// - Parameters:
  ///   - power1: β₁ᵗ.
  ///   - power2: β₂ᵗ.
  package init(
    rate: Double, beta1: Double, beta2: Double, epsilon: Double, power1: Double, power2: Double
  ) {
    (self.beta1, oneMinusBeta1) = (S(beta1), S(1 - beta1))
    (self.beta2, oneMinusBeta2) = (S(beta2), S(1 - beta2))
    self.rate = S(rate / (1 - power1))
    root = S(1 / (1 - power2).squareRoot())
    self.epsilon = S(epsilon)
  }
}

extension Scalar {
  /// One Adam update of the parameters p, by their gradient g and its moments m and v.
  package static func adam(
    _ p: Buffer<Self>, _ m: Buffer<Self>, _ v: Buffer<Self>, _ g: Buffer<Self>,
    _ c: AdamConstants<Self>
  ) {
    precondition(m.count == p.count && v.count == p.count && g.count == p.count)
    unsafe adamKernel(
      p.count, p.base, m.base, v.base, g.base, c.beta1, c.oneMinusBeta1, c.beta2, c.oneMinusBeta2,
      c.rate, c.root, c.epsilon)
  }

  /// One RMSProp update of the parameters p, by their gradient g and its moment v.
  package static func rmsprop(
    _ p: Buffer<Self>, _ v: Buffer<Self>, _ g: Buffer<Self>, _ c: RMSPropConstants<Self>
  ) {
    precondition(v.count == p.count && g.count == p.count)
    unsafe rmspropKernel(
      p.count, p.base, v.base, g.base, c.alpha, c.oneMinusAlpha, c.rate, c.epsilon)
  }

  /// p = min(max(p, −bound), bound).
  package static func clamp(_ p: Buffer<Self>, bound: Self) {
    unsafe clampKernel(p.count, p.base, bound)
  }

  /// Whether |x| ≤ bound for every number; a NaN is beyond any bound.
  package static func allWithin(_ x: Buffer<Self>, bound: Self) -> Bool {
    unsafe allWithinKernel(x.count, x.base, bound)
  }

  /// The same of a file's numbers.
  package static func allWithin(_ x: StoredTensor<Self>, bound: Self) -> Bool {
    unsafe allWithinKernel(x.count, x.base, bound)
  }
}

// One loop over the parameters each. Every one of these traps where a kernel would reach outside of
// what it is given.

/// The numbers of an RMSProp step. One minus α is rounded once, from double, as PyTorch does.
struct RMSPropConstants<S: Scalar>: Sendable {
  var alpha: S, oneMinusAlpha: S, rate: S, epsilon: S
}

/// The numbers of one Adam step that all parameters share.
struct AdamConstants<S: Scalar>: Sendable {
  var beta1: S, oneMinusBeta1: S, beta2: S, oneMinusBeta2: S
  /// The learning rate over 1 − β₁ᵗ.
  var rate: S
  /// 1 / √(1 − β₂ᵗ).
  var root: S
  var epsilon: S
}

extension Scalar {
  /// One Adam update of the parameters p, by their gradient g and its moments m and v.
  static func adam(
    _ p: Buffer<Self>, _ m: Buffer<Self>, _ v: Buffer<Self>, _ g: Buffer<Self>,
    _ c: AdamConstants<Self>
  ) {
    precondition(m.count == p.count && v.count == p.count && g.count == p.count)
    unsafe adamKernel(
      p.count, p.base, m.base, v.base, g.base, c.beta1, c.oneMinusBeta1, c.beta2, c.oneMinusBeta2,
      c.rate, c.root, c.epsilon)
  }

  /// One RMSProp update of the parameters p, by their gradient g and its moment v.
  static func rmsprop(
    _ p: Buffer<Self>, _ v: Buffer<Self>, _ g: Buffer<Self>, _ c: RMSPropConstants<Self>
  ) {
    precondition(v.count == p.count && g.count == p.count)
    unsafe rmspropKernel(
      p.count, p.base, v.base, g.base, c.alpha, c.oneMinusAlpha, c.rate, c.epsilon)
  }

  /// p = min(max(p, −bound), bound).
  static func clamp(_ p: Buffer<Self>, bound: Self) { unsafe clampKernel(p.count, p.base, bound) }

  /// Whether |x| ≤ bound for every number; a NaN is beyond any bound.
  static func allWithin(_ x: Buffer<Self>, bound: Self) -> Bool {
    unsafe allWithinKernel(x.count, x.base, bound)
  }

  /// The same of a file's numbers.
  static func allWithin(_ x: StoredTensor<Self>, bound: Self) -> Bool {
    unsafe allWithinKernel(x.count, x.base, bound)
  }
}

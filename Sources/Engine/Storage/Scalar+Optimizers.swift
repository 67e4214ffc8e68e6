import CKernels

// Kernels that are one loop over the parameters. Each function traps if the kernel would access
// memory outside of its arguments.

/// The constants of an RMSProp step.
package struct RMSPropConstants<S: Scalar>: Sendable {
  fileprivate let constants: rmsprop_constants

  package init(alpha: Double, rate: Double, epsilon: Double) {
    // As in PyTorch, 1 − alpha is computed in double and rounded once.
    constants = rmsprop_constants(
      alpha: alpha, one_minus_alpha: 1 - alpha, rate: rate, epsilon: epsilon)
  }
}

/// The constants of one Adam step.
package struct AdamConstants<S: Scalar>: Sendable {
  fileprivate let constants: adam_constants

  /// - Parameters:
  ///   - power1: β₁ᵗ for step t.
  ///   - power2: β₂ᵗ for step t.
  package init(
    rate: Double, beta1: Double, beta2: Double, epsilon: Double, power1: Double, power2: Double
  ) {
    constants = adam_constants(
      beta1: beta1, one_minus_beta1: 1 - beta1, beta2: beta2, one_minus_beta2: 1 - beta2,
      rate: rate / (1 - power1), root: 1 / (1 - power2).squareRoot(), epsilon: epsilon)
  }
}

extension Scalar {
  /// One Adam update of the parameters p and their moments m and v, from the gradients g.
  package static func adam(
    _ p: Buffer<Self>, _ m: Buffer<Self>, _ v: Buffer<Self>, _ g: Buffer<Self>,
    _ c: AdamConstants<Self>
  ) {
    precondition(m.count == p.count && v.count == p.count && g.count == p.count)
    var constants = c.constants
    var buffers = unsafe adam_buffers(
      parameters: p.base, first_moments: m.base, second_moments: v.base, gradients: g.base,
      count: p.count)
    unsafe kernels.pointee.adam(&buffers, &constants)
  }

  /// One RMSProp update of the parameters p and their moments v, from the gradients g.
  package static func rmsprop(
    _ p: Buffer<Self>, _ v: Buffer<Self>, _ g: Buffer<Self>, _ c: RMSPropConstants<Self>
  ) {
    precondition(v.count == p.count && g.count == p.count)
    var constants = c.constants
    var buffers = unsafe rmsprop_buffers(
      parameters: p.base, moments: v.base, gradients: g.base, count: p.count)
    unsafe kernels.pointee.rmsprop(&buffers, &constants)
  }

  /// p = min(max(p, −bound), bound).
  package static func clamp(_ p: Buffer<Self>, bound: Self) {
    unsafe kernels.pointee.clamp(bound.argument, p.output)
  }

  /// Whether |x| ≤ bound for every number. NaN is beyond every bound.
  package static func allWithin(_ x: Buffer<Self>, bound: Self) -> Bool {
    unsafe kernels.pointee.all_within(bound.argument, x.input)
  }

  /// The same for the elements of a stored tensor.
  package static func allWithin(_ x: StoredTensor<Self>, bound: Self) -> Bool {
    unsafe kernels.pointee.all_within(
      bound.argument, input_buffer(base: x.base, count: x.count))
  }
}

/// A correlation in the form that is fastest for its size. W's derived weights are what the form
/// makes of them once a step.
enum CorrelationForm: Sendable {
  /// With the transpose by phases, where that is worth it.
  case direct(Correlation, Reversal?)
  /// With U as derived weights.
  case winograd(Winograd)

  /// Less than `leastChannels` are not worth Winograd's form.
  init(_ correlation: Correlation, leastChannels: Int) {
    self =
      Winograd(correlation, leastChannels: leastChannels).map(Self.winograd)
      ?? .direct(correlation, Reversal(correlation))
  }

  var derivedCount: Int {
    switch self {
    case .direct(_, let reversal): reversal?.weightCount ?? 0
    case .winograd(let winograd): winograd.weightCount
    }
  }

  /// Makes the derived weights, this share of them.
  func derive<S: Scalar>(_ weight: Run<S>, into derived: Run<S>, share: Share) {
    switch self {
    case .direct(_, let reversal): reversal?.derive(weight, into: derived, share: share)
    case .winograd(let winograd): winograd.derive(weight, into: derived, share: share)
    }
  }

  /// y = b + W ⋆ x.
  func apply<S: Scalar>(
    _ x: Block<S>, _ weight: Run<S>, derived: Run<S>, bias: Run<S>?, into y: Block<S>
  ) {
    switch self {
    case .direct(let correlation, _): correlation.apply(x, weight, bias: bias, into: y)
    case .winograd(let winograd): winograd.apply(x, derived, bias: bias, into: y)
    }
  }

  /// x = b + Wᵀ ⋆ y.
  func applyTranspose<S: Scalar>(
    _ y: Block<S>, _ weight: Run<S>, derived: Run<S>, bias: Run<S>?, into x: Block<S>
  ) {
    switch self {
    case .direct(_, let reversal?): reversal.apply(y, derived, bias: bias, into: x)
    case .direct(let correlation, nil):
      correlation.applyTranspose(y, weight, bias: bias, into: x)
    case .winograd(let winograd): winograd.applyTranspose(y, derived, bias: bias, into: x)
    }
  }

  /// dW from x and dy, or added to it, for a share of W's rows; `derived` is room for the form's.
  func accumulate<S: Scalar>(
    _ x: Block<S>, _ y: Block<S>, share: Share, adding: Bool, into gradient: Run<S>,
    derived: Run<S>
  ) {
    switch self {
    case .direct(let correlation, _):
      correlation.accumulate(x, y, share: share, adding: adding, into: gradient)
    case .winograd(let winograd):
      winograd.accumulate(
        x, y, share: share, adding: adding, into: gradient, derived: derived)
    }
  }
}

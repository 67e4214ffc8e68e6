/// A correlation in the form that is fastest for its size. W's derived weights are what the form
/// makes of them once a step.
enum CorrelationAlgorithm: Sendable {
  /// With the transpose by phases, where that is worth it.
  case direct(Correlation, TransposedConvolutionByPhase?)
  /// With U as derived weights.
  case winograd(Winograd)

  /// Less than `minimumChannels` are not worth Winograd's form.
  init(_ correlation: Correlation, minimumChannels: Int) {
    self =
      Winograd(correlation, minimumChannels: minimumChannels).map(Self.winograd)
      ?? .direct(correlation, TransposedConvolutionByPhase(correlation))
  }

  var preparedCount: Int {
    switch self {
    case .direct(_, let byPhase): byPhase?.weightCount ?? 0
    case .winograd(let winograd): winograd.weightCount
    }
  }

  /// Makes the derived weights, this share of them.
  func prepareWeights<S: Scalar>(_ weight: Buffer<S>, into prepared: Buffer<S>, slice: WorkerSlice)
  {
    switch self {
    case .direct(_, let byPhase): byPhase?.prepareWeights(weight, into: prepared, slice: slice)
    case .winograd(let winograd): winograd.prepareWeights(weight, into: prepared, slice: slice)
    }
  }

  /// y = b + W ⋆ x.
  func apply<S: Scalar>(
    _ x: MatrixView<S>, _ weight: Buffer<S>, prepared: Buffer<S>, bias: Buffer<S>?,
    into y: MatrixView<S>
  ) {
    switch self {
    case .direct(let correlation, _): correlation.apply(x, weight, bias: bias, into: y)
    case .winograd(let winograd): winograd.apply(x, prepared, bias: bias, into: y)
    }
  }

  /// x = b + Wᵀ ⋆ y.
  func applyTranspose<S: Scalar>(
    _ y: MatrixView<S>, _ weight: Buffer<S>, prepared: Buffer<S>, bias: Buffer<S>?,
    into x: MatrixView<S>
  ) {
    switch self {
    case .direct(_, let byPhase?): byPhase.apply(y, prepared, bias: bias, into: x)
    case .direct(let correlation, nil):
      correlation.applyTranspose(y, weight, bias: bias, into: x)
    case .winograd(let winograd): winograd.applyTranspose(y, prepared, bias: bias, into: x)
    }
  }

  /// dW from x and dy, or added to it, for a share of W's rows; `prepared` is room for the form's.
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ y: MatrixView<S>, slice: WorkerSlice, adding: Bool,
    into gradient: Buffer<S>,
    prepared: Buffer<S>
  ) {
    switch self {
    case .direct(let correlation, _):
      correlation.weightGradient(x, y, slice: slice, adding: adding, into: gradient)
    case .winograd(let winograd):
      winograd.weightGradient(
        x, y, slice: slice, adding: adding, into: gradient, prepared: prepared)
    }
  }
}

/// How a correlation, its transpose and its weight gradient are computed.
///
/// Every algorithm gives the same result up to rounding, and always the same bits.
protocol ConvolutionAlgorithm: Sendable {
  /// The map to the weights that the algorithm uses, if they are not the stored ones.
  var transform: (any WeightTransform)? { get }

  /// y = b + W ⋆ x.
  func apply<S: Scalar>(
    _ x: MatrixView<S>, _ weights: ConvolutionWeights<S>, bias: Buffer<S>?, into y: MatrixView<S>)

  /// x = b + Wᵀ ⋆ y.
  func applyTranspose<S: Scalar>(
    _ y: MatrixView<S>, _ weights: ConvolutionWeights<S>, bias: Buffer<S>?, into x: MatrixView<S>)

  /// dW from x and dy, or added to it, for the slice's rows of W: over the prepared weights if the
  /// transform has a gradient of its own, else over the stored ones.
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ dy: MatrixView<S>, slice: WorkerSlice, adding: Bool,
    into gradient: ConvolutionWeights<S>)
}

/// The weights of a convolution, or their gradient.
struct ConvolutionWeights<S: Scalar> {
  /// As the parameters hold them: outputs × taps along each axis × inputs.
  let stored: Buffer<S>
  /// As the algorithm's transform makes them.
  let prepared: Buffer<S>
}

/// One matrix product for each position.
struct DirectConvolution: ConvolutionAlgorithm {
  private let correlation: Correlation
  private let transpose: Transpose

  private enum Transpose {
    /// One product for each position and tap.
    case byTap(CorrelationTranspose)
    /// One product for each position, over rearranged weights.
    case byPhase(TransposedConvolutionByPhase)
  }

  init(_ correlation: Correlation) {
    self.correlation = correlation
    transpose =
      TransposedConvolutionByPhase(correlation).map { .byPhase($0) }
      ?? .byTap(CorrelationTranspose(correlation))
  }

  var transform: (any WeightTransform)? {
    if case .byPhase(let byPhase) = transpose { byPhase.transform } else { nil }
  }

  @_specialize(where S == Float)
  func apply<S: Scalar>(
    _ x: MatrixView<S>, _ weights: ConvolutionWeights<S>, bias: Buffer<S>?, into y: MatrixView<S>
  ) {
    correlation.apply(x, weights.stored, bias: bias, into: y)
  }

  @_specialize(where S == Float)
  func applyTranspose<S: Scalar>(
    _ y: MatrixView<S>, _ weights: ConvolutionWeights<S>, bias: Buffer<S>?, into x: MatrixView<S>
  ) {
    switch transpose {
    case .byTap(let transpose): transpose.apply(y, weights.stored, bias: bias, into: x)
    case .byPhase(let byPhase): byPhase.apply(y, weights.prepared, bias: bias, into: x)
    }
  }

  @_specialize(where S == Float)
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ dy: MatrixView<S>, slice: WorkerSlice, adding: Bool,
    into gradient: ConvolutionWeights<S>
  ) {
    correlation.weightGradient(x, dy, slice: slice, adding: adding, into: gradient.stored)
  }
}

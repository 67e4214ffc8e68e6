/// y = x / (1 − p) with probability 1 − p, else 0 (Srivastava et al. 2014). In sampling y = x.
///
/// The mask is drawn into the saved rows before forward: one mask for every pass over the same
/// columns, those of the penalty included.
struct Dropout: PointwiseLayer {
  let shape: Shape
  /// The layout of its features: that of the image that a vector was, or becomes.
  let layout: Shape
  /// The probability of 0.
  let probability: Double
  /// The sign of a kept element; a dropped one has no derivative.
  var preserves: OutputDependency { .sign }
  var savedRows: Int { mask.map(\.rows) ?? 0 }
  var mask: DropoutMask? { DropoutMask(shape: shape, layout: layout, probability: probability) }

  @_specialize(where S == Float)
  func apply<S: Scalar>(to x: MatrixView<S>, _ context: LayerContext<S>) {
    guard context.mode == .training else { return }
    S.applyMask(context.saved, scale: S(1 / (1 - probability)), to: x)
  }

  @_specialize(where S == Float)
  func multiplyByDerivative<S: Scalar>(_ d: MatrixView<S>, _ context: LayerContext<S>) {
    apply(to: d, context)
  }
}

/// A random mask with a bit for each feature of each sample: 1 keeps the feature.
///
/// Features count as they lie in memory: position by position of an image, and so for a vector that
/// was an image, or becomes one.
package struct DropoutMask: Sendable {
  package let shape: Shape
  package let layout: Shape
  private let threshold: UInt32

  fileprivate init(shape: Shape, layout: Shape, probability: Double) {
    (self.shape, self.layout) = (shape, layout)
    threshold = UInt32((probability * 0x1p32).rounded())
  }

  /// Rows of a matrix that holds the mask: 32 features in one.
  package var rows: Int { (shape.count + 31) / 32 }

  /// Draws the mask; column j is sample `first + j` of (key, stream, step).
  package func draw<S: Scalar>(
    into saved: MatrixView<S>, key: UInt64, stream: RandomStream, step: UInt32, first: UInt32
  ) {
    S.fillDropoutMask(
      saved, features: shape.count, threshold: threshold, key: key, stream: stream.rawValue,
      step: step, first: first)
  }
}

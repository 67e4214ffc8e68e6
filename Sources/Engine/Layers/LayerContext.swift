/// What differs between training and sampling: batch norm's statistics and dropout.
package enum PassMode { case training, sampling }

/// What a layer's operation reads beside its argument.
struct LayerContext<S: Scalar> {
  let parameters: LayerParameters<S>
  /// x and y of forward for these columns; y is empty in forward itself.
  let input: MatrixView<S>
  let output: MatrixView<S>
  /// What forward saved.
  let saved: MatrixView<S>
  /// Equal parts of the columns that a layer of scope `batch` treats each by itself.
  let groups: Int
  let mode: PassMode
  let slice: WorkerSlice
}

/// What `Layer.weightGradient` reads and writes beside its arguments.
struct WeightGradientContext<S: Scalar> {
  /// Where the gradient goes.
  let gradient: LayerParameters<S>
  /// Whether the gradient is added to the one already there.
  let isAdding: Bool
  /// The kind of x.
  let input: WeightGradientInput
  /// What forward saved.
  let saved: MatrixView<S>
  let groups: Int
  let slice: WorkerSlice
}

/// The kind of x in a weight gradient: a value or a tangent.
package enum WeightGradientInput {
  /// The layer's input: y = W·x + b, so the bias takes part.
  case value
  /// A tangent of the input: v = W·u, so the bias does not.
  case tangent
}

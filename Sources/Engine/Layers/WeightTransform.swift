/// A linear map from the stored weights of a layer to the weights that its kernels use.
///
/// `Network.prepareWeights` applies it once a step, and `Network.finishWeightGradient` applies its
/// transpose to the gradient that was accumulated over the prepared weights. The stored weights are
/// those of the checkpoint.
protocol WeightTransform: Sendable {
  /// Elements of the stored and of the prepared weights.
  var storedCount: Int { get }
  var preparedCount: Int { get }
  /// Whether the weight gradient is accumulated over the prepared weights; otherwise it is
  /// accumulated over the stored ones.
  var hasPreparedGradient: Bool { get }

  /// prepared = T·stored: the slice's part of it.
  func apply<S: Scalar>(_ stored: Buffer<S>, into prepared: Buffer<S>, slice: WorkerSlice)

  /// stored = Tᵀ·prepared, for the slice's part of the stored rows. It reads only the prepared rows
  /// of the same slice.
  func applyTranspose<S: Scalar>(
    _ prepared: Buffer<S>, into stored: Buffer<S>, slice: WorkerSlice)
}

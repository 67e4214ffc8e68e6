@testable import Engine

/// A layer with parameters and their gradient in memory, to call its operations one at a time.
struct LayerCase<S: Scalar> {
  let layer: any Layer
  /// Zeros at first, in the engine's order.
  let parameters: LayerParameters<S>
  let gradient: LayerParameters<S>
  private let workspace: Workspace<S>

  init(_ layer: any Layer, in workspace: Workspace<S>) {
    (self.layer, self.workspace) = (layer, workspace)
    func parameters() -> LayerParameters<S> {
      LayerParameters(
        values: workspace.buffer(layer.parameters.map(\.count).reduce(0, +)),
        prepared: workspace.buffer(layer.weightTransform?.preparedCount ?? 0),
        buffers: workspace.buffer(0))
    }
    (self.parameters, gradient) = (parameters(), parameters())
  }

  func prepareWeights(_ slice: WorkerSlice = .whole) {
    guard let transform = layer.weightTransform else { return }
    transform.apply(
      parameters.values.prefix(transform.storedCount), into: parameters.prepared, slice: slice)
  }

  func forward(_ x: MatrixView<S>, into y: MatrixView<S>) { layer.forward(x, into: y, context(y)) }
  func jvp(_ u: MatrixView<S>, into v: MatrixView<S>) { layer.jvp(u, into: v, context(v)) }
  func vjp(_ dy: MatrixView<S>, into dx: MatrixView<S>) { layer.vjp(dy, into: dx, context(dy)) }

  func weightGradient(
    _ x: MatrixView<S>, _ dy: MatrixView<S>, adding: Bool = false, _ slice: WorkerSlice = .whole
  ) {
    layer.weightGradient(
      x, dy,
      WeightGradientContext(
        gradient: gradient, isAdding: adding, input: .value, saved: dy, groups: 1, slice: slice))
    guard let transform = layer.weightTransform, transform.hasPreparedGradient else { return }
    transform.applyTranspose(
      gradient.prepared, into: gradient.values.prefix(transform.storedCount), slice: slice)
  }

  private func context(_ output: MatrixView<S>) -> LayerContext<S> {
    LayerContext(
      parameters: parameters, input: output, output: output, saved: output, groups: 1,
      mode: .training, slice: .whole)
  }
}

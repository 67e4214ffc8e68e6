/// The parameters of a network in one allocation: parameters, gradients and the optimizer's moments, each
/// a buffer of `count` elements in the order of the checkpoint. So the optimizer is one loop, and a
/// slice of its work is a range.
package struct ParameterStore<S: Scalar>: Sendable {
  package let parameters: Buffer<S>
  package let gradients: Buffer<S>
  package let moments: [Buffer<S>]
  /// What a checkpoint holds beside them: running statistics.
  package let buffers: Buffer<S>
  /// The weights that the weight transforms make before a pass, and their gradients.
  let prepared: Buffer<S>
  let preparedGradients: Buffer<S>
  /// The owner of the memory.
  private let workspace: Workspace<S>

  /// Elements in the parameters, the gradients and each moment.
  package var count: Int { parameters.count }

  /// Zeros for `count` parameters, their gradients and `moments` moments, and for the rest.
  init(
    count: Int, moments: Int, buffers: Int = 0, prepared: Int = 0, in workspace: Workspace<S>
  ) {
    let pitch = (count + 63) / 64 * 64
    let all = workspace.buffer(pitch * (2 + moments))
    func buffer(_ index: Int) -> Buffer<S> { all.dropFirst(index * pitch).prefix(count) }
    parameters = buffer(0)
    gradients = buffer(1)
    self.moments = (0..<moments).map { buffer(2 + $0) }
    self.buffers = workspace.buffer(buffers)
    self.prepared = workspace.buffer(prepared)
    preparedGradients = workspace.buffer(prepared)
    self.workspace = workspace
  }

  /// Zeros for a network.
  package init(_ network: Network, moments: Int, in workspace: Workspace<S>) {
    self.init(
      count: network.parameterCount, moments: moments, buffers: network.bufferCount,
      prepared: network.preparedCount, in: workspace)
  }
}

/// The part of a store that belongs to one layer: its parameters, or their gradients.
struct LayerParameters<S: Scalar> {
  /// In the order of the checkpoint.
  let values: Buffer<S>
  /// As the layer's weight transform makes them.
  let prepared: Buffer<S>
  /// Running statistics; empty for gradients.
  let buffers: Buffer<S>
}

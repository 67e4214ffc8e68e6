/// A network's numbers in one allocation: parameters, gradients and the optimiser's moments, each a
/// run of `count` numbers in the order of the checkpoint. So the optimiser is one loop, and a share
/// of its work is a range.
package struct ParameterStore<S: Scalar>: Sendable {
  package let parameters: Buffer<S>
  package let gradients: Buffer<S>
  package let moments: [Buffer<S>]
  /// What the layers keep in a checkpoint beside their parameters: running statistics.
  package let buffers: Buffer<S>
  /// What the layers make of their parameters before a pass, and its gradients.
  package let prepared: Buffer<S>
  package let preparedGradients: Buffer<S>
  /// Who owns them.
  private let workspace: Workspace<S>

  /// Numbers in each run of parameters.
  package var count: Int { parameters.count }

  /// Zeros for `count` parameters, their gradients, and so many further runs; and for the rest.
  package init(
    count: Int, moments: Int, buffers: Int = 0, prepared: Int = 0, in workspace: Workspace<S>
  ) {
    let pitch = (count + 63) / 64 * 64
    let all = workspace.buffer(pitch * (2 + moments))
    func run(_ index: Int) -> Buffer<S> { all.dropFirst(index * pitch).prefix(count) }
    parameters = run(0)
    gradients = run(1)
    self.moments = (0..<moments).map { run(2 + $0) }
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

/// A layer's own numbers in the runs of its network: `values` as the checkpoint has them, and what
/// it derived from them. Of the parameters they are only read, of the gradients written.
package struct LayerParameters<S: Scalar> {
  package let values: Buffer<S>
  package let prepared: Buffer<S>
}

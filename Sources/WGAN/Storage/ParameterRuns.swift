/// A network's numbers in one allocation: parameters, gradients and the optimiser's moments, each a
/// run of `count` numbers in the order of the checkpoint. So the optimiser is one loop, and a share
/// of its work is a range.
///
/// The shares of a step write disjoint ranges. The memory is the workspace's.
struct ParameterRuns<S: Scalar>: @unchecked Sendable {
  let parameters: UnsafeMutablePointer<S>
  let gradients: UnsafeMutablePointer<S>
  let moments: [UnsafeMutablePointer<S>]
  /// Numbers in each run.
  let count: Int
  /// What the layers keep in a checkpoint beside their parameters: running statistics.
  let buffers: UnsafeMutablePointer<S>
  /// What the layers make of their parameters before a pass, and its gradients.
  let derived: UnsafeMutablePointer<S>
  let derivedGradients: UnsafeMutablePointer<S>

  /// Zeros for `count` parameters, their gradients, and so many further runs; and for the rest.
  init(
    count: Int, moments: Int, buffers: Int = 0, derived: Int = 0, in workspace: Workspace<S>
  ) {
    let pitch = (count + 63) / 64 * 64
    let base = workspace.numbers(pitch * (2 + moments))
    self.count = count
    parameters = base
    gradients = base + pitch
    self.moments = (0..<moments).map { base + (2 + $0) * pitch }
    self.buffers = workspace.numbers(buffers)
    self.derived = workspace.numbers(derived)
    derivedGradients = workspace.numbers(derived)
  }

  /// Zeros for a network.
  init(_ network: Network, moments: Int, in workspace: Workspace<S>) {
    self.init(
      count: network.parameterCount, moments: moments, buffers: network.bufferCount,
      derived: network.derivedCount, in: workspace)
  }
}

/// A layer's own numbers in the runs of its network: `values` as the checkpoint has them, and what
/// it derived from them. Of the parameters they are only read, of the gradients written.
struct LayerRun<S: Scalar> {
  let values: UnsafeMutablePointer<S>
  let derived: UnsafeMutablePointer<S>
}

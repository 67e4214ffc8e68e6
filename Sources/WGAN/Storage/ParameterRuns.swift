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

  /// Zeros for `count` parameters, their gradients, and `moments` further runs.
  init(count: Int, moments: Int, in workspace: Workspace<S>) {
    let pitch = (count + 63) / 64 * 64
    let base = workspace.numbers(pitch * (2 + moments))
    self.count = count
    parameters = base
    gradients = base + pitch
    self.moments = (0..<moments).map { base + (2 + $0) * pitch }
  }
}

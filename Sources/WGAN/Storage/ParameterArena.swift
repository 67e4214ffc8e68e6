/// A network's numbers in one allocation: parameters, gradients and the optimiser's moments, each a
/// run of `count` numbers in the order of the checkpoint. So the optimiser is one loop, and a share
/// of its work is a range.
final class ParameterArena<S: Scalar> {
  /// Numbers in each run.
  let count: Int
  private let workspace = Workspace<S>()
  private let base: UnsafeMutablePointer<S>
  private let pitch: Int

  /// Zeros for `count` parameters, their gradients, and `moments` further runs.
  init(count: Int, moments: Int) {
    self.count = count
    pitch = (count + 63) / 64 * 64
    base = workspace.numbers(pitch * (2 + moments))
    runs = ParameterRuns(
      parameters: base, gradients: base + pitch,
      moments: (0..<moments).map { [base, pitch] in base + (2 + $0) * pitch }, count: count)
  }

  /// Views of the runs, valid as long as the arena.
  let runs: ParameterRuns<S>
}

/// Where an arena's runs begin; for the shares of a step, which write disjoint ranges.
struct ParameterRuns<S: Scalar>: @unchecked Sendable {
  let parameters: UnsafeMutablePointer<S>
  let gradients: UnsafeMutablePointer<S>
  let moments: [UnsafeMutablePointer<S>]
  let count: Int
}

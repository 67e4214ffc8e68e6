import Glibc

/// The owner of a network's scratch memory: activations, cotangents and tangents of one batch.
///
/// Blocks are handed out while a trainer is being built and live as long as the workspace; a
/// training step allocates nothing but the panels of `Winograd`.
final class Workspace<S: Scalar> {
  private var allocations: [UnsafeMutableRawPointer] = []

  /// An owner of nothing yet.
  init() {}

  deinit { for allocation in allocations { free(allocation) } }

  /// A block of zeros, its rows aligned to 64 bytes.
  ///
  /// A row takes an odd number of cache lines: were it a power of two, the rows of a tall block
  /// would fall on the same few sets of the cache.
  func block(rows: Int, columns: Int) -> Block<S> {
    let lane = 64 / MemoryLayout<S>.stride
    let stride = ((columns + lane - 1) / lane | 1) * lane
    return Block(base: numbers(rows * stride), rows: rows, columns: columns, stride: stride)
  }

  /// `count` zeros, aligned to 64 bytes. Large ones come from the system as they are, and take no
  /// memory until they are written.
  func numbers(_ count: Int) -> UnsafeMutablePointer<S> {
    guard let allocation = calloc(max(count, 1) * MemoryLayout<S>.stride + 64, 1) else {
      preconditionFailure("no memory")
    }
    allocations.append(allocation)
    return allocation.alignedUp(toMultipleOf: 64).bindMemory(to: S.self, capacity: max(count, 1))
  }
}

/// The owner of a network's scratch memory: activations, cotangents and tangents of one batch.
///
/// Blocks are handed out while a trainer is being built and live as long as the workspace; a
/// training step allocates nothing.
final class Workspace<S: Scalar> {
  private var allocations: [UnsafeMutableRawPointer] = []

  /// An owner of nothing yet.
  init() {}

  deinit { for allocation in allocations { allocation.deallocate() } }

  /// A block of zeros, its rows aligned to 64 bytes.
  ///
  /// A row takes an odd number of cache lines: were it a power of two, the rows of a tall block
  /// would fall on the same few sets of the cache.
  func block(rows: Int, columns: Int) -> Block<S> {
    let lane = 64 / MemoryLayout<S>.stride
    let stride = ((columns + lane - 1) / lane | 1) * lane
    return Block(base: numbers(rows * stride), rows: rows, columns: columns, stride: stride)
  }

  /// `count` zeros, aligned to 64 bytes.
  func numbers(_ count: Int) -> UnsafeMutablePointer<S> {
    let allocation = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<S>.stride, alignment: 64)
    allocations.append(allocation)
    let numbers = allocation.bindMemory(to: S.self, capacity: max(count, 1))
    numbers.initialize(repeating: 0, count: max(count, 1))
    return numbers
  }
}

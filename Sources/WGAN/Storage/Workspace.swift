import Glibc
import Synchronization

/// The owner of scratch memory: activations, cotangents and tangents of one batch, a network's runs.
///
/// Runs and blocks are handed out while a trainer is being built and live as long as the workspace,
/// so whoever keeps one keeps the workspace too: `Slots` and `ParameterRuns` do. A training step
/// allocates nothing but the panels of `Winograd`.
final class Workspace<S: Number>: Sendable {
  private let allocations = Mutex<[Run<UInt8>]>([])

  /// An owner of nothing yet.
  init() {}

  deinit { allocations.withLock { for memory in $0 { unsafe free(memory.base) } } }

  /// `count` zeros, aligned to 64 bytes. Large ones come from the system as they are, and take no
  /// memory until they are written.
  func numbers(_ count: Int) -> Run<S> {
    precondition(count >= 0)
    let size = max(count, 1) * MemoryLayout<S>.stride + 64
    guard let memory = unsafe calloc(size, 1) else { preconditionFailure("no memory") }
    let whole = unsafe Run(base: memory.bindMemory(to: UInt8.self, capacity: size), count: size)
    allocations.withLock { $0.append(whole) }
    let first = unsafe memory.alignedUp(toMultipleOf: 64)
    return unsafe Run(
      base: first.bindMemory(to: S.self, capacity: max(count, 1)), count: count)
  }
}

extension Workspace where S: Scalar {
  /// A block of zeros, its rows aligned to 64 bytes.
  ///
  /// A row takes an odd number of cache lines: were it a power of two, the rows of a tall block
  /// would fall on the same few sets of the cache.
  func block(rows: Int, columns: Int) -> Block<S> {
    let lane = 64 / MemoryLayout<S>.stride
    let stride = ((columns + lane - 1) / lane | 1) * lane
    return Block(numbers(rows * stride), rows: rows, columns: stride).columns(0..<columns)
  }
}

/// Calls `body` with memory for `count` numbers, aligned to 64 bytes, for the time of the call: on
/// the stack where they are few. They are whatever was there.
func withScratch<Element: Number, Result>(
  _ count: Int, of _: Element.Type = Element.self, _ body: (Run<Element>) -> Result
) -> Result {
  unsafe withUnsafeTemporaryAllocation(
    byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 64
  ) { memory in
    guard let base = unsafe memory.bindMemory(to: Element.self).baseAddress else {
      preconditionFailure("no memory")
    }
    return unsafe body(Run(base: base, count: count))
  }
}

import Glibc
import Synchronization

/// The owner of memory: activations, cotangents and tangents of one batch, a network's parameters.
///
/// Buffers and views are allocated while a trainer is built and live as long as the workspace, so
/// their holder keeps the workspace too: `Activations` and `ParameterStore` do. A training step
/// allocates nothing but the panels of `Winograd`.
package final class Workspace<S: BufferElement>: Sendable {
  private let allocations = Mutex<[Buffer<UInt8>]>([])
  private let size = Mutex(0)
  private let isPlan: Bool

  /// An empty workspace.
  package convenience init() { self.init(isPlan: false) }

  private init(isPlan: Bool) { self.isPlan = isPlan }

  deinit { allocations.withLock { for memory in $0 { unsafe free(memory.base) } } }

  /// The number of bytes that `body` allocates in a workspace. This workspace has no memory: its
  /// buffers can be divided, but not read or written, and must not leave the body.
  package static func plan(_ body: (Workspace) -> Void) -> Int {
    let workspace = Workspace(isPlan: true)
    body(workspace)
    return workspace.size.withLock { $0 }
  }

  /// `count` zeros, aligned to 64 bytes. The pages of a large buffer take no memory until they are
  /// written.
  package func buffer(_ count: Int) -> Buffer<S> {
    precondition(count >= 0)
    let size = max(count, 1) * MemoryLayout<S>.stride + 64
    self.size.withLock { $0 += size }
    if isPlan, let nowhere = unsafe UnsafeMutablePointer<S>(bitPattern: 64) {
      return unsafe Buffer(base: nowhere, count: count)
    }
    guard let memory = unsafe calloc(size, 1) else { Memory.end() }
    let whole = unsafe Buffer(base: memory.bindMemory(to: UInt8.self, capacity: size), count: size)
    allocations.withLock { $0.append(whole) }
    let first = unsafe memory.alignedUp(toMultipleOf: 64)
    return unsafe Buffer(
      base: first.bindMemory(to: S.self, capacity: max(count, 1)), count: count)
  }
}

extension Workspace where S: Scalar {
  /// A matrix of zeros with rows aligned to 64 bytes.
  ///
  /// A row takes an odd number of cache lines: with a power of two, the rows of a tall matrix would
  /// compete for the same few sets of the cache.
  package func matrix(rows: Int, columns: Int) -> MatrixView<S> {
    let lane = 64 / MemoryLayout<S>.stride
    let stride = ((columns + lane - 1) / lane | 1) * lane
    return MatrixView(buffer(rows * stride), rows: rows, columns: stride).columns(0..<columns)
  }
}

/// Calls `body` with uninitialized memory for `count` elements, aligned to 64 bytes, on the stack where
/// they are few. The memory is valid for the duration of the call.
package func withScratch<Element: BufferElement, Result>(
  _ count: Int, of _: Element.Type = Element.self, _ body: (Buffer<Element>) -> Result
) -> Result {
  unsafe withUnsafeTemporaryAllocation(
    byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 64
  ) { memory in
    guard let base = unsafe memory.bindMemory(to: Element.self).baseAddress else {
      preconditionFailure("no memory")
    }
    return unsafe body(Buffer(base: base, count: count))
  }
}

import CKernels
import Dispatch

/// One of several equal parts of some work.
struct Share: Equatable, Sendable {
  let index: Int
  let count: Int

  /// All of it.
  static let whole = Share(index: 0, count: 1)

  /// This share of `total` items, cut at multiples of `unit`. The shares are disjoint and cover
  /// all.
  func range(of total: Int, unit: Int = 1) -> Range<Int> {
    let units = (total + unit - 1) / unit
    let lower = min(index * units / count * unit, total)
    let upper = min((index + 1) * units / count * unit, total)
    return lower..<upper
  }
}

/// The threads that share the work of a step.
///
/// Every kernel gives the same bits for any cutting, so the count changes the time and nothing
/// else.
public struct Workers: Sendable {
  /// At most so many threads work at a time.
  public let count: Int

  /// `count` threads, at least one.
  public init(count: Int) {
    precondition(count >= 1)
    self.count = count
  }

  /// Calls `body` once for each share of the work, on as many threads, and waits for all.
  ///
  /// Each call runs with denormals flushed to zero: a moment that decays to nothing would otherwise
  /// slow its loop many times.
  func share(_ body: @Sendable (Share) -> Void) {
    @Sendable func work(_ share: Share) {
      let control = flush_denormals()
      body(share)
      restore_denormals(control)
    }
    if count == 1 { return work(.whole) }
    DispatchQueue.concurrentPerform(iterations: count) { work(Share(index: $0, count: count)) }
  }
}

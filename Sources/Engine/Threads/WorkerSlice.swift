/// One of several equal parts of some work, and the way to wait for the others.
package struct WorkerSlice: Sendable {
  package let index: Int
  package let count: Int
  private let barrier: Barrier?

  package init(index: Int, count: Int, barrier: Barrier? = nil) {
    (self.index, self.count, self.barrier) = (index, count, barrier)
  }

  /// All of it.
  package static let whole = WorkerSlice(index: 0, count: 1)

  /// Waits until every share is here. All shares must call it equally often.
  package func synchronize() { barrier?.wait() }

  /// This share of `total` items, cut at multiples of `unit`. The shares are disjoint and cover
  /// all.
  package func range(of total: Int, unit: Int = 1) -> Range<Int> {
    let units = (total + unit - 1) / unit
    let lower = min(index * units / count * unit, total)
    let upper = min((index + 1) * units / count * unit, total)
    return lower..<upper
  }

  /// This share of some columns, in whole vectors.
  package func columns(of range: Range<Int>) -> Range<Int> {
    self.range(of: range.count, unit: 16).shifted(by: range.lowerBound)
  }
}

extension Range<Int> {
  package func shifted(by distance: Int) -> Range { lowerBound + distance..<upperBound + distance }
}

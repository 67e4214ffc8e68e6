/// One of several equal parts of a step's work, and the barrier with the others.
package struct WorkerSlice: Sendable {
  package let index: Int
  package let count: Int
  private let barrier: Barrier?

  package init(index: Int, count: Int, barrier: Barrier? = nil) {
    (self.index, self.count, self.barrier) = (index, count, barrier)
  }

  /// All of the work.
  package static let whole = WorkerSlice(index: 0, count: 1)

  /// Waits for every slice. All slices must call it equally often.
  package func synchronize() { barrier?.wait() }

  /// This slice's part of `total` items, divided at multiples of `unit`. The parts are disjoint and
  /// cover all items.
  package func range(of total: Int, unit: Int = 1) -> Range<Int> {
    let units = (total + unit - 1) / unit
    let lower = min(index * units / count * unit, total)
    let upper = min((index + 1) * units / count * unit, total)
    return lower..<upper
  }

  /// This slice's part of some columns, in whole vectors.
  package func columns(of range: Range<Int>) -> Range<Int> {
    self.range(of: range.count, unit: 16).shifted(by: range.lowerBound)
  }
}

extension Range<Int> {
  package func shifted(by distance: Int) -> Range { lowerBound + distance..<upperBound + distance }
}

/// A point of a curve.
package struct Point: Equatable {
  /// Steps.
  package var x: Double
  /// The value there.
  package var y: Double
}

/// The values of a metric, reduced to what a plot can show: the minimum and the maximum of each group of
/// neighboring values. Memory depends only on the width of the plot and on the window of the median.
struct Curve {
  /// The points of the reduced curve.
  private(set) var points: [Point] = []
  /// The running median, from the first value to the last; empty if there are fewer values than the
  /// window.
  private(set) var medians: [Point] = []

  /// The minimum and the maximum of the current group.
  private var group: (minimum: Point, maximum: Point)?
  private let window: Int?
  private let hop: Int
  private var count = 0
  /// The last values, from the first that a later median needs.
  private var recent: [Point] = []
  /// The index of the value at the center of the next median.
  private var center = 0

  /// An empty curve.
  ///
  /// - Parameters:
  ///   - window: The number of values of a median, odd and more than one; `nil` for no median. The
  ///     window is centered. It shrinks near both ends, to a sixth at the least. So the median neither
  ///     lags behind a trend nor follows the last value.
  ///   - hop: The number of values from one median to the next.
  init(median window: Int?, every hop: Int = 1) { (self.window, self.hop) = (window, hop) }

  /// Adds the next value.
  mutating func append(_ point: Point) {
    let (minimum, maximum) = group ?? (point, point)
    group = (point.y < minimum.y ? point : minimum, point.y > maximum.y ? point : maximum)
    count += 1
    guard let window else { return }
    recent.append(point)
    if count > center + window / 2 { addMedian(of: window) }
  }

  /// Ends the current group of values.
  mutating func endGroup() {
    guard let (minimum, maximum) = group else { return }
    group = nil
    points.append(minimum.x <= maximum.x ? minimum : maximum)
    if minimum != maximum { points.append(minimum.x <= maximum.x ? maximum : minimum) }
  }

  /// Completes the curve after the last value.
  mutating func finish() {
    endGroup()
    guard let window, count >= window else { return medians = [] }
    while center < count - 1 { addMedian(of: window) }
    center = count - 1
    addMedian(of: window)
  }

  private mutating func addMedian(of window: Int) {
    recent.removeFirst(max(center - window / 2 - (count - recent.count), 0))
    let reach = max(min(window / 2, center, count - 1 - center), window / 6)
    let first = count - recent.count
    let around = max(center - reach, 0) - first...min(center + reach, count - 1) - first
    medians.append(Point(x: recent[center - first].x, y: median(recent[around].map(\.y))))
    center += hop
  }

  /// The number of steps that a median covers.
  var medianSteps: Int {
    guard let window, let first = medians.first, let last = medians.last else { return 1 }
    let steps = Double(window) * ((last.x - first.x) / Double(count - 1))
    return Int(min(max(steps, 1), 1e15).rounded())
  }
}

/// The median of at least one value: the middle one, or the mean of the two in the middle.
private func median(_ values: [Double]) -> Double {
  var values = values
  let upper = values.count / 2
  select(upper, of: &values)
  guard values.count.isMultiple(of: 2), let lower = values[..<upper].max() else {
    return values[upper]
  }
  return lower / 2 + values[upper] / 2
}

/// Hoare's quickselect: puts the value at `index` that sorting would put there, with no greater value
/// before it and no smaller one after it.
private func select(_ index: Int, of values: inout [Double]) {
  var (low, high) = (0, values.count - 1)
  while low < high {
    let pivot = values[(low + high) / 2]
    var (left, right) = (low, high)
    while left <= right {
      while values[left] < pivot { left += 1 }
      while values[right] > pivot { right -= 1 }
      guard left <= right else { break }
      values.swapAt(left, right)
      (left, right) = (left + 1, right - 1)
    }
    if index <= right {
      high = right
    } else if index >= left {
      low = left
    } else {
      return
    }
  }
}

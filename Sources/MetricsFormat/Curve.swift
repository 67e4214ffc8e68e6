/// A point of a curve.
package struct Point: Equatable {
  /// Steps.
  package var x: Double
  /// The value there.
  package var y: Double
}

/// The values of a metric as a pen draws them: of every few only the least and the greatest, which is
/// what a pen as wide as a pixel would leave of all of them. Memory grows with the picture and the
/// window alone.
struct Curve {
  /// Where the pen goes.
  private(set) var points: [Point] = []
  /// The running median, from the first value to the last; none of fewer values than its window.
  private(set) var medians: [Point] = []

  /// The least and the greatest value since the pen was lifted.
  private var stroke: (least: Point, greatest: Point)?
  private let window: Int?
  private let hop: Int
  private var count = 0
  /// The last values, from the first that a median still needs.
  private var recent: [Point] = []
  /// Which value the next median stands at.
  private var center = 0

  /// Begins a curve.
  ///
  /// - Parameters:
  ///   - window: Values to a median, odd and more than one, in the middle of which it stands; nil for
  ///     no medians. Towards either end it shrinks with what is left there, so that the median neither
  ///     lags behind a trend nor, being of a sixth at the least, follows the last value.
  ///   - hop: Values from one median to the next.
  init(median window: Int?, every hop: Int = 1) { (self.window, self.hop) = (window, hop) }

  /// Takes the next value.
  mutating func append(_ point: Point) {
    let (least, greatest) = stroke ?? (point, point)
    stroke = (point.y < least.y ? point : least, point.y > greatest.y ? point : greatest)
    count += 1
    guard let window else { return }
    recent.append(point)
    if count > center + window / 2 { addMedian(of: window) }
  }

  /// Draws what came since the last time.
  mutating func lift() {
    guard let (least, greatest) = stroke else { return }
    stroke = nil
    points.append(least.x <= greatest.x ? least : greatest)
    if least != greatest { points.append(least.x <= greatest.x ? greatest : least) }
  }

  /// Draws the rest, after the last value.
  mutating func finish() {
    lift()
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

  /// How many steps a median tells of.
  var medianSteps: Int {
    guard let window, let first = medians.first, let last = medians.last else { return 1 }
    let steps = Double(window) * ((last.x - first.x) / Double(count - 1))
    return Int(min(max(steps, 1), 1e15).rounded())
  }
}

/// The middle one of at least one value, or the mean of the two in the middle.
private func median(_ values: [Double]) -> Double {
  var values = values
  let upper = values.count / 2
  select(upper, of: &values)
  guard values.count.isMultiple(of: 2), let lower = values[..<upper].max() else {
    return values[upper]
  }
  return lower / 2 + values[upper] / 2
}

/// Puts in its place the value that would be at `index` if all were in order, none that is greater
/// before it and none that is less after it: Hoare's quickselect.
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

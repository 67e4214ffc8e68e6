import Glibc

/// The values that a panel shows: all, unless a few would flatten the others.
struct Frame: Equatable {
  /// The least and the greatest of all values.
  private let whole: ClosedRange<Double>
  /// The same without the two in 100 at either end.
  private let core: ClosedRange<Double>

  /// The frame that has what the frame of each curve would have; all are of at least one value.
  init(of curves: [[Double]]) {
    let sorted = curves.map { $0.sorted() }
    func range(without few: (Int) -> Int) -> ClosedRange<Double> {
      let low = sorted.map { $0[few($0.count)] }.min() ?? 0
      return low...(sorted.map { $0[$0.count - 1 - few($0.count)] }.max() ?? low)
    }
    (whole, core) = (range { _ in 0 }, range { $0 / 50 })
  }

  /// An axis, marked at every `unit`.
  struct Axis: Equatable {
    let low: Double, high: Double, unit: Double
    /// The greatest and the least value, where they lie beyond.
    let above: Double?, below: Double?

    /// Where its marks are.
    var marks: [Double] {
      let (first, last) = ((low / unit).rounded(), (high / unit).rounded())
      return stride(from: first, through: last, by: 1).map { $0 * unit }
    }
  }

  /// The axis between two of its marks, with at most `marks` distances between.
  func axis(marks: Int) -> Axis {
    var (low, high) = (core.lowerBound, core.upperBound)
    if whole.upperBound - whole.lowerBound < 3 * (high - low) {
      (low, high) = (whole.lowerBound, whole.upperBound)
    }
    // What differs by less would have the same marks.
    let size = max(abs(low), abs(high))
    if high - low < max(1e-9 * size, 1e-300) {
      let margin = max(1, 1e-3 * size)
      (low, high) = (low - margin, high + margin)
    }
    let unit = niceStep((high - low) / Double(marks))
    low = unit * floor(low / unit + 1e-9)
    high = unit * ceil(high / unit - 1e-9)
    // What rounding alone puts beyond is not told of.
    let slack = 1e-6 * unit
    return Axis(
      low: low, high: high, unit: unit,
      above: whole.upperBound > high + slack ? whole.upperBound : nil,
      below: whole.lowerBound < low - slack ? whole.lowerBound : nil)
  }
}

/// The least of 1, 2 and 5 times a power of ten that is not below a positive number.
func niceStep(_ least: Double) -> Double {
  let power = pow(10, floor(log10(least)))
  return power * ([1, 2, 5].first { least <= $0 * power } ?? 10)
}

import Glibc

/// The range of values for the y axis of a subplot: all values, unless outliers would compress the rest.
struct AxisRange: Equatable {
  /// The minimum and maximum of all values.
  private let whole: ClosedRange<Double>
  /// The same without the lowest 2 % and the highest 2 % of each curve.
  private let core: ClosedRange<Double>

  /// The range of some curves.
  ///
  /// - Precondition: No curve is empty.
  init(of curves: [[Double]]) {
    let sorted = curves.map { $0.sorted() }
    func range(without outliers: (Int) -> Int) -> ClosedRange<Double> {
      let low = sorted.map { $0[outliers($0.count)] }.min() ?? 0
      return low...(sorted.map { $0[$0.count - 1 - outliers($0.count)] }.max() ?? low)
    }
    (whole, core) = (range { _ in 0 }, range { $0 / 50 })
  }

  /// An axis with tick marks at multiples of `unit`.
  struct Axis: Equatable {
    let low: Double, high: Double, unit: Double
    /// The maximum and minimum of the values, if they are outside the axis.
    let above: Double?, below: Double?

    /// The positions of the tick marks.
    var marks: [Double] {
      let (first, last) = ((low / unit).rounded(), (high / unit).rounded())
      return stride(from: first, through: last, by: 1).map { $0 * unit }
    }
  }

  /// The axis, which starts and ends at a tick mark and has at most `marks` intervals.
  func axis(marks: Int) -> Axis {
    var (low, high) = (core.lowerBound, core.upperBound)
    if whole.upperBound - whole.lowerBound < 3 * (high - low) {
      (low, high) = (whole.lowerBound, whole.upperBound)
    }
    // With a smaller range, two tick marks would have the same label.
    let size = max(abs(low), abs(high))
    if high - low < max(1e-9 * size, 1e-300) {
      let margin = max(1, 1e-3 * size)
      (low, high) = (low - margin, high + margin)
    }
    let unit = niceStep((high - low) / Double(marks))
    low = unit * floor(low / unit + 1e-9)
    high = unit * ceil(high / unit - 1e-9)
    // Values that only rounding puts outside do not count.
    let slack = 1e-6 * unit
    return Axis(
      low: low, high: high, unit: unit,
      above: whole.upperBound > high + slack ? whole.upperBound : nil,
      below: whole.lowerBound < low - slack ? whole.lowerBound : nil)
  }
}

/// The smallest number of the form 1, 2 or 5 × 10ⁿ that is at least `minimum` (> 0).
func niceStep(_ minimum: Double) -> Double {
  let power = pow(10, floor(log10(minimum)))
  return power * ([1, 2, 5].first { minimum <= $0 * power } ?? 10)
}

import Testing

@testable import MetricsFormat

@Suite struct CurveTests {
  /// Random values.
  private func noise(_ count: Int) -> [Point] {
    var random = SystemRandomNumberGenerator()
    return (0..<count).map { Point(x: Double($0), y: .random(in: -1...1, using: &random)) }
  }

  @Test(arguments: [1, 2, 7, 1000], [1, 2, 100, 999])
  func `a group is reduced to its minimum and maximum, in their order`(
    _ groupSize: Int, _ count: Int
  ) throws {
    let values = noise(count)
    var curve = Curve(median: nil), expected: [Point] = []
    for start in stride(from: 0, to: count, by: groupSize) {
      let group = values[start..<min(start + groupSize, count)]
      for point in group { curve.append(point) }
      curve.endGroup()
      let minimum = try #require(group.min { $0.y < $1.y })
      let maximum = try #require(group.max { $0.y < $1.y })
      expected += minimum == maximum ? [minimum] : [minimum, maximum].sorted { $0.x < $1.x }
    }
    #expect(curve.points == expected)
    curve.finish()
    #expect(curve.medians.isEmpty)
    #expect(curve.points == expected)
  }

  @Test func `several values at one step are reduced to two`() {
    var curve = Curve(median: nil)
    for y in [2.0, 5, 1, 3] { curve.append(Point(x: 7, y: y)) }
    curve.endGroup()
    #expect(curve.points == [Point(x: 7, y: 1), Point(x: 7, y: 5)])
  }

  @Test(arguments: [3, 15, 101], [1, 2, 15, 16, 101, 400])
  func `a running median covers all values, with a shorter window at the ends`(
    _ window: Int, _ count: Int
  ) {
    for hop in [1, 2, 7, 1000] {
      let values = noise(count)
      var curve = Curve(median: window, every: hop)
      for point in values { curve.append(point) }
      curve.finish()
      let centers =
        count < window ? [] : Set(stride(from: 0, to: count, by: hop)).union([count - 1])
      let expected = centers.sorted().map { center in
        let nearest = min(center, count - 1 - center)
        let reach = nearest < window / 6 ? window / 6 : min(nearest, window / 2)
        let some = values[max(center - reach, 0)...min(center + reach, count - 1)]
          .map(\.y).sorted()
        return Point(
          x: values[center].x, y: (some[(some.count - 1) / 2] + some[some.count / 2]) / 2)
      }
      #expect(curve.medians == expected, "\(hop)")
    }
  }

  @Test func `equal values and sorted values have the expected medians`() {
    for y in [{ _ in 3 }, { Double($0) }, { -Double($0) }] as [(Int) -> Double] {
      var curve = Curve(median: 15, every: 1)
      for x in 0..<100 { curve.append(Point(x: Double(x), y: y(x))) }
      curve.finish()
      // The window is 3 at the ends, and 4 beside them.
      #expect(curve.medians.first?.y == y(1) && curve.medians.last?.y == y(98))
      #expect(curve.medians.dropFirst(2).dropLast(2).map(\.y) == (2..<98).map(y))
    }
  }

  @Test func `the window of a median is given in steps`() {
    for (distance, steps) in [(1, 5), (10, 50), (0.5, 3), (0, 1), (1e300, 1_000_000_000_000_000)]
      as [(Double, Int)]
    {
      var curve = Curve(median: 5, every: 3)
      for x in 0..<100 { curve.append(Point(x: Double(x) * distance, y: 0)) }
      curve.finish()
      #expect(curve.medianSteps == steps)
    }
  }
}

@Suite struct AxisRangeTests {
  private func axis(_ values: [Double], marks: Int = 6) -> AxisRange.Axis {
    AxisRange(of: [values]).axis(marks: marks)
  }

  @Test func `an axis ends at tick marks, with a distance of 1, 2 or 5 times a power of ten`() {
    #expect(axis([0.3, 5.7]) == AxisRange.Axis(low: 0, high: 6, unit: 1, above: nil, below: nil))
    #expect(axis([-3, 40]) == AxisRange.Axis(low: -10, high: 40, unit: 10, above: nil, below: nil))
    #expect(axis([0, 1e-4], marks: 4).unit == 5e-5)
    for (minimum, step) in [(1, 1), (1.1, 2), (2.5, 5), (5.1, 10), (0.03, 0.05)]
      as [(Double, Double)]
    {
      #expect(abs(niceStep(minimum) - step) < 1e-12)
    }
  }

  @Test func `the outer 2 percent are cut off if they need two thirds of the height`() {
    let regular = (0..<96).map { Double($0 % 2) }
    #expect(
      axis(regular + [-10, -9, 80, 90])
        == AxisRange.Axis(low: 0, high: 1, unit: 0.2, above: 90, below: -10))
    #expect(axis(regular + [0, 0, 1.5, 1.9]).above == nil)
    #expect(axis(regular.dropLast() + [-10, -9, 80, 90]).above == nil, "1 of 99 is cut off")
    #expect(
      axis(regular.dropLast(60) + [90]).above == nil, "of fewer than 50 values, all are shown")
    // The outliers of each curve; a short curve has none.
    let both = AxisRange(of: [regular + [1, 1, 80, 90], [5]]).axis(marks: 6)
    #expect(both == AxisRange.Axis(low: 0, high: 5, unit: 1, above: 90, below: nil))
  }

  @Test(
    arguments: [
      [0], [7], [-1e300, 1e300], [0, 5e-324], [0, 1e-290], [1e30, 1e30], [1e17, 1e17 + 16],
      [1e20, 1.000_000_01e20], [-1e-5, -1e-5], [3e-310, 1],
    ] as [[Double]])
  func `any values have an axis with few and different tick marks`(_ values: [Double]) {
    let axis = axis(values)
    #expect(axis.low.isFinite && axis.high.isFinite && axis.unit > 0)
    #expect(axis.low - axis.unit / 1000 <= values[0])
    #expect(axis.high + axis.unit / 1000 >= values[values.count - 1])
    #expect(axis.above == nil && axis.below == nil)
    #expect((1...8).contains((axis.high - axis.low) / axis.unit))
    #expect(axis.low + axis.unit > axis.low && axis.high - axis.unit < axis.high)
  }
}

import Testing

@testable import MetricsFormat

@Suite struct CurveTests {
  /// Values that go up and down by no rule.
  private func noise(_ count: Int) -> [Point] {
    var random = SystemRandomNumberGenerator()
    return (0..<count).map { Point(x: Double($0), y: .random(in: -1...1, using: &random)) }
  }

  @Test(arguments: [1, 2, 7, 1000], [1, 2, 100, 999])
  func `a stroke has the least and the greatest of its values, in their order`(
    _ stroke: Int, _ count: Int
  ) throws {
    let values = noise(count)
    var curve = Curve(median: nil), expected: [Point] = []
    for start in stride(from: 0, to: count, by: stroke) {
      let some = values[start..<min(start + stroke, count)]
      for point in some { curve.append(point) }
      curve.lift()
      let least = try #require(some.min { $0.y < $1.y })
      let greatest = try #require(some.max { $0.y < $1.y })
      expected += least == greatest ? [least] : [least, greatest].sorted { $0.x < $1.x }
    }
    #expect(curve.points == expected)
    curve.finish()
    #expect(curve.medians.isEmpty)
    #expect(curve.points == expected)
  }

  @Test func `of several values at one step none is lost`() {
    var curve = Curve(median: nil)
    for y in [2.0, 5, 1, 3] { curve.append(Point(x: 7, y: y)) }
    curve.lift()
    #expect(curve.points == [Point(x: 7, y: 1), Point(x: 7, y: 5)])
  }

  @Test(arguments: [3, 15, 101], [1, 2, 15, 16, 101, 400])
  func `a running median goes from the first value to the last, with a narrow window at the ends`(
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

  @Test func `equal values, and values in order, have medians too`() {
    for y in [{ _ in 3 }, { Double($0) }, { -Double($0) }] as [(Int) -> Double] {
      var curve = Curve(median: 15, every: 1)
      for x in 0..<100 { curve.append(Point(x: Double(x), y: y(x))) }
      curve.finish()
      // Of three at the very ends, of four beside them.
      #expect(curve.medians.first?.y == y(1) && curve.medians.last?.y == y(98))
      #expect(curve.medians.dropFirst(2).dropLast(2).map(\.y) == (2..<98).map(y))
    }
  }

  @Test func `a median tells of the steps between so many values`() {
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

@Suite struct FrameTests {
  private func axis(_ values: [Double], marks: Int = 6) -> Frame.Axis {
    Frame(of: [values]).axis(marks: marks)
  }

  @Test func `a frame ends at its marks, 1, 2 or 5 of a power of ten apart`() {
    #expect(axis([0.3, 5.7]) == Frame.Axis(low: 0, high: 6, unit: 1, above: nil, below: nil))
    #expect(axis([-3, 40]) == Frame.Axis(low: -10, high: 40, unit: 10, above: nil, below: nil))
    #expect(axis([0, 1e-4], marks: 4).unit == 5e-5)
    for (least, step) in [(1, 1), (1.1, 2), (2.5, 5), (5.1, 10), (0.03, 0.05)] as [(Double, Double)]
    {
      #expect(abs(niceStep(least) - step) < 1e-12)
    }
  }

  @Test func `two in 100 at either end lie beyond if they are two thirds of the height`() {
    let calm = (0..<96).map { Double($0 % 2) }
    #expect(
      axis(calm + [-10, -9, 80, 90])
        == Frame.Axis(low: 0, high: 1, unit: 0.2, above: 90, below: -10))
    #expect(axis(calm + [0, 0, 1.5, 1.9]).above == nil)
    #expect(axis(calm.dropLast() + [-10, -9, 80, 90]).above == nil, "of 99 one is left out")
    #expect(axis(calm.dropLast(60) + [90]).above == nil, "less than fifty values are all shown")
    // Each curve's own few: of a short one none is left out.
    let both = Frame(of: [calm + [1, 1, 80, 90], [5]]).axis(marks: 6)
    #expect(both == Frame.Axis(low: 0, high: 5, unit: 1, above: 90, below: nil))
  }

  @Test(
    arguments: [
      [0], [7], [-1e300, 1e300], [0, 5e-324], [0, 1e-290], [1e30, 1e30], [1e17, 1e17 + 16],
      [1e20, 1.000_000_01e20], [-1e-5, -1e-5], [3e-310, 1],
    ] as [[Double]])
  func `any values have an axis with few marks that differ`(_ values: [Double]) {
    let axis = axis(values)
    #expect(axis.low.isFinite && axis.high.isFinite && axis.unit > 0)
    #expect(axis.low - axis.unit / 1000 <= values[0])
    #expect(axis.high + axis.unit / 1000 >= values[values.count - 1])
    #expect(axis.above == nil && axis.below == nil)
    #expect((1...8).contains((axis.high - axis.low) / axis.unit))
    #expect(axis.low + axis.unit > axis.low && axis.high - axis.unit < axis.high)
  }
}

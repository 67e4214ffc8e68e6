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
    #expect(curve.medians.isEmpty)
    curve.lift()
    #expect(curve.points == expected)
  }

  @Test func `of several values at one step none is lost`() {
    var curve = Curve(median: nil)
    for y in [2.0, 5, 1, 3] { curve.append(Point(x: 7, y: y)) }
    curve.lift()
    #expect(curve.points == [Point(x: 7, y: 1), Point(x: 7, y: 5)])
  }

  @Test(arguments: [3, 15, 101], [2, 15, 400])
  func `a median is the middle one of its window, windows overlap by half`(
    _ window: Int, _ count: Int
  ) {
    let values = noise(count)
    var curve = Curve(median: window)
    for point in values { curve.append(point) }
    var expected: [Point] = []
    for start in stride(from: 0, through: count - window, by: window / 2 + 1) {
      let some = values[start..<start + window]
      let middle = some.first { point in
        some.count { $0.y < point.y } == window / 2
      }
      expected.append(Point(x: Double(start + window / 2), y: middle?.y ?? .nan))
    }
    #expect(curve.medians == expected)
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

import Testing

@testable import ToolSupport

@Suite struct ProgressMeterTests {
  @Test(arguments: [
    (-1, "0:00"), (0, "0:00"), (6.2, "0:07"), (59, "0:59"), (60, "1:00"), (754, "12:34"),
    (3599.5, "1:00:00"), (18367, "5:06:07"), (172_799, "47:59:59"), (172_800, "2 d 0 h"),
    (273_600, "3 d 4 h"), (.infinity, "11574074074 d 1 h"),
  ])
  func `a duration is shown as a clock, or in days from two days`(
    _ seconds: Double, _ text: String
  ) {
    #expect(duration(seconds: seconds) == text)
  }

  @Test func `a rate is units per second, and adapts to a new speed`() throws {
    var rate = Rate()
    #expect(rate.perSecond == nil)
    #expect(rate.description("images", left: 5) == "0 images/s")
    for second in 1...600 { rate.update(second * 100, after: 1) }
    #expect(abs(try #require(rate.perSecond) - 100) < 1e-9)
    #expect(rate.description("images", left: 5890) == "100 images/s, 0:59 left")
    #expect(rate.description("images", left: 6000, within: 7) == "100 images/s, 0:07 left")
    #expect(rate.description("images", left: nil) == "100 images/s")
    for second in 1...60 { rate.update(60_000 + second * 2, after: 1) }
    #expect(2..<3 ~= (try #require(rate.perSecond)))
    #expect(rate.description("images", left: nil).hasPrefix("2."))
  }
}

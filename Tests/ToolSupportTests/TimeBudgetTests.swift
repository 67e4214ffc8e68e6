import Testing

@testable import ToolSupport

@Suite struct TimeBudgetTests {
  @Test(
    arguments: [
      ("90s", 90), ("50m", 3000), ("1.5h", 5400), ("2d", 172_800), ("0s", 0), ("000.25m", 15),
      ("1000000s", 1e6),
    ] as [(String, Double)])
  func `a time has a number and a unit`(_ text: String, _ seconds: Double) throws {
    let budget = try #require(TimeBudget(text))
    #expect(budget.seconds == seconds)
    #expect(budget.secondsLeft <= seconds && (seconds < 10 || budget.secondsLeft > seconds - 5))
  }

  @Test(arguments: [
    "", "s", "5", "5 s", " 5s", "5S", "-1s", "+1s", "1,5h", "1.2.3s", ".", ".s", "0x5s", "1e3s",
    "nans", "infh", "1000001s", "5y", "٣s",
  ])
  func `anything else is not a time`(_ text: String) { #expect(TimeBudget(text) == nil) }
}

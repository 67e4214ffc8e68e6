import Testing

@testable import MetricsFormat

@Suite struct MetricsLineTests {
  private func read(_ text: String) -> MetricsLine? { MetricsLine(Array(text.utf8)[...]) }

  @Test func `numbers keep their names and order, and null is left out`() throws {
    let line = try #require(read(#"{"epoch":3,"penalty":null,"rate":5e-05,"w":-1.25}"#))
    #expect(line.numbers.map(\.name) == ["epoch", "rate", "w"])
    #expect(line["epoch"] == 3 && line["rate"] == 5e-05 && line["w"] == -1.25)
    #expect(line["penalty"] == nil && line["nothing"] == nil)
  }

  @Test(arguments: [
    "", "{", "{}", "words", "[1]", #""epoch":1"#, #"{"epoch":1"#, #"{"epoch":1,}"#, #"{"epoch"}"#,
    #"{epoch:1}"#, #"{"":1}"#, #"{"a\n":1}"#, #"{"epoch":}"#, #"{"epoch":"1"}"#, #"{"epoch":nan}"#,
    #"{"epoch":inf}"#, #"{"epoch":0x10}"#, #"{"epoch":1e999}"#, #"{"epoch":1 }"#, #"{"epoch":[1]}"#,
    #"{"epoch":1}}"#, #"{"epoch":{"a":1}}"#, #"{"epoch":1-2}"#, #"{"epoch":true}"#,
  ])
  func `anything else is no line`(_ text: String) { #expect(read(text) == nil) }

  @Test func `no beginning of a line is a line`() {
    let whole = Array(#"{"epoch":1,"generator_step":2,"seconds":0.25}"#.utf8)
    for count in 0..<whole.count { #expect(MetricsLine(whole[..<count]) == nil) }
    #expect(MetricsLine(whole[...]) != nil)
  }
}

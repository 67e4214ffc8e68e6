import Testing

@testable import MetricsFormat

@Suite struct MetricsLineTests {
  private func parse(_ text: String) -> MetricsLine? { MetricsLine(Array(text.utf8)[...]) }

  @Test func `a line gives its numbers in order, without nulls`() throws {
    let line = try #require(parse(#"{"epoch":3,"penalty":null,"rate":5e-05,"wasserstein":-1.25}"#))
    #expect(line.numbers.map(\.name) == ["epoch", "rate", "wasserstein"])
    #expect(line[.epoch] == 3 && line.numbers.map(\.value) == [3, 5e-05, -1.25])
    #expect(line[.penalty] == nil && line[.seconds] == nil)
    #expect(line.count(.epoch) == 3 && line.count(.wasserstein) == nil)
  }

  @Test func `a line may identify its run`() throws {
    let text = MetricsLine.identified(#"{"epoch":3,"seconds":0.5}"#, run: "0a1b2c3d")
    #expect(text == #"{"epoch":3,"seconds":0.5,"run":"0a1b2c3d"}"#)
    let line = try #require(parse(text))
    #expect(line.run == "0a1b2c3d" && line.numbers.map(\.name) == ["epoch", "seconds"])
    #expect(parse(#"{"epoch":3}"#)?.run == nil)
  }

  @Test(arguments: [
    #"{"run":1}"#, #"{"run":""}"#, #"{"run":"a}"#, #"{"run":"a\b"}"#, #"{"epoch":"0a1b2c3d"}"#,
    "", "{", "{}", "words", "[1]", #""epoch":1"#, #"{"epoch":1"#, #"{"epoch":1,}"#, #"{"epoch"}"#,
    #"{epoch:1}"#, #"{"":1}"#, #"{"a\n":1}"#, #"{"epoch":}"#, #"{"epoch":"1"}"#, #"{"epoch":nan}"#,
    #"{"epoch":inf}"#, #"{"epoch":0x10}"#, #"{"epoch":1e999}"#, #"{"epoch":1 }"#, #"{"epoch":[1]}"#,
    #"{"epoch":1}}"#, #"{"epoch":{"a":1}}"#, #"{"epoch":1-2}"#, #"{"epoch":true}"#,
  ])
  func `anything else is not a line of metrics`(_ text: String) { #expect(parse(text) == nil) }

  @Test func `a line of Windows ends with a carriage return`() throws {
    #expect(try #require(parse("{\"epoch\":3}\r"))[.epoch] == 3)
    #expect(parse("{\"epoch\":3}\r\r") == nil && parse("\r") == nil)
  }

  @Test func `an incomplete line is not a line of metrics`() {
    let whole = Array(#"{"epoch":1,"generator_step":2,"seconds":0.25}"#.utf8)
    for count in 0..<whole.count { #expect(MetricsLine(whole[..<count]) == nil) }
    #expect(MetricsLine(whole[...]) != nil)
  }
}

import Foundation
import TensorIO
import Testing

/// What is written is JSON, whatever the numbers and texts.
@Suite struct JSONValueTests {
  @Test(
    arguments: [
      (.null, "null"), (.boolean(true), "true"), (.boolean(false), "false"),
      (.integer(.min), "-9223372036854775808"), (.integer(.max), "9223372036854775807"),
      (.number(0.1), "0.1"), (.number(-0.0), "-0.0"), (.number(1e30), "1e+30"),
      (.number(.leastNonzeroMagnitude), "5e-324"),
      (.number(.greatestFiniteMagnitude), "1.7976931348623157e+308"),
      (.number(.nan), "null"), (.number(.signalingNaN), "null"), (.number(.infinity), "null"),
      (.number(-.infinity), "null"), (JSONValue(nil as Double?), "null"), (JSONValue(1.5), "1.5"),
      (JSONValue(nil as String?), "null"), (JSONValue("x"), #""x""#),
      (
        .string("a \"b\" \\ \n\u{0}\u{1F} ä 𝄞 \u{7F}"),
        #""a \"b\" \\ \u000a\u0000\u001f ä 𝄞 "# + "\u{7F}\""
      ),
      (.array([]), "[]"), (.object([]), "{}"),
      (
        ["b": .array([.integer(1), .null]), "a\"": ["x": .number(.nan)]],
        #"{"b":[1,null],"a\"":{"x":null}}"#
      ),
    ] as [(JSONValue, String)])
  func `a value has one form`(_ value: JSONValue, _ expected: String) throws {
    #expect("\(value)" == expected)
    for text in ["\(value)", value.indented] {
      let data = Data(text.utf8)
      #expect(throws: Never.self) {
        try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
      }
    }
  }

  @Test func `the indented form has a member or an element on each line`() {
    let value: JSONValue = ["a": .array([.integer(1), .array([])]), "b": ["c": .string("d")]]
    #expect(
      value.indented == """
        {
          "a": [
            1,
            []
          ],
          "b": {
            "c": "d"
          }
        }
        """)
  }
}

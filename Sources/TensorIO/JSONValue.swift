/// A JSON value (RFC 8259) to be written.
///
/// All JSON of this package is written by this type, so that no number reaches a file unchecked: JSON
/// has no form for a number that is not finite, and readers reject a file that has one.
public enum JSONValue: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A whole number, written with all its digits.
  case integer(Int)
  /// A number, written with the fewest digits that give it back. NaN and infinity are written as `null`.
  case number(Double)
  /// A text. Quotation marks, backslashes, and control characters are escaped.
  case string(String)
  /// A list of values.
  case array([JSONValue])
  /// Names and values, written in this order.
  case object([(name: String, value: JSONValue)])

  /// A number, or `null` if there is none.
  public init(_ number: Double?) { self = number.map(JSONValue.number) ?? .null }

  /// A text, or `null` if there is none.
  public init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }
}

extension JSONValue: CustomStringConvertible {
  /// The value on one line, without blanks.
  public var description: String {
    var text = ""
    write(to: &text, indentation: nil)
    return text
  }

  /// The value on several lines, a member or an element on each.
  public var indented: String {
    var text = ""
    write(to: &text, indentation: 0)
    return text
  }

  /// - Parameter indentation: Blanks before the line that the value begins on; nil for one line.
  private func write(to text: inout String, indentation: Int?) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.write(value, to: &text)
    case .array(let values):
      Self.write(values, in: ("[", "]"), to: &text, indentation) { value, indentation, text in
        value.write(to: &text, indentation: indentation)
      }
    case .object(let members):
      Self.write(members, in: ("{", "}"), to: &text, indentation) { member, indentation, text in
        Self.write(member.name, to: &text)
        text += indentation == nil ? ":" : ": "
        member.value.write(to: &text, indentation: indentation)
      }
    }
  }

  /// Writes the elements of an array or the members of an object.
  private static func write<Element>(
    _ elements: [Element], in brackets: (String, String), to text: inout String,
    _ indentation: Int?, _ write: (Element, Int?, inout String) -> Void
  ) {
    func breakLine(_ indentation: Int?) {
      if let indentation, !elements.isEmpty {
        text += "\n" + String(repeating: " ", count: indentation)
      }
    }
    text += brackets.0
    let inner = indentation.map { $0 + 2 }
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      breakLine(inner)
      write(element, inner, &text)
    }
    breakLine(indentation)
    text += brackets.1
  }

  /// Writes a string; only what must be escaped is.
  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
  /// An object with these members, in this order.
  public init(dictionaryLiteral members: (String, JSONValue)...) {
    self = .object(members.map { (name: $0.0, value: $0.1) })
  }
}

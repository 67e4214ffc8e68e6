/// Reads the tokens of a text form in order, separated by spaces.
package struct TokenReader {
  private var rest: ArraySlice<Substring>

  package init(_ text: some StringProtocol) {
    rest = text.split(separator: " ").map { Substring($0) }[...]
  }

  package var isEmpty: Bool { rest.isEmpty }

  /// Consumes these tokens if they are next.
  package mutating func take(_ tokens: Substring...) -> Bool {
    guard rest.starts(with: tokens) else { return false }
    rest = rest.dropFirst(tokens.count)
    return true
  }

  /// Consumes the next token as a value; `nil` if it is not one, or not valid.
  package mutating func next<Value: LosslessStringConvertible>(
    where isValid: (Value) -> Bool = { _ in true }
  ) -> Value? {
    rest.popFirst().flatMap { Value(String($0)) }.flatMap { isValid($0) ? $0 : nil }
  }

  /// The value after the token `name`; the default where that token is not next.
  package mutating func value<Value: LosslessStringConvertible>(
    _ name: Substring, default value: Value? = nil, where isValid: (Value) -> Bool = { _ in true }
  ) -> Value? {
    take(name) ? next(where: isValid) : value
  }
}

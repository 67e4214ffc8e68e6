/// The words of a text form, taken in order.
package struct TokenReader {
  private var rest: ArraySlice<Substring>

  package init(_ text: some StringProtocol) {
    rest = text.split(separator: " ").map { Substring($0) }[...]
  }

  package var isEmpty: Bool { rest.isEmpty }

  /// Whether these words are next; then they are taken.
  package mutating func take(_ words: Substring...) -> Bool {
    guard rest.starts(with: words) else { return false }
    rest = rest.dropFirst(words.count)
    return true
  }

  /// The next word as a value, if it is one that may stand here.
  package mutating func next<Value: LosslessStringConvertible>(
    where isValid: (Value) -> Bool = { _ in true }
  ) -> Value? {
    rest.popFirst().flatMap { Value(String($0)) }.flatMap { isValid($0) ? $0 : nil }
  }

  /// The value after `name`; where the name is not next, the default.
  package mutating func value<Value: LosslessStringConvertible>(
    _ name: Substring, default value: Value? = nil, where isValid: (Value) -> Bool = { _ in true }
  ) -> Value? {
    take(name) ? next(where: isValid) : value
  }
}

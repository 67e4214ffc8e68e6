/// Splits a text into words as a POSIX shell does, without any expansion.
///
/// Words are separated by whitespace. Single quotes, double quotes and backslashes quote as in a shell. All
/// other characters are literal, including `$` and `;`. A byte order mark at the beginning is ignored.
///
/// - Returns: The words; `nil` if a quotation is not terminated.
public func shellWords(_ text: String) -> [String]? {
  var words: [String] = []
  var word: String?
  var quote: Character?
  var rest =
    text.unicodeScalars.first == "\u{FEFF}" ? Substring(text.unicodeScalars.dropFirst()) : text[...]
  while let character = rest.popFirst() {
    switch (character, quote) {
    case ("'", "'"), ("\"", "\""): quote = nil
    case ("'", nil), ("\"", nil): (word, quote) = (word ?? "", character)
    case ("\\", nil):
      guard let next = rest.popFirst() else { return nil }
      word = (word ?? "") + String(next)
    // In double quotes, a backslash quotes only these characters.
    case ("\\", "\"") where rest.first.map({ "\"\\$`".contains($0) }) == true:
      word = (word ?? "") + String(rest.removeFirst())
    case (_, nil) where character.isWhitespace:
      if let word { words.append(word) }
      word = nil
    default: word = (word ?? "") + String(character)
    }
  }
  guard quote == nil else { return nil }
  return words + (word.map { [$0] } ?? [])
}

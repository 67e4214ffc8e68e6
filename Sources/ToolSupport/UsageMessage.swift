/// A message of ArgumentParser in the form of all other messages: one line that begins with a lower-case letter
/// and says what to do.
///
/// - Parameters:
///   - message: The message.
///   - tool: The name of the tool, whose help describes the expected values.
func usageMessage(_ message: String, of tool: String) -> String {
  let line = message.split(whereSeparator: \.isNewline)
    .map { $0.drop { $0 == " " } }.joined(separator: " ")
  let text = (line.prefix(1).lowercased() + line.dropFirst())
    .replacing("missing expected argument ", with: "missing ")
    .replacing(". Please provide one of ", with: "; expected one of ")
    .replacing(". Did you mean ", with: "; did you mean ")
    .replacing(/value to be set with flag ('.*') had already been set with flag ('.*')/) {
      "\($0.1) cannot be combined with \($0.2)"
    }
  let incomplete = [
    /missing '.*'/, /missing value for '.*'/, /unknown option '[^']*'/, /unexpected argument '.*'/,
    /the value '.*' is invalid for '[^']*'/,
  ]
  return incomplete.contains { text.wholeMatch(of: $0) != nil }
    ? "\(text); see \(tool) --help" : text
}

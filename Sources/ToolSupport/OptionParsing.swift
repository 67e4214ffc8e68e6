import ArgumentParser

/// A parser of an option's value, whose error message includes the expected form.
///
/// - Parameters:
///   - form: The expected form, for the message.
///   - parse: Parses the value; `nil` if it is not valid.
/// - Returns: A closure for the parameter `transform` of `@Option`.
public func expecting<Value>(
  _ form: String, _ parse: @escaping @Sendable (String) -> Value?
) -> @Sendable (String) throws -> Value {
  { text in
    guard let value = parse(text) else { throw ValidationError("expected \(form)") }
    return value
  }
}

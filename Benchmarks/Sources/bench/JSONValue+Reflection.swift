// JSONValue.swift is a symbolic link to the file in TensorIO, so this package does not depend on the
// main package.

extension JSONValue {
  /// Converts a Boolean, number, string or structure, or an array, optional or dictionary of these.
  ///
  /// A structure becomes an object. Its keys are the property names in alphabetical order.
  /// Properties that are `nil` are left out.
  ///
  /// - Precondition: `value` contains no other types.
  init(reflecting value: Any) {
    switch value {
    case let value as Bool: self = .boolean(value)
    case let value as Int: self = .integer(value)
    case let value as Double: self = .number(value)
    case let value as String: self = .string(value)
    case let values as [Any]: self = .array(values.map(JSONValue.init(reflecting:)))
    case let values as [String: Any]: self = .members(values.map { ($0, $1) })
    default:
      let mirror = Mirror(reflecting: value)
      precondition(mirror.displayStyle == .struct, "cannot convert \(type(of: value)) to JSON")
      self = .members(
        mirror.children.compactMap { child in
          guard let name = child.label, let value = Self.unwrapped(child.value) else { return nil }
          return (name, value)
        })
    }
  }

  private static func members(_ values: [(String, Any)]) -> JSONValue {
    .object(values.sorted { $0.0 < $1.0 }.map { ($0, JSONValue(reflecting: $1)) })
  }

  /// Returns the value of an optional, and other values unchanged.
  private static func unwrapped(_ value: Any) -> Any? {
    let mirror = Mirror(reflecting: value)
    return mirror.displayStyle == .optional ? mirror.children.first?.value : value
  }
}

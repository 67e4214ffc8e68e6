// JSONValue.swift is a link to the file of TensorIO, so that this package depends on no other.

extension JSONValue {
  /// A value of a report: a number, a text, a structure with its properties in the order of their
  /// names, or an array, optional, or dictionary of these. Properties that are nil are left out.
  ///
  /// - Precondition: there is nothing else in it.
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
      precondition(mirror.displayStyle == .struct, "no JSON for a \(type(of: value))")
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

  /// What an optional holds; other values as they are.
  private static func unwrapped(_ value: Any) -> Any? {
    let mirror = Mirror(reflecting: value)
    return mirror.displayStyle == .optional ? mirror.children.first?.value : value
  }
}

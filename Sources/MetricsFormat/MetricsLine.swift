/// A line of metrics: a flat JSON object of numbers and nulls, as `wgan-step --metrics` writes it.
package struct MetricsLine {
  /// Names and numbers in the order of the line; what is null is left out.
  package private(set) var numbers: [(name: String, value: Double)] = []

  /// Reads a line without its end; nil if it is anything else, or the beginning of a line only.
  package init?(_ line: ArraySlice<UInt8>) {
    guard line.count > 2, line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}") else {
      return nil
    }
    let members = line.dropFirst().dropLast().split(
      separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    for member in members {
      guard let colon = member.firstIndex(of: UInt8(ascii: ":")),
        let name = Self.name(member[..<colon])
      else { return nil }
      let value = String(decoding: member[(colon + 1)...], as: UTF8.self)
      if value == "null" { continue }
      // Also what Swift reads but JSON does not have: hexadecimal, inf, nan.
      guard value.utf8.allSatisfy({ "+-.0123456789Ee".utf8.contains($0) }),
        let number = Double(value), number.isFinite
      else { return nil }
      numbers.append((name, number))
    }
  }

  /// Whether a line has a number of one of these names; it is not read, nor checked.
  static func has(_ names: [[UInt8]], _ line: ArraySlice<UInt8>) -> Bool {
    var rest = line
    while let quote = rest.firstIndex(of: UInt8(ascii: "\"")) {
      rest = rest[quote...].dropFirst()
      for name in names where rest.starts(with: name) {
        if rest.dropFirst(name.count).first != UInt8(ascii: "n") { return true }
      }
    }
    return false
  }

  /// A number by its name.
  package subscript(_ name: String) -> Double? { numbers.first { $0.name == name }?.value }

  /// A whole number of at least 0 by its name.
  package func wholeNumber(_ name: String) -> Int? {
    self[name].flatMap(Int.init(exactly:)).flatMap { $0 < 0 ? nil : $0 }
  }

  private static func name(_ quoted: ArraySlice<UInt8>) -> String? {
    let quote = UInt8(ascii: "\"")
    guard quoted.count > 2, quoted.first == quote, quoted.last == quote else { return nil }
    let name = quoted.dropFirst().dropLast()
    guard name.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != quote && $0 != UInt8(ascii: "\\") })
    else { return nil }
    return String(decoding: name, as: UTF8.self)
  }
}

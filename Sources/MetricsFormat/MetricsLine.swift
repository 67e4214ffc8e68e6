package import TensorIO

/// A line of metrics: a flat JSON object of numbers and nulls, as `wgan-step --metrics` writes it. The
/// first line of a file also has the member `run`, a string.
package struct MetricsLine {
  /// The members in the order of the line, without those that are null.
  package private(set) var numbers: [(name: String, value: Double)] = []
  /// The identity of the run; `nil` if the line has none.
  package private(set) var run: String?

  /// Parses a line without its newline; `nil` if it is anything else, or incomplete.
  package init?(_ line: ArraySlice<UInt8>) {
    let line = line.withoutCarriageReturn
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
      if name == Self.runName {
        guard let text = Self.name(member[(colon + 1)...]) else { return nil }
        run = text
        continue
      }
      // Double's initializer also accepts hexadecimal, inf and nan, which JSON does not have.
      guard value.utf8.allSatisfy({ "+-.0123456789Ee".utf8.contains($0) }),
        let number = Double(value), number.isFinite
      else { return nil }
      numbers.append((name, number))
    }
  }

  /// The text of a line, without its line end.
  package static func json(_ members: [(key: MetricsKey, value: JSONValue)]) -> String {
    "\(JSONValue.object(members.map { ($0.key.rawValue, $0.value) }))"
  }

  /// Returns a line with the additional member `run`.
  ///
  /// - Parameters:
  ///   - line: A line without its line end.
  ///   - run: The identity of the run.
  package static func identified(_ line: String, run: String) -> String {
    "\(line.dropLast()),\"\(runName)\":\(JSONValue.string(run))}"
  }

  /// The start of every line.
  package static var begin: [UInt8] { Array("{\"\(MetricsKey.epoch.rawValue)\":".utf8) }

  private static let runName = "run"

  /// Whether a line contains a number for one of these keys. The line is not parsed.
  ///
  /// - Parameters:
  ///   - keys: Each key as `searchPattern(of:)` returns it.
  ///   - line: A line.
  static func contains(_ keys: [[UInt8]], _ line: ArraySlice<UInt8>) -> Bool {
    var rest = line
    while let quote = rest.firstIndex(of: UInt8(ascii: "\"")) {
      rest = rest[quote...].dropFirst()
      for key in keys where rest.starts(with: key) {
        if rest.dropFirst(key.count).first != UInt8(ascii: "n") { return true }
      }
    }
    return false
  }

  /// A key as `contains` searches for it: with the characters between it and the value.
  static func searchPattern(of key: MetricsKey) -> [UInt8] { Array("\(key.rawValue)\":".utf8) }

  /// The number of a member; `nil` if it is missing or null.
  package subscript(_ key: MetricsKey) -> Double? {
    numbers.first { $0.name == key.rawValue }?.value
  }

  /// The number of a member if it is an integer from 0.
  package func count(_ key: MetricsKey) -> Int? {
    self[key].flatMap(Int.init(exactly:)).flatMap { $0 < 0 ? nil : $0 }
  }

  /// The content of a string without escapes.
  private static func name(_ quoted: ArraySlice<UInt8>) -> String? {
    let quote = UInt8(ascii: "\"")
    guard quoted.count > 2, quoted.first == quote, quoted.last == quote else { return nil }
    let name = quoted.dropFirst().dropLast()
    guard name.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != quote && $0 != UInt8(ascii: "\\") })
    else { return nil }
    return String(decoding: name, as: UTF8.self)
  }
}

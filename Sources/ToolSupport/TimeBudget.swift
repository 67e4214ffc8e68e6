import Dispatch

/// A time limit such as `90s`, `50m`, `1.5h` or `2d`. The clock starts when the value is parsed.
public struct TimeBudget: Sendable {
  /// The text form, for messages.
  public static let format = "90s, 50m, 1.5h or 2d"

  /// The limit in seconds.
  public let seconds: Double
  private let end: DispatchTime

  /// Parses digits, optionally a point and more digits, and a unit: `s`, `m`, `h` or `d`. The limit is at
  /// most 10⁶ units.
  public init?(_ text: String) {
    let units = ["s": 1.0, "m": 60, "h": 3600, "d": 86400]
    let number = text.dropLast()
    guard let unit = units[String(text.suffix(1))],
      number.utf8.allSatisfy({ "0123456789.".utf8.contains($0) }),
      let count = Double(number), 0...1e6 ~= count
    else { return nil }
    seconds = count * unit
    end = .now() + seconds
  }

  /// The remaining seconds by the monotonic clock; 0 at the end.
  public var secondsLeft: Double {
    let now = DispatchTime.now()
    return now < end ? Double(end.uptimeNanoseconds - now.uptimeNanoseconds) / 1e9 : 0
  }
}

import ArgumentParser
import Dispatch

/// A span of time, counted from when the program reads it: `90s`, `50m`, `1.5h`, `2d`.
struct TimeBudget: ExpressibleByArgument {
  private let end: DispatchTime

  init?(argument: String) {
    let units = ["s": 1.0, "m": 60, "h": 3600, "d": 86400]
    guard let unit = units[String(argument.suffix(1))], let count = Double(argument.dropLast()),
      0...1e6 ~= count
    else { return nil }
    end = .now() + count * unit
  }

  /// Seconds that are left, by a clock that nobody sets.
  var secondsLeft: Double {
    let now = DispatchTime.now()
    return now < end ? Double(end.uptimeNanoseconds - now.uptimeNanoseconds) / 1e9 : 0
  }
}

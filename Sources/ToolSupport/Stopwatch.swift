import Dispatch

/// Measures the time between laps.
public struct Stopwatch: Sendable {
  private var last = DispatchTime.now()

  /// Starts the clock.
  public init() {}

  /// Ends a lap and returns its seconds.
  public mutating func lap() -> Double {
    let now = DispatchTime.now()
    defer { last = now }
    return Double(now.uptimeNanoseconds - last.uptimeNanoseconds) / 1e9
  }
}

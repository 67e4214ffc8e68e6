import Dispatch

/// Measures the time between laps.
public struct Stopwatch {
  private var last = DispatchTime.now()

  /// Starts now.
  public init() {}

  /// Seconds since the lap before, or since the start.
  public mutating func lap() -> Double {
    let now = DispatchTime.now()
    defer { last = now }
    return Double(now.uptimeNanoseconds - last.uptimeNanoseconds) / 1e9
  }
}

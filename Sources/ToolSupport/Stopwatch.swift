import Dispatch

/// Measures the time between laps.
public struct Stopwatch: Sendable {
  private var last = DispatchTime.now()

  /// Starts the clock.
  public init() {}

  /// The seconds since the start of the lap.
  public var seconds: Double {
    Double(DispatchTime.now().uptimeNanoseconds - last.uptimeNanoseconds) / 1e9
  }

  /// Ends a lap and returns its seconds.
  public mutating func lap() -> Double {
    let now = DispatchTime.now()
    defer { last = now }
    return Double(now.uptimeNanoseconds - last.uptimeNanoseconds) / 1e9
  }
}

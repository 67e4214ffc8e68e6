public import ArgumentParser
import Dispatch
import Glibc

/// Options of tools with a progress line.
public struct ProgressOptions: ParsableArguments {
  @Flag(
    name: .shortAndLong,
    help: "Print only errors and warnings, no progress line. SIGUSR1 still prints one line.")
  var quiet = false

  /// The default values.
  public init() {}

  /// Whether only errors and warnings are printed.
  public var isQuiet: Bool { quiet }
}

extension Tool {
  /// Starts a meter of work that is counted in `unit`.
  public static func meter(_ unit: String, _ options: ProgressOptions) -> ProgressMeter {
    ProgressMeter(tool: _commandName, unit, isQuiet: options.isQuiet)
  }
}

/// Shows progress, speed and remaining time on standard error: a `ProgressLine` on a terminal, and one line
/// after each SIGUSR1 on any output (see `blockStatusSignal`).
public struct ProgressMeter: Sendable {
  private let tool: String
  private let unit: String
  private var line: ProgressLine
  private var rate = Rate()
  private let statusSignal = SignalSet([SIGUSR1])

  fileprivate init(tool: String, _ unit: String, isQuiet: Bool) {
    (self.tool, self.unit) = (tool, unit)
    line = ProgressLine(isVisible: !isQuiet && ProgressLine.isTerminal)
  }

  /// Updates the progress, and shows it if it is due or requested.
  ///
  /// - Parameters:
  ///   - done: The units done since the start of the meter.
  ///   - left: The remaining units; `nil` if unknown.
  ///   - limit: The seconds until the work ends in any case.
  ///   - description: The text before the speed.
  public mutating func update(
    _ done: Int, left: Double?, within limit: Double? = nil,
    _ description: @autoclosure () -> String
  ) {
    rate.update(done)
    let isRequested = statusSignal.poll() != nil
    guard isRequested || line.isDue else { return }
    let text = "\(description()), \(rate.description(unit, left: left, within: limit))"
    if isRequested {
      clear()
      StandardStream.writeError("\(tool): \(text)")
    } else {
      line.draw(text)
    }
  }

  /// The same for work with a known total: "1234 of 60000 images, …".
  public mutating func update(_ done: Int, of all: Int) {
    let unit = unit
    update(done, left: Double(all - done), "\(done) of \(all) \(unit)")
  }

  /// Clears the line, before a message or at the end.
  public mutating func clear() { line.clear() }
}

/// Units per second, averaged over about the last ten seconds.
struct Rate {
  /// The time constant of the average in seconds.
  private static let timeConstant = 10.0

  private var clock = Stopwatch()
  private var done = 0
  /// Weighted sums; their ratio is the rate.
  private var seconds = 0.0, units = 0.0

  mutating func update(_ done: Int) {
    update(done, after: clock.lap())
  }

  /// - Parameters:
  ///   - done: The units done in total.
  ///   - lap: The seconds since the last update.
  mutating func update(_ done: Int, after lap: Double) {
    let weight = Self.timeConstant / (Self.timeConstant + lap)
    units = units * weight + Double(done - self.done)
    seconds = seconds * weight + lap
    self.done = done
  }

  var perSecond: Double? { seconds > 0 && units > 0 ? units / seconds : nil }

  /// "5210 images/s, 2:31 left".
  func description(_ unit: String, left: Double?, within limit: Double? = nil) -> String {
    guard let perSecond else { return "0 \(unit)/s" }
    let speed =
      perSecond < 10
      ? "\((perSecond * 10).rounded() / 10)" : "\(Int(min(perSecond, 1e15).rounded()))"
    let seconds = [left.map { $0 / perSecond }, limit].compactMap(\.self).min()
    return "\(speed) \(unit)/s" + (seconds.map { ", \(duration(seconds: $0)) left" } ?? "")
  }
}

/// A duration as text: 0:07, 12:34, 5:06:07, 3 d 4 h.
func duration(seconds: Double) -> String {
  let total = Int(min(max(seconds, 0), 1e15).rounded(.up))
  func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  let (minutes, hours) = (total / 60 % 60, total / 3600)
  if hours >= 48 { return "\(hours / 24) d \(hours % 24) h" }
  if hours > 0 { return "\(hours):\(twoDigits(minutes)):\(twoDigits(total % 60))" }
  return "\(minutes):\(twoDigits(total % 60))"
}

/// Blocks SIGUSR1, which would terminate the process, until a meter polls it.
func blockStatusSignal() { SignalSet([SIGUSR1]).block() }

public import ArgumentParser
import Dispatch
import Glibc

/// Whether a tool that works for long says how far it has come.
public struct ProgressOptions: ParsableArguments {
  @Flag(
    name: .shortAndLong,
    help: "No progress line; only what went wrong. SIGUSR1 still asks for one line.")
  var quiet = false

  /// No options given.
  public init() {}

  /// Whether only what went wrong is to be said.
  public var isQuiet: Bool { quiet }
}

extension Tool {
  /// Begins to watch work that is counted in `unit`.
  public static func meter(_ unit: String, _ options: ProgressOptions) -> ProgressMeter {
    ProgressMeter(tool: _commandName, unit, isQuiet: options.isQuiet)
  }
}

/// How far the work has come, how fast it goes, and how long it will take, on standard error: a line
/// that is written over, on a terminal only, after the first second, five times a second; and a whole
/// line, terminal or not, at each SIGUSR1 (see `holdStatusSignal`).
public struct ProgressMeter {
  private let tool: String
  private let unit: String
  private var line: ProgressLine
  private var rate = Rate()
  private let statusSignal = SignalSet([SIGUSR1])

  fileprivate init(tool: String, _ unit: String, isQuiet: Bool) {
    (self.tool, self.unit) = (tool, unit)
    line = ProgressLine(isVisible: !isQuiet && ProgressLine.isTerminal)
  }

  /// Notes how much is done, and says it if it is time.
  ///
  /// - Parameters:
  ///   - done: Units done since the meter began.
  ///   - left: Units still to do; `nil` when nobody knows.
  ///   - limit: Seconds after which the work ends in any case.
  ///   - words: What else there is to say of it.
  public mutating func update(
    _ done: Int, left: Double?, within limit: Double? = nil, _ words: @autoclosure () -> String
  ) {
    rate.note(done)
    let isAsked = statusSignal.poll() != nil
    guard isAsked || line.isDue else { return }
    let text = "\(words()), \(rate.words(unit, left: left, within: limit))"
    if isAsked {
      clear()
      StandardStream.say("\(tool): \(text)")
    } else {
      line.draw(text)
    }
  }

  /// The same of work whose end is known: "1234 of 60000 images, …".
  public mutating func update(_ done: Int, of all: Int) {
    let unit = unit
    update(done, left: Double(all - done), "\(done) of \(all) \(unit)")
  }

  /// Clears the line, before a message or the end.
  public mutating func clear() { line.clear() }
}

/// Units a second, averaged over the last ten seconds or so.
struct Rate {
  /// Seconds after which an old speed counts for half.
  private static let memory = 10.0

  private var clock = Stopwatch()
  private var done = 0
  /// Seconds and units, faded; their ratio is the rate.
  private var seconds = 0.0, units = 0.0

  mutating func note(_ done: Int) {
    note(done, after: clock.lap())
  }

  /// So many units in all, these seconds after the note before.
  mutating func note(_ done: Int, after lap: Double) {
    let fade = Self.memory / (Self.memory + lap)
    units = units * fade + Double(done - self.done)
    seconds = seconds * fade + lap
    self.done = done
  }

  var perSecond: Double? { seconds > 0 && units > 0 ? units / seconds : nil }

  /// "5210 images/s, 2:31 left".
  func words(_ unit: String, left: Double?, within limit: Double? = nil) -> String {
    guard let perSecond else { return "0 \(unit)/s" }
    let speed =
      perSecond < 10
      ? "\((perSecond * 10).rounded() / 10)" : "\(Int(min(perSecond, 1e15).rounded()))"
    let seconds = [left.map { $0 / perSecond }, limit].compactMap(\.self).min()
    return "\(speed) \(unit)/s" + (seconds.map { ", \(duration(seconds: $0)) left" } ?? "")
  }
}

/// A time to read: 0:07, 12:34, 5:06:07, 3 d 4 h.
func duration(seconds: Double) -> String {
  let total = Int(min(max(seconds, 0), 1e15).rounded(.up))
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  let (minutes, hours) = (total / 60 % 60, total / 3600)
  if hours >= 48 { return "\(hours / 24) d \(hours % 24) h" }
  if hours > 0 { return "\(hours):\(two(minutes)):\(two(total % 60))" }
  return "\(minutes):\(two(total % 60))"
}

/// Keeps SIGUSR1 from ending the process, until a meter asks for it.
func holdStatusSignal() { SignalSet([SIGUSR1]).block() }

import Dispatch
import Glibc

/// A line on standard error that is written over, only on a terminal, only after the first second,
/// five times a second. A log file never sees it.
public struct ProgressLine {
  private let isVisible = isatty(STDERR_FILENO) == 1
  private var next = DispatchTime.now() + .seconds(1)
  private var isDrawn = false

  /// Nothing is drawn yet.
  public init() {}

  /// Draws the words, if it is time.
  public mutating func update(_ words: @autoclosure () -> String) {
    guard isVisible, DispatchTime.now() >= next else { return }
    next = .now() + .milliseconds(200)
    isDrawn = true
    try? StandardStream.write("\r\u{1B}[K" + words(), to: STDERR_FILENO)
  }

  /// Clears the line, before a message or the end.
  public mutating func clear() {
    if isDrawn { try? StandardStream.write("\r\u{1B}[K", to: STDERR_FILENO) }
    isDrawn = false
  }
}

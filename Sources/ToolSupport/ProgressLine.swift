import Dispatch
import Glibc
import TensorIO

/// A line on standard error that is written over, only on a terminal that can, only after the first
/// second, five times a second, and never longer than a row. A log file never sees it.
public struct ProgressLine {
  private let isVisible =
    isatty(STDERR_FILENO) == 1 && ![nil, "dumb"].contains(SystemCall.environment("TERM"))
  private var next = DispatchTime.now() + .seconds(1)
  private var isDrawn = false

  /// Nothing is drawn yet.
  public init() {}

  /// Draws the words, if it is time.
  public mutating func update(_ words: @autoclosure () -> String) {
    guard isVisible, DispatchTime.now() >= next else { return }
    next = .now() + .milliseconds(200)
    isDrawn = true
    var window = winsize()
    _ = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &window)
    let width = window.ws_col > 1 ? Int(window.ws_col) - 1 : 79
    try? StandardStream.write("\r\u{1B}[K" + words().prefix(width), to: STDERR_FILENO)
  }

  /// Clears the line, before a message or the end.
  public mutating func clear() {
    if isDrawn { try? StandardStream.write("\r\u{1B}[K", to: STDERR_FILENO) }
    isDrawn = false
  }
}

import Dispatch
import Glibc
import TensorIO

/// A line on standard error that is written over: only after the first second, five times a second,
/// and never longer than a row.
struct ProgressLine {
  private let isVisible: Bool
  private var next = DispatchTime.now() + .seconds(1)
  private var isDrawn = false

  /// Whether standard error is a terminal that can write over a line. A log file never is.
  static var isTerminal: Bool {
    isatty(STDERR_FILENO) == 1 && ![nil, "dumb"].contains(SystemCall.environment("TERM"))
  }

  init(isVisible: Bool) { self.isVisible = isVisible }

  /// Whether it is time to draw.
  var isDue: Bool { isVisible && DispatchTime.now() >= next }

  mutating func draw(_ words: String) {
    next = .now() + .milliseconds(200)
    isDrawn = true
    var window = winsize()
    _ = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &window)
    let width = window.ws_col > 1 ? Int(window.ws_col) - 1 : 79
    try? StandardStream.write("\r\u{1B}[K" + words.prefix(width), to: STDERR_FILENO)
  }

  /// Clears the line, before a message or the end.
  mutating func clear() {
    if isDrawn { try? StandardStream.write("\r\u{1B}[K", to: STDERR_FILENO) }
    isDrawn = false
  }
}

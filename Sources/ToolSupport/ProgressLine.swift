import Dispatch
import Glibc
import TensorIO

/// A status line on a terminal that overwrites itself. It appears after one second, changes five times a
/// second, and is never longer than a row.
struct ProgressLine {
  private let isVisible: Bool
  private var next = DispatchTime.now() + .seconds(1)
  private var isDrawn = false

  /// Whether standard error is a terminal that can overwrite a line.
  static var isTerminal: Bool {
    isatty(STDERR_FILENO) == 1 && ![nil, "dumb"].contains(SystemCall.environment("TERM"))
  }

  init(isVisible: Bool) { self.isVisible = isVisible }

  /// Whether it is time to draw.
  var isDue: Bool { isVisible && DispatchTime.now() >= next }

  mutating func draw(_ text: String) {
    next = .now() + .milliseconds(200)
    isDrawn = true
    var window = winsize()
    _ = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &window)
    let width = window.ws_col > 1 ? Int(window.ws_col) - 1 : 79
    try? StandardStream.write("\r\u{1B}[K" + text.prefix(width), to: STDERR_FILENO)
  }

  /// Clears the line, before a message or at the end.
  mutating func clear() {
    if isDrawn { try? StandardStream.write("\r\u{1B}[K", to: STDERR_FILENO) }
    isDrawn = false
  }
}

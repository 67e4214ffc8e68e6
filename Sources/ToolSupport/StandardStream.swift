import Glibc
import TensorIO

/// Words, written by `write(2)` with every error seen: `print` loses data without a word.
public enum StandardStream {
  /// Writes a line to standard error; there is nowhere to tell of a failure.
  public static func say(_ line: String) {
    try? write(line + "\n", to: STDERR_FILENO)
  }

  /// Writes text to a descriptor, all of it.
  public static func write(_ text: String, to descriptor: Int32) throws(FileError) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written >= 0 else { throw FileError(.inputOutput, "standard output", errno: errno) }
      rest = rest.dropFirst(written)
    }
  }

  /// Closes standard output: some file systems tell of a full disk only then.
  static func finish() throws(FileError) {
    if close(STDOUT_FILENO) != 0, errno != EBADF, errno != EINTR {
      throw FileError(.inputOutput, "standard output", errno: errno)
    }
  }
}

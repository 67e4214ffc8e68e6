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
    try writeAll(text, to: descriptor, "standard output")
  }

  /// Closes standard output: some file systems tell of a full disk only then.
  static func finish() throws(FileError) {
    if close(STDOUT_FILENO) != 0, errno != EBADF, errno != EINTR {
      throw FileError(.inputOutput, "standard output", errno: errno)
    }
  }
}

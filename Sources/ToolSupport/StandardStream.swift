import Glibc
import TensorIO

/// Text output by `write(2)` with error checks; `print` loses data without an error.
public enum StandardStream {
  /// Writes a line to standard error. Errors are ignored, because they cannot be reported.
  public static func writeError(_ line: String) {
    try? write(line + "\n", to: STDERR_FILENO)
  }

  /// Writes all of a text to a descriptor.
  public static func write(_ text: String, to descriptor: Int32) throws(FileError) {
    try writeAll(text, to: descriptor, "standard output")
  }

  /// Closes standard output. Some file systems report a full disk only then.
  static func finish() throws(FileError) {
    if close(STDOUT_FILENO) != 0, errno != EBADF, errno != EINTR {
      throw FileError(.inputOutput, "standard output", errno: errno)
    }
  }
}

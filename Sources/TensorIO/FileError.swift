// Errors about files. Every throwing function of this module throws `FileError`; the tools print it
// and exit with the raw value of its kind.
import Glibc

/// An error about a file, described in one line.
public struct FileError: Error, Sendable, CustomStringConvertible {
  /// The category of an error. The raw value is the exit status that `sysexits.h` assigns to it.
  public enum Kind: Int32, Sendable {
    /// The request is invalid, such as writing binary data to a terminal.
    case usage = 64
    /// The file has the wrong format, or is corrupted.
    case invalid = 65
    /// The file does not exist, or cannot be opened.
    case missing = 66
    /// An internal error of the program.
    case bug = 70
    /// The output cannot be created.
    case cannotCreate = 73
    /// Reading or writing failed.
    case inputOutput = 74
    /// Another process is writing the file.
    case busy = 75
  }

  /// The category of the error.
  public var kind: Kind
  /// The path as the user wrote it, or "standard input" or "standard output".
  public var path: String
  /// What is wrong, what was expected and what was found: lowercase, without a final period.
  public var message: String
  /// The value of `errno`, if the error is that of a system call.
  package var errorNumber: Int32?
  /// Whether the output is a pipe that nobody reads any more (`EPIPE`).
  public var isBrokenPipe: Bool { errorNumber == EPIPE }

  /// Creates an error about a file.
  ///
  /// - Parameters:
  ///   - kind: The category.
  ///   - path: The file's name in messages.
  ///   - message: What is wrong: lowercase, without a final period.
  public init(_ kind: Kind, _ path: String, _ message: String) {
    self.kind = kind
    self.path = path
    self.message = message
  }

  /// Creates an error with the system's message for an error number.
  ///
  /// - Parameters:
  ///   - kind: The category.
  ///   - path: The file's name in messages.
  ///   - code: A value of `errno`.
  public init(_ kind: Kind, _ path: String, errno code: Int32) {
    self.init(kind, path, Self.text(of: code))
    errorNumber = code
  }

  /// Creates the error for a file that cannot be opened, as `errno` reports it: `.missing` if the path or
  /// its permissions are the reason, otherwise `.inputOutput`, because the file may be there.
  package init(missing path: String, errno code: Int32) {
    switch code {
    case ENOENT:
      self.init(.missing, path, errno: code)
      message = "no such file"
    case EACCES, EPERM, ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG, EINVAL, ENXIO, ENODEV:
      self.init(.missing, path, errno: code)
    default: self.init(.inputOutput, path, errno: code)
    }
  }

  /// Whether the error is about this one file: its content is invalid, or nothing is at its path. Any other
  /// error, such as a failing disk, too many open files or a missing permission, says nothing about it, so
  /// a tool that skips unusable files must not skip it.
  package var isOfFileAlone: Bool {
    kind == .invalid || kind == .missing && errorNumber != EACCES && errorNumber != EPERM
  }

  /// Creates the error for a file, or a part of it, that ends too early.
  ///
  /// - Parameters:
  ///   - path: The file's name in messages.
  ///   - part: The part that is truncated; nil for the whole file.
  ///   - expected: The expected number of bytes, such as "16" or "at least 8".
  ///   - found: The number of bytes.
  package init(truncated path: String, _ part: String? = nil, expected: String, found: Int) {
    let subject = part.map { "\($0) " } ?? ""
    self.init(
      .invalid, path, "\(subject)is truncated (expected \(expected) bytes, found \(found))")
  }

  /// Creates the error for a file that goes on after its data.
  ///
  /// - Parameters:
  ///   - path: The file's name in messages.
  ///   - expected: The expected size of the file or of its data, in bytes.
  ///   - found: The actual size; nil if the rest was not read.
  package init(extraBytes path: String, expected: Int, found: Int? = nil) {
    let found = found.map(String.init) ?? "more"
    self.init(
      .invalid, path,
      "has extra bytes after the data (expected \(expected) bytes, found \(found))")
  }

  /// `PATH: MESSAGE`, in one line whatever the path contains.
  public var description: String { printable("\(path): \(message)") }

  /// The line that a tool prints: `TOOL: PATH: MESSAGE` and a newline.
  var line: String {
    "\(printable(ProcessArguments.program)): \(self)\n"
  }

  /// Ends the process with this error where it cannot be thrown: prints its line, removes unfinished
  /// files and exits with its status.
  package func endProcess() -> Never {
    try? writeAll(line, to: STDERR_FILENO, "standard error")
    UnfinishedFiles.unlinkAll()
    exit(kind.rawValue)
  }

  /// The system's message for an error number, with a lowercase first letter.
  static func text(of code: Int32) -> String {
    guard let message = unsafe strerror(code) else { return "error \(code)" }
    let text = unsafe String(cString: message)
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

/// Escapes the characters of a text that could disturb a terminal: control characters, line
/// separators and format characters, such as changes of the writing direction; and the bytes of a path that
/// are not UTF-8.
package func printable(_ text: String) -> String {
  var line = ""
  for scalar in text.unicodeScalars {
    if let byte = scalar.pathByte {
      line += "\\x\(String(byte, radix: 16))"
      continue
    }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format:
      line += "\\u{\(String(scalar.value, radix: 16))}"
    default: line.unicodeScalars.append(scalar)
    }
  }
  return line
}

/// Quotes a text from a file for a message, truncated to 40 characters.
package func quoted(_ text: String) -> String {
  let limit = 40
  let head = text.unicodeScalars.prefix(limit)
  return "\"\(String(head))\(head.endIndex == text.unicodeScalars.endIndex ? "" : "…")\""
}

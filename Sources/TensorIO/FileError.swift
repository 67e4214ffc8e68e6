// What can go wrong with a file, as the user is to hear of it. Every throwing function of this
// module throws `FileError` and nothing else; the tools print it and exit with its kind's number.
import Glibc

/// Says what is wrong with a file, in one line.
public struct FileError: Error, Sendable, CustomStringConvertible {
  /// The sort of failure; the raw value is the exit status that sysexits.h gives it.
  public enum Kind: Int32, Sendable {
    /// The request makes no sense, such as binary data to a terminal.
    case usage = 64
    /// The file is not what it should be, or is damaged.
    case invalid = 65
    /// There is no such file, or it cannot be opened.
    case missing = 66
    /// A fault of the program.
    case bug = 70
    /// The output cannot be created.
    case cannotCreate = 73
    /// Reading or writing failed.
    case inputOutput = 74
    /// Another process is writing the file: try again.
    case busy = 75
  }

  /// The sort of failure.
  public var kind: Kind
  /// The file as the user wrote it, or "standard input" or "standard output".
  public var path: String
  /// What is wrong, where, and what was expected: lower case, no full stop.
  public var message: String
  /// Whether the reader of a pipe went away.
  public var isBrokenPipe = false

  /// Makes an error about a file.
  public init(_ kind: Kind, _ path: String, _ message: String) {
    self.kind = kind
    self.path = path
    self.message = message
  }

  /// Makes an error in the words of the system for an `errno`.
  public init(_ kind: Kind, _ path: String, errno code: Int32) {
    self.init(kind, path, Self.text(of: code))
    isBrokenPipe = code == EPIPE
  }

  /// Makes the error about a file that is not there, or cannot be reached, as `errno` says.
  package init(missing path: String, errno code: Int32) {
    if code == ENOENT {
      self.init(.missing, path, "no such file")
    } else {
      self.init(.missing, path, errno: code)
    }
  }

  /// "PATH: message", on one line whatever the path contains.
  public var description: String { printable("\(path): \(message)") }

  /// What a tool says of it: "TOOL: PATH: message", and a line end.
  var line: String {
    let tool = CommandLine.arguments.first?.split(separator: "/").last ?? ""
    return "\(printable(String(tool))): \(self)\n"
  }

  /// Ends the process by this error, where it cannot be thrown: its line, no unfinished file, and its
  /// status.
  package func endProcess() -> Never {
    try? writeAll(line, to: STDERR_FILENO, "standard error")
    PartialFiles.unlinkAll()
    exit(kind.rawValue)
  }

  /// The system's words for an error number, beginning in lower case.
  static func text(of code: Int32) -> String {
    guard let words = unsafe strerror(code) else { return "error \(code)" }
    let text = unsafe String(cString: words)
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

/// A text as a terminal may have it, in one line: what would move the cursor, change colours or turn
/// the direction of writing is spelt out.
package func printable(_ text: String) -> String {
  var line = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format:
      line += "\\u{\(String(scalar.value, radix: 16))}"
    default: line.unicodeScalars.append(scalar)
    }
  }
  return line
}

/// A text from a file, in quotes and cut to a length fit for a message.
package func quoted(_ text: String) -> String {
  let limit = 40
  let head = text.unicodeScalars.prefix(limit)
  return "\"\(String(head))\(head.endIndex == text.unicodeScalars.endIndex ? "" : "…")\""
}

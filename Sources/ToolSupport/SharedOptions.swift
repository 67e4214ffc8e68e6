public import ArgumentParser
import Glibc
import TensorIO

/// The output options of every tool.
public struct OutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write to this file instead of standard output. It is replaced atomically at the end.",
      valueName: "file"), completion: .file())
  var output = "-"

  @Flag(name: .shortAndLong, help: "Write to standard output even if it is a terminal.")
  var force = false

  /// The default values.
  public init() {}

  /// The output path, or `-` for standard output.
  public var path: String { output }

  /// Opens the output.
  ///
  /// - Parameter inputs: Paths of input files, which must not be replaced.
  public func open(keeping inputs: String?...) throws -> OutputFile { try open(keeping: inputs) }

  /// Opens the output.
  ///
  /// - Parameters:
  ///   - inputs: Paths of input files, which must not be replaced.
  ///   - content: What the output is, for the error message if it is a terminal.
  public func open(
    keeping inputs: [String?], content: String = "binary data"
  ) throws -> OutputFile {
    try OutputFile(output, force: force, content: content, keeping: inputs)
  }
}

extension OutputFile {
  /// Opens an output.
  ///
  /// - Throws: `.usage` if the output is one of the `inputs`, under the same name or another one.
  public convenience init(
    _ path: String, force: Bool = false, content: String = "binary data", keeping inputs: [String?]
  ) throws {
    if let file = regularFile(path), inputs.contains(where: { regularFile($0) == file }) {
      throw FileError(.usage, path, "is also an input; choose another output")
    }
    try self.init(path, force: force, content: content)
  }
}

/// The identity of a regular file; `nil` if the path is something else.
private func regularFile(_ path: String?) -> FileIdentity? {
  guard let path, path != "-", let status = SystemCall.status(of: path), status.isRegular
  else { return nil }
  return status.identity
}

/// The option for the number of threads.
public struct ThreadOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Number of threads. It does not change the result. (default: all available cores)",
      valueName: "n"))
  var threads: Int?

  /// The default values.
  public init() {}

  /// Checks the range of the number.
  public func validate() throws {
    if let threads, !(1...1024 ~= threads) {
      throw ValidationError("--threads must be between 1 and 1024, not \(threads)")
    }
  }

  /// The number of threads; by default that of the available cores.
  public var count: Int { threads ?? min(AvailableCores.count, 1024) }
}

/// The version of every tool.
public let toolVersion = "0.1.0"

/// The exit statuses of a tool that writes no file; see ``exitStatusHelp``.
public let readerExitStatusHelp = exitStatuses(ofWriter: false)

/// The exit statuses, at the end of the help of every tool. EXAMPLES and EXIT STATUS, each on a line of its
/// own, are also sections of the manual page (`scripts/manual`).
public let exitStatusHelp =
  exitStatuses(ofWriter: true) + "\n\nIf the tool fails, an existing output file is unchanged."

private func exitStatuses(ofWriter isWriter: Bool) -> String {
  let statuses: [(number: String, meaning: String, isOfWriter: Bool)] = [
    ("0", "success", false), ("64", "usage error", false), ("65", "invalid input", false),
    ("66", "input not found", false), ("70", "internal error", false),
    ("73", "output cannot be created", true), ("74", "input/output error", false),
    ("75", "output is locked by another process; try again", true),
    ("128+n", "terminated by signal n", false),
  ]
  let lines = statuses.filter { isWriter || !$0.isOfWriter }.map { status in
    "  \(status.number.padded(to: 7))\(status.meaning)"
  }
  return (["EXIT STATUS:"] + lines).joined(separator: "\n")
}

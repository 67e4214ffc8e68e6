public import ArgumentParser
import Glibc
import TensorIO

/// Where the result goes, in every tool.
public struct OutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write to this file instead of standard output; it is replaced in one instant, at the end.",
      valueName: "file"), completion: .file())
  var output = "-"

  @Flag(name: .shortAndLong, help: "Write to standard output even if it is a terminal.")
  var force = false

  /// No options given.
  public init() {}

  /// Where the result goes: a path, or `-`.
  public var path: String { output }

  /// Opens the output.
  ///
  /// - Parameter inputs: what this run reads and must not replace, by any name.
  public func open(keeping inputs: String?...) throws -> OutputFile { try open(keeping: inputs) }

  /// Opens the output.
  ///
  /// - Parameters:
  ///   - inputs: What this run reads and must not replace, by any name.
  ///   - content: What a terminal does not get, in words.
  public func open(
    keeping inputs: [String?], content: String = "binary data"
  ) throws -> OutputFile {
    try OutputFile(output, force: force, content: content, keeping: inputs)
  }
}

extension OutputFile {
  /// Opens an output, which must not replace any of the files that `inputs` name, by any name.
  public convenience init(
    _ path: String, force: Bool = false, content: String = "binary data", keeping inputs: [String?]
  ) throws {
    if let file = regularFile(path), inputs.contains(where: { regularFile($0) == file }) {
      throw FileError(.usage, path, "is an input of another kind; it would be replaced")
    }
    try self.init(path, force: force, content: content)
  }
}

/// The regular file of a name, if there is one.
private func regularFile(_ path: String?) -> FileIdentity? {
  guard let path, path != "-", let status = SystemCall.status(of: path), status.isRegular
  else { return nil }
  return status.identity
}

/// How many threads work.
public struct ThreadOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Use at most this many threads; the result does not depend on it. (default: every core)",
      valueName: "n"))
  var threads: Int?

  /// No options given.
  public init() {}

  /// Checks the range.
  public func validate() throws {
    if let threads, !(1...1024 ~= threads) {
      throw ValidationError("--threads must be between 1 and 1024")
    }
  }

  /// The number given, or that of the machine's cores.
  public var count: Int { threads ?? min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 1024) }
}

/// The version of every tool.
public let toolVersion = "0.1.0"

/// The end of every tool's help: what the exit status says. EXAMPLES and EXIT STATUS, each on a line of its
/// own in a help text, are sections of the manual page too (`scripts/manual`).
public let exitStatusHelp = """
  EXIT STATUS:
    0      done
    64     the command line is wrong
    65     the input is not what it must be
    66     the input is missing
    70     a bug
    73     the output cannot be created
    74     input or output error
    75     another process writes the output; try again
    128+n  ended by signal n

  After a failure an existing output file is as it was.
  """

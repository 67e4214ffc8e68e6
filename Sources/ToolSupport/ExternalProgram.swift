@unsafe @preconcurrency import Glibc
import TensorIO

/// A program of the system that a tool calls.
public struct ExternalProgram {
  /// It is not on the PATH.
  public struct Missing: Error {
    /// Its name, and that of Debian's package.
    let name: String, package: String
  }

  private let name: String
  private let path: String

  /// Looks for a program on the PATH; throws `Missing`.
  ///
  /// - Parameter package: What Debian calls the package that has it.
  public init(_ name: String, package: String) throws(Missing) {
    let folders = (SystemCall.environment("PATH") ?? "").split(
      separator: ":", omittingEmptySubsequences: false)
    let paths = folders.map { $0.isEmpty ? name : "\($0)/\(name)" }
    guard let path = paths.first(where: { SystemCall.access($0, X_OK) == 0 }) else {
      throw Missing(name: name, package: package)
    }
    (self.name, self.path) = (name, path)
  }

  /// Runs the program to its end and returns what it writes to standard output.
  ///
  /// All that it reads and writes is in files without a name, so that neither side ever waits for the
  /// other, and nothing is left behind whoever is killed. Throws `.bug` with its last words if it
  /// fails, and what `TemporaryFile` throws.
  public func run(_ arguments: [String], input: String) throws(FileError) -> [UInt8] {
    let (standardInput, output, words) = (
      try TemporaryFile(), try TemporaryFile(), try TemporaryFile()
    )
    try standardInput.write(Array(input.utf8).span)
    standardInput.rewind()
    let files = [standardInput, output, words]
    guard let status = Self.status(of: path, [name] + arguments, files.map(\.descriptor)) else {
      throw FileError(.bug, name, errno: errno)
    }
    guard status == 0 else {
      let said = String(decoding: try words.bytes(), as: UTF8.self)
      let last = said.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
      let end = status & 0x7F == 0 ? "status \(status >> 8)" : "signal \(status & 0x7F)"
      throw FileError(.bug, name, last.map(String.init) ?? "ended with \(end)")
    }
    return try output.bytes()
  }

  /// Starts a program with these descriptors as its first ones, waits for its end and returns what
  /// wait(2) tells of it; nil where it cannot be started.
  private static func status(
    of path: String, _ arguments: [String], _ descriptors: [Int32]
  ) -> Int32? {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in descriptors.enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    // Words in the language that this program's are in, and letters beyond ASCII.
    unsafe setenv("LC_ALL", "C.UTF-8", 1)
    var process: pid_t = 0
    let code = unsafe posix_spawn(&process, path, &actions, nil, &words, environ)
    guard code == 0 else {
      errno = code
      return nil
    }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    return status
  }
}

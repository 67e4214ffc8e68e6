@unsafe @preconcurrency import Glibc
import TensorIO

/// An installed program that a tool calls.
public struct ExternalProgram {
  /// The program is not on the PATH.
  public struct Missing: Error {
    /// The name of the program, and of its Debian package.
    let name: String, package: String
  }

  private let name: String
  private let path: String

  /// Looks for a program on the PATH.
  ///
  /// - Parameters:
  ///   - name: The name of the program.
  ///   - package: The Debian package that contains it.
  /// - Throws: `Missing`.
  public init(_ name: String, package: String) throws(Missing) {
    let folders = (SystemCall.environment("PATH") ?? "").split(
      separator: ":", omittingEmptySubsequences: false)
    let paths = folders.map { $0.isEmpty ? name : "\($0)/\(name)" }
    guard let path = paths.first(where: { SystemCall.access($0, X_OK) == 0 }) else {
      throw Missing(name: name, package: package)
    }
    (self.name, self.path) = (name, path)
  }

  /// Runs the program and returns its standard output.
  ///
  /// Input, output and errors are in unnamed files. So neither side waits for the other, and a kill
  /// leaves no file behind.
  ///
  /// - Throws: `.bug` with the last line of standard error if the program fails; what `TemporaryFile`
  ///   throws.
  public func run(_ arguments: [String], input: String) throws(FileError) -> [UInt8] {
    let (standardInput, output, errors) = (
      try TemporaryFile(), try TemporaryFile(), try TemporaryFile()
    )
    try standardInput.write(Array(input.utf8).span)
    standardInput.rewind()
    let files = [standardInput, output, errors]
    // Messages in English, and letters beyond ASCII.
    unsafe setenv("LC_ALL", "C.UTF-8", 1)
    let status = Self.status(of: path, [name] + arguments, descriptors: files.map(\.descriptor))
    guard let status else { throw FileError(.bug, name, errno: errno) }
    guard status == 0 else {
      let text = String(decoding: try errors.bytes(), as: UTF8.self)
      let last = text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
      let end = status & 0x7F == 0 ? "status \(status >> 8)" : "signal \(status & 0x7F)"
      throw FileError(.bug, name, last.map(String.init) ?? "ended with \(end)")
    }
    return try output.bytes()
  }

  /// Starts a program and waits for its end. No signal is blocked in it, and the signals that every
  /// tool ignores have their default actions.
  ///
  /// - Parameters:
  ///   - path: The executable.
  ///   - arguments: All arguments, from argument 0.
  ///   - descriptors: The descriptors that become 0, 1, … in the program; the others are inherited.
  /// - Returns: The status as `waitpid` returns it; `nil`, with `errno` set, if it cannot be started.
  static func status(
    of path: String, _ arguments: [String], descriptors: [Int32]
  ) -> Int32? {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    for (number, descriptor) in descriptors.enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    SignalSet([]).useAsMask(in: &attributes)
    SignalSet([SIGPIPE, SIGXFSZ]).useAsDefaults(in: &attributes)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    // Where children are reaped automatically, there is no status to wait for.
    signal(SIGCHLD, SIG_DFL)
    var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe argv.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let code = unsafe posix_spawn(&process, path, &actions, &attributes, &argv, environ)
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

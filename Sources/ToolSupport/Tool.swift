public import ArgumentParser
import Glibc
import TensorIO

/// A program: one job, data on standard output, words on standard error, the truth in the exit
/// status.
///
/// A conforming command gets its `main` from here.
public protocol Tool: ParsableCommand {}

extension Tool {
  /// Runs the tool with the arguments of the process.
  public static func main() { main(Array(CommandLine.arguments.dropFirst())) }

  /// Parses the arguments, runs, and exits. Whatever goes wrong is one line, `tool: what`.
  ///
  /// - Parameter arguments: The last of the process's arguments, all or some of them.
  public static func main(_ arguments: [String]) {
    openStandardDescriptors()
    holdStatusSignal()
    // A file that grows past a limit is then an error of write.
    signal(SIGXFSZ, SIG_IGN)
    requireUnicode(arguments.count)
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
      try StandardStream.finish()
    } catch {
      exit(for: error)
    }
  }

  private static func exit(for error: any Error) -> Never {
    if let error = error as? FileError {
      if error.isBrokenPipe { endBySignal(SIGPIPE) }
      complain("\(error)")
      Glibc.exit(error.kind.rawValue)
    }
    if let error = error as? ExternalProgram.Missing {
      complain("no \(error.name); install what Debian calls \(error.package)")
      Glibc.exit(EX_UNAVAILABLE)
    }
    if let error = error as? EndedBySignal { endBySignal(error.signal) }
    let status = exitCode(for: error).rawValue
    if status == EXIT_SUCCESS {
      do {
        try StandardStream.write(examplesLast(fullMessage(for: error)) + "\n", to: STDOUT_FILENO)
        try StandardStream.finish()
      } catch { Self.exit(for: error) }
      Glibc.exit(EXIT_SUCCESS)
    }
    complain(oneLine(message(for: error)))
    Glibc.exit(status == EXIT_FAILURE ? FileError.Kind.bug.rawValue : status)
  }

  /// Writes `tool: words` to standard error.
  public static func complain(_ words: String) {
    StandardStream.say("\(_commandName): \(printable(words))")
  }

  /// Opens a checkpoint, and reports on standard error if another program wrote it without a
  /// checksum.
  public static func open(checkpoint path: String) throws(FileError) -> TensorFile {
    let file = try TensorFile(path)
    if file.header.isForeign, file.header.crc32 == nil {
      complain("\(file.path): has no checksum, so damage to it is not detected")
    }
    return file
  }

  /// Refuses arguments, the last `count` of the process's, that are not UTF-8: repaired, they would be the
  /// names of other files.
  private static func requireUnicode(_ count: Int) {
    let first = Int(CommandLine.argc) - count
    for number in 0..<count {
      guard let argument = unsafe CommandLine.unsafeArgv[first + number],
        unsafe String(validatingCString: argument) == nil
      else { continue }
      complain("argument \(number + 1) is not UTF-8: \(quoted(unsafe String(cString: argument)))")
      Glibc.exit(FileError.Kind.usage.rawValue)
    }
  }
}

/// The work was saved; the process shall now end as the signal would have ended it.
public struct EndedBySignal: Error {
  let signal: Int32
}

/// Ends this process by a signal's default action, so that a shell, make or systemd sees the true
/// cause.
func endBySignal(_ number: Int32) -> Never {
  signal(number, SIG_DFL)
  SignalSet([number]).unblock()
  raise(number)
  exit(128 + number)
}

/// Makes descriptors 0, 1 and 2 exist: a file opened later must never become standard output
/// because the caller closed it.
private func openStandardDescriptors() {
  for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
    // The wrong way round, so that using it is still an error.
    _ = SystemCall.open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
  }
}

/// Help that says how to call the tool before it gives tools, examples and exit statuses.
private func examplesLast(_ help: String) -> String {
  guard
    let examples = help.firstRange(of: "\n\nTOOLS:") ?? help.firstRange(of: "\n\nEXAMPLE"),
    let usage = help.firstRange(of: "\n\nUSAGE: "), examples.lowerBound < usage.lowerBound
  else { return help }
  let text = help[..<examples.lowerBound] + help[usage.lowerBound...]
  let end = text.lastIndex { $0 != "\n" }.map { text[...$0] } ?? text
  return end + help[examples.lowerBound..<usage.lowerBound] + "\n"
}

/// The lines of a message, joined, beginning with a small letter.
private func oneLine(_ message: String) -> String {
  let line = message.split(whereSeparator: \.isNewline)
    .map { $0.drop { $0 == " " } }.joined(separator: " ")
  return line.prefix(1).lowercased() + line.dropFirst()
}

public import ArgumentParser
import Glibc
public import TensorIO

/// A command-line tool: data on standard output, messages on standard error, and a documented exit status.
///
/// The protocol provides `main`.
public protocol Tool: ParsableCommand {}

extension Tool {
  /// Runs the tool with the arguments of the process.
  public static func main() { main(ProcessArguments.all) }

  /// Parses the arguments, runs the tool, and exits. An error is printed as one line, `tool: message`.
  ///
  /// - Parameter arguments: All arguments of the process, or the last ones.
  public static func main(_ arguments: [String]) {
    openStandardDescriptors()
    blockStatusSignal()
    // A write beyond the file size limit is then an error.
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
      report("\(error)")
      Glibc.exit(error.kind.rawValue)
    }
    if let error = error as? ExternalProgram.Missing {
      report("\(error.name) is not installed; install the Debian package \(error.package)")
      Glibc.exit(EX_UNAVAILABLE)
    }
    if let failure = error as? ShellCommand.Failure {
      report("--after-save: the command ended with status \(failure.status)")
      Glibc.exit(failure.status)
    }
    if let error = error as? EndedBySignal { endBySignal(error.signal) }
    let status = exitCode(for: error).rawValue
    if status == EXIT_SUCCESS {
      do {
        try StandardStream.write(usageFirst(fullMessage(for: error)) + "\n", to: STDOUT_FILENO)
        try StandardStream.finish()
      } catch { Self.exit(for: error) }
      Glibc.exit(EXIT_SUCCESS)
    }
    report(usageMessage(message(for: error), of: _commandName))
    Glibc.exit(status == EXIT_FAILURE ? FileError.Kind.bug.rawValue : status)
  }

  /// Prints `tool: message` to standard error.
  public static func report(_ message: String) {
    StandardStream.writeError("\(_commandName): \(printable(message))")
  }

  /// Reports that the system could not start all threads of a pool, which does not change the result.
  public static func report(started: Int, of threads: Int) {
    if started < threads { report("started only \(started) of \(threads) threads") }
  }

  /// Opens a checkpoint, and reports on standard error if it has no checksum or was converted.
  public static func open(checkpoint path: String) throws(FileError) -> TensorFile {
    let file = try TensorFile.checkpoint(path)
    reportNotes(of: file)
    return file
  }

  /// Opens images of any supported format, and reports on standard error what was assumed or converted.
  ///
  /// - Parameters:
  ///   - path: A path, or `-` for standard input.
  ///   - reading: What to read, and how.
  /// - Throws: What `TensorFile.images` throws.
  public static func open(
    images path: String, _ reading: ImageReading = ImageReading()
  ) throws(FileError) -> TensorFile {
    let file = try TensorFile.images(path, reading)
    reportNotes(of: file)
    return file
  }

  private static func reportNotes(of file: TensorFile) {
    for note in file.notes { report("\(file.path): \(note)") }
    if file.header.hasNoChecksum {
      report("\(file.path): has no checksum, so damage to it is not detected")
    }
  }

  /// Rejects arguments, the last `count` of the process, that are not UTF-8. Repaired, they would name
  /// other files.
  private static func requireUnicode(_ count: Int) {
    let first = ProcessArguments.count - count
    for number in 0..<count where !ProcessArguments.isUnicode(first + number) {
      let argument = ProcessArguments.text(at: first + number) ?? ""
      report("argument \(number + 1) is not UTF-8: \(quoted(argument))")
      Glibc.exit(FileError.Kind.usage.rawValue)
    }
  }
}

/// A signal was received and the work is saved. `main` terminates the process by the signal.
public struct EndedBySignal: Error {
  let signal: Int32
}

/// Terminates the process by the default action of a signal, so that a shell, make or systemd sees the
/// cause.
func endBySignal(_ number: Int32) -> Never {
  signal(number, SIG_DFL)
  SignalSet([number]).unblock()
  raise(number)
  exit(128 + number)
}

/// Opens descriptors 0, 1 and 2 if the caller closed them. Otherwise a file opened later could become
/// standard output.
private func openStandardDescriptors() {
  for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
    // In the wrong direction, so that using it is still an error.
    _ = SystemCall.open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
  }
}

/// Moves the usage of a help text before tools, examples and exit statuses.
private func usageFirst(_ help: String) -> String {
  guard
    let examples = help.firstRange(of: "\n\nTOOLS:") ?? help.firstRange(of: "\n\nEXAMPLE"),
    let usage = help.firstRange(of: "\n\nUSAGE: "), examples.lowerBound < usage.lowerBound
  else { return help }
  let text = help[..<examples.lowerBound] + help[usage.lowerBound...]
  let end = text.lastIndex { $0 != "\n" }.map { text[...$0] } ?? text
  return end + help[examples.lowerBound..<usage.lowerBound] + "\n"
}

import Glibc

/// The elapsed time and the peak memory of a finished process.
struct ResourceUsage {
  let seconds: Double
  let megabytes: Double
}

/// An error with a message of one line.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A child process with pipes for its standard input and output. Its standard error goes to a file.
/// It has its own process group, so signals also reach the processes that it starts.
final class ChildProcess {
  private let pid: pid_t
  private let input: Int32, output: Int32
  private let executable: String, log: String
  /// Output that is read and not yet returned.
  private var buffered = ""
  /// `wait4` has returned, so `pid` is not valid any more.
  private var isReaped = false
  /// The start time on the clock of `now()`.
  private let start = now()

  /// Starts a process.
  ///
  /// - Parameters:
  ///   - command: The executable, which is searched for in `PATH`, and its arguments.
  ///   - environment: Variables to set, or to unset if the value is `nil`. The other variables are
  ///     inherited.
  ///   - log: The file for standard error, which is overwritten.
  /// - Throws: `Failure` if the process cannot be started.
  init(_ command: [String], environment: [String: String?] = [:], log: String) throws(Failure) {
    var (toChild, fromChild): ([Int32], [Int32]) = ([0, 0], [0, 0])
    guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else {
      throw Failure("pipe: \(String(cString: strerror(errno)))")
    }
    for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
    posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var brokenPipe = sigset_t()
    sigemptyset(&brokenPipe)
    sigaddset(&brokenPipe, SIGPIPE)  // Ignored by this process, and the child would inherit that.
    posix_spawnattr_setsigdefault(&attributes, &brokenPipe)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    let previous = environment.keys.map { name in (name, getenv(name).map { String(cString: $0) }) }
    for (name, value) in environment { setVariable(name, value) }
    defer { for (name, value) in previous { setVariable(name, value) } }
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    let status = posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, environ)
    close(toChild[0])
    close(fromChild[1])
    guard status == 0 else {
      close(toChild[1])
      close(fromChild[0])
      throw Failure("\(command[0]): \(String(cString: strerror(status)))")
    }
    (self.pid, executable, self.log) = (pid, command[0], log)
    (input, output) = (toChild[1], fromChild[0])
  }

  deinit {
    close(input)
    close(output)
    guard !isReaped else { return }
    kill(-pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  /// The peak memory so far, in MB.
  var peakMegabytes: Double? {
    let lines = (try? String(contentsOf: "/proc/\(pid)/status"))?.split(separator: "\n") ?? []
    let fields = lines.first { $0.hasPrefix("VmHWM:") }?.split { $0 == " " || $0 == "\t" } ?? []
    return fields.dropFirst().first.flatMap { Double($0) }.map { $0 * 1024 / 1e6 }
  }

  /// Stops the process. Idle threads of a framework may spin and disturb other measurements.
  func pause() { kill(-pid, SIGSTOP) }

  /// Continues the process after `pause()`.
  func resume() { kill(-pid, SIGCONT) }

  /// Writes one line to the standard input of the process.
  func send(_ line: String) throws(Failure) {
    var bytes = Array((line + "\n").utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failure(lastErrorLine ?? "\(executable) ended unexpectedly") }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Reads the next line from the standard output of the process.
  ///
  /// - Parameter timeout: The maximum time to wait, in seconds.
  /// - Throws: `Failure` after the timeout or at the end of the output.
  func readLine(timeout: Double) throws(Failure) -> String {
    let end = now() + timeout
    while true {
      if let newline = buffered.firstIndex(of: "\n") {
        let line = String(buffered[..<newline])
        buffered = String(buffered[buffered.index(after: newline)...])
        return line
      }
      var ready = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      let remaining = end - now()
      guard remaining > 0, poll(&ready, 1, Int32(remaining * 1000) + 1) >= 0 else {
        throw Failure("no response within \(Int(timeout)) s")
      }
      guard ready.revents != 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(output, &buffer, buffer.count)
      guard count > 0 else { throw Failure(lastErrorLine ?? "\(executable) ended unexpectedly") }
      buffered += String(decoding: buffer[..<count], as: UTF8.self)
    }
  }

  /// Waits for the process to exit.
  ///
  /// - Throws: `Failure` if the exit status is not 0, with the last line of standard error.
  func finish() throws(Failure) -> ResourceUsage {
    var (status, usage): (Int32, rusage) = (0, rusage())
    while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
    let seconds = now() - start
    isReaped = true
    guard status == 0 else {
      let signal = status & 0x7f
      throw Failure(
        lastErrorLine
          ?? (signal == 0 ? "exit status \(status >> 8)" : "killed by signal \(signal)"))
    }
    return ResourceUsage(seconds: seconds, megabytes: Double(usage.ru_maxrss) * 1024 / 1e6)
  }

  /// The last nonblank line of standard error.
  private var lastErrorLine: String? {
    let lines = (try? String(contentsOf: log))?.split(separator: "\n") ?? []
    return lines.last { !$0.allSatisfy(\.isWhitespace) }.map(String.init)
  }
}

/// Sets an environment variable, or unsets it if `value` is `nil`.
private func setVariable(_ name: String, _ value: String?) {
  if let value { setenv(name, value, 1) } else { unsetenv(name) }
}

/// Returns the seconds of a monotonic clock.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

extension String {
  /// Reads a text file. Invalid UTF-8 is replaced with U+FFFD.
  init(contentsOf path: String) throws(Failure) {
    guard let file = fopen(path, "r") else { throw Failure("\(path): cannot open the file") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      bytes += buffer[..<count]
    }
    self = String(decoding: bytes, as: UTF8.self)
  }

  /// Writes the string to a file, which is overwritten.
  func write(to path: String) throws(Failure) {
    guard let file = fopen(path, "w") else {
      throw Failure("\(path): \(String(cString: strerror(errno)))")
    }
    let written = fputs(self, file)
    guard fclose(file) == 0, written >= 0 else { throw Failure("\(path): cannot write the file") }
  }
}

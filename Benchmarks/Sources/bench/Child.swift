import Glibc

/// A process of ours, by its end: how long it took and the most memory it held.
struct Finished {
  let seconds: Double
  let megabytes: Double
}

/// What went wrong, in one line.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A process in a group of its own, so that it can be stopped with all that it starts, with pipes
/// for its standard input and output; what it complains of goes into a file.
final class Child {
  private let pid: pid_t
  private let input: Int32, output: Int32
  private let log: String
  private var pending = ""
  private var isReaped = false
  /// When it was started.
  let begin = now()

  /// - Parameter environment: put into this process's own, or with `nil` taken out of it.
  init(_ command: [String], environment: [String: String?] = [:], log: String) throws(Failure) {
    var (toChild, fromChild): ([Int32], [Int32]) = ([0, 0], [0, 0])
    guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else {
      throw Failure("no pipe: \(String(cString: strerror(errno)))")
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
    sigaddset(&brokenPipe, SIGPIPE)  // which the driver ignores
    posix_spawnattr_setsigdefault(&attributes, &brokenPipe)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    let previous = environment.keys.map { name in (name, getenv(name).map { String(cString: $0) }) }
    for (name, value) in environment { put(name, value) }
    defer { for (name, value) in previous { put(name, value) } }
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
    (self.pid, self.log, input, output) = (pid, log, toChild[1], fromChild[0])
  }

  deinit {
    close(input)
    close(output)
    guard !isReaped else { return }
    kill(-pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  /// The most memory that it has held so far.
  var peakMegabytes: Double? {
    let lines = (try? String(contentsOf: "/proc/\(pid)/status"))?.split(separator: "\n") ?? []
    let words = lines.first { $0.hasPrefix("VmHWM:") }?.split { $0 == " " || $0 == "\t" } ?? []
    return words.dropFirst().first.flatMap { Double($0) }.map { $0 * 1024 / 1e6 }
  }

  /// Lets it run only while it is asked: a peer's threads may spin after their work.
  func pause() { kill(-pid, SIGSTOP) }

  /// Lets it go on after `pause`.
  func resume() { kill(-pid, SIGCONT) }

  /// Gives it one line.
  func send(_ line: String) throws(Failure) {
    var bytes = Array((line + "\n").utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failure(complaint) }
      bytes = bytes.dropFirst(count)
    }
  }

  /// The next line that it says, within `patience` seconds.
  func line(patience: Double) throws(Failure) -> String {
    let end = now() + patience
    while true {
      if let newline = pending.firstIndex(of: "\n") {
        let line = String(pending[..<newline])
        pending = String(pending[pending.index(after: newline)...])
        return line
      }
      var ready = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      let left = end - now()
      guard left > 0, poll(&ready, 1, Int32(left * 1000) + 1) >= 0 else {
        throw Failure("no answer in \(Int(patience)) s")
      }
      guard ready.revents != 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(output, &buffer, buffer.count)
      guard count > 0 else { throw Failure(complaint) }
      pending += String(decoding: buffer[..<count], as: UTF8.self)
    }
  }

  /// Waits for its end; a status other than 0 is a failure, told by its own last words.
  func finish() throws(Failure) -> Finished {
    var (status, usage): (Int32, rusage) = (0, rusage())
    while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
    let seconds = now() - begin
    isReaped = true
    guard status == 0 else {
      let signal = status & 0x7f
      let words = complaint
      throw Failure(
        words.isEmpty
          ? (signal == 0 ? "status \(status >> 8)" : "ended by signal \(signal)") : words)
    }
    return Finished(seconds: seconds, megabytes: Double(usage.ru_maxrss) * 1024 / 1e6)
  }

  /// The last line of what it complained of.
  private var complaint: String {
    let lines = (try? String(contentsOf: log))?.split(separator: "\n") ?? []
    return lines.last { !$0.allSatisfy(\.isWhitespace) }.map(String.init) ?? "ended without a word"
  }
}

/// Puts a variable into the environment, or takes it out.
private func put(_ name: String, _ value: String?) {
  if let value { setenv(name, value, 1) } else { unsetenv(name) }
}

/// Seconds on a clock that never goes back.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

extension String {
  /// A small text file, not what is not UTF-8.
  init(contentsOf path: String) throws(Failure) {
    guard let file = fopen(path, "r") else { throw Failure("\(path): cannot be opened") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      bytes += buffer[..<count]
    }
    self = String(decoding: bytes, as: UTF8.self)
  }

  /// Makes this the content of a file.
  func write(to path: String) throws(Failure) {
    guard let file = fopen(path, "w") else {
      throw Failure("\(path): \(String(cString: strerror(errno)))")
    }
    let written = fputs(self, file)
    guard fclose(file) == 0, written >= 0 else { throw Failure("\(path): cannot be written") }
  }
}

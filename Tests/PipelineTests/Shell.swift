import Foundation
import Synchronization
import Testing

/// Runs bash scripts in a scratch folder of their own, with the built tools on the PATH.
///
/// The tests check what users see: files, pipes, output and exit statuses.
/// `Tests/Fixtures/checks.bash` has the check commands of the scripts.
final class Shell: Sendable {
  /// The folder that scripts run in. It starts empty.
  let folder: URL
  /// Contains `folder` and the files of the harness. Its name is unique.
  private let base: URL

  init() throws {
    base = FileManager.default.temporaryDirectory.appending(path: "wgan-" + UUID().uuidString)
    folder = base.appending(path: "work")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: base) }

  /// Keeps the folder until the process ends, so that several tests can share it.
  func shared() -> Shell {
    Self.kept.withLock { kept in
      if kept.isEmpty { atexit { Shell.removeKept() } }
      kept.append(base)
    }
    return self
  }

  private static let kept = Mutex<[URL]>([])

  private static func removeKept() {
    for folder in kept.withLock({ $0 }) { try? FileManager.default.removeItem(at: folder) }
  }

  /// The folder of the built tools and of the test program.
  static let tools: String = {
    let program =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: program).deletingLastPathComponent().path
  }()

  /// The checkout that the tests were built from.
  static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// Runs a script and requires that it succeeds.
  ///
  /// Each command is a check: the script ends at the first one that fails. The issue then contains
  /// that command, its folder, its status and both output streams.
  ///
  /// - Parameters:
  ///   - status: The expected exit status. Use a status other than 0 only if the last command fails.
  ///     A script with more checks uses `exits`.
  ///   - timeLimit: The number of seconds after which the script and its processes are killed.
  @discardableResult
  func run(
    _ script: String, status: Int32 = 0, timeLimit: Double = 300,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> ScriptResult {
    let result = try attempt(script, timeLimit: timeLimit)
    let isAsExpected = result.meets(status)
    try #require(isAsExpected, "\(result)", sourceLocation: sourceLocation)
    return result
  }

  /// Runs a script and returns its result, whether it succeeds or fails.
  func attempt(_ script: String, timeLimit: Double = 300) throws -> ScriptResult {
    let files = base.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: files) }
    let names = ["script", "failures", "stdout", "stderr"].map { files.appending(path: $0) }
    for name in names { try Data().write(to: name) }
    try Data(script.utf8).write(to: names[0])

    let process = Process()
    // The test program may have been started with ignored signals.
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["--default-signal=INT,TERM,HUP,PIPE", "bash", "-c", #"source "$CHECKS"; source "$SCRIPT""#]
    process.currentDirectoryURL = folder
    process.environment = environment(script: names[0].path, failures: names[1].path)
    process.standardInput = FileHandle.nullDevice
    let streams = try names[2...].map { try FileHandle(forWritingTo: $0) }
    defer { for stream in streams { try? stream.close() } }
    process.standardOutput = streams[0]
    process.standardError = streams[1]
    try process.run()
    var status = process.exitStatus(within: timeLimit)
    let isTimedOut = status == nil
    if isTimedOut { status = stop(process) }
    let family = ProcessFamily(of: base.lastPathComponent)
    if !family.ends(within: 1) { family.kill() }

    return ScriptResult(
      script: script, folder: folder.path,
      status: status ?? 128 + SIGKILL,
      standardOutput: try Data(contentsOf: names[2]),
      standardError: String(decoding: try Data(contentsOf: names[3]), as: UTF8.self),
      failures: FailedCommand.list(try Data(contentsOf: names[1])),
      timeLimit: isTimedOut ? timeLimit : nil)
  }

  private func environment(script: String, failures: String) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = Self.tools + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    environment["TOOLS"] = Self.tools
    environment["CHECKS"] = Self.checkout + "/Tests/Fixtures/checks.bash"
    environment["SCRIPT"] = script
    environment["FAILURES"] = failures
    environment["SWIFT_BACKTRACE"] = "enable=no"
    for key in environment.keys where key.hasPrefix("MAKE") || key == "MFLAGS" {
      environment[key] = nil
    }
    return environment
  }

  /// Stops a script that hangs. Its child processes are killed first, so that bash records the command
  /// that it waited for.
  private func stop(_ bash: Process) -> Int32? {
    ProcessFamily(of: base.lastPathComponent).kill(except: bash.processIdentifier)
    for signal in [SIGTERM, SIGKILL] {
      if let status = bash.exitStatus(within: 2) { return status }
      kill(bash.processIdentifier, signal)
    }
    return bash.exitStatus(within: 2)
  }

  /// The names and contents of all files.
  func files() throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      files[name] =
        FileManager.default.contents(atPath: folder.appending(path: name).path) ?? Data()
    }
    return files
  }

  func read(_ name: String) throws -> Data { try Data(contentsOf: folder.appending(path: name)) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: folder.appending(path: name))
  }
}

extension Process {
  /// The exit status if the process ends within `seconds`, or 128 + n after signal n; nil otherwise.
  ///
  /// Foundation detects the end only after all child processes have ended, so this calls `waitid`.
  /// ECHILD means that Foundation has already reaped the process.
  fileprivate func exitStatus(within seconds: Double) -> Int32? {
    let end = Date.now.addingTimeInterval(seconds)
    repeat {
      var info = siginfo_t()
      let result = waitid(P_PID, id_t(processIdentifier), &info, WEXITED | WNOHANG | WNOWAIT)
      if result != 0 {
        waitUntilExit()
        return terminationReason == .uncaughtSignal ? 128 + terminationStatus : terminationStatus
      }
      if info._sifields._sigchld.si_pid == processIdentifier {
        let status = info._sifields._sigchld.si_status
        return info.si_code == CLD_EXITED ? status : 128 + status
      }
      usleep(2000)
    } while Date.now < end
    return nil
  }
}

/// An IDX file of unsigned bytes with a pattern as data.
func idx(_ dimensions: [UInt32], count: Int? = nil, salt: Int = 0) -> [UInt8] {
  let announced = dimensions.reduce(1) { $0 * Int($1) }
  return [0, 0, 8, UInt8(dimensions.count)]
    + dimensions.flatMap { size in (0..<4).map { UInt8(size >> (24 - 8 * $0) & 255) } }
    + (0..<(count ?? announced)).map { UInt8(truncatingIfNeeded: ($0 + salt) * 89 % 241) }
}

/// Creates a folder with small images and a checkpoint for each preset.
func workshop(presets: [String] = ["mlp-gp"]) throws -> Shell {
  let shell = try Shell()
  try shell.write("images.idx", idx([150, 8, 8]))
  try shell.run("idx2tensor images.idx -o images.tensor")
  for preset in presets {
    try shell.run(
      "wgan-init --preset \(preset) --like images.tensor --batch-size 20 -o \(preset).bin")
  }
  return shell
}

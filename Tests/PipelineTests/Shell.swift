import Foundation
import Synchronization
import Testing

/// Runs bash scripts in a scratch folder of their own, with the built tools on the PATH.
///
/// These tests see what a user sees: files, pipes, words and exit statuses.
final class Shell: Sendable {
  let folder: URL

  struct Result {
    let status: Int32
    let output: Data
    let words: String
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "wgan-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Keeps this folder for several tests, until the end of all.
  func shared() -> Shell {
    Self.kept.withLock { kept in
      if kept.isEmpty { atexit { Shell.removeKept() } }
      kept.append(folder)
    }
    return self
  }

  private static let kept = Mutex<[URL]>([])

  private static func removeKept() {
    for folder in kept.withLock({ $0 }) { try? FileManager.default.removeItem(at: folder) }
  }

  /// The folder that holds the built tools: the test's own.
  static let tools: String = {
    let program =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: program).deletingLastPathComponent().path
  }()

  /// The checkout that these tests were built from.
  static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// `await CONDITION` waits ten seconds at most; `with_signals TOOL …`
  /// runs a tool without the ignored signals that the tests themselves may have been started with.
  private static let prelude = """
    set -o pipefail
    await() { for _ in {1..1000}; do eval "$1" && return; sleep 0.01; done; echo "never: $1" >&2; kill $(jobs -p); exit 99; }
    with_signals() { exec env --default-signal=INT,TERM,HUP "$@"; }

    """

  /// Runs a script with pipefail; its status is that of bash, 128 + n after a signal.
  @discardableResult
  func run(_ script: String) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", Self.prelude + script]
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = Self.tools + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    environment["TOOLS"] = Self.tools
    environment["SWIFT_BACKTRACE"] = "enable=no"
    for key in environment.keys where key.hasPrefix("MAKE") || key == "MFLAGS" {
      environment[key] = nil
    }
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let output = folder.appending(path: ".stdout"), words = folder.appending(path: ".stderr")
    for file in [output, words] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: words)
    try process.run()
    process.waitUntilExit()
    defer { for file in [output, words] { try? FileManager.default.removeItem(at: file) } }
    return Result(
      status: process.terminationReason == .uncaughtSignal
        ? 128 + process.terminationStatus : process.terminationStatus,
      output: try Data(contentsOf: output),
      words: String(decoding: try Data(contentsOf: words), as: UTF8.self))
  }

  /// Runs a script that must succeed.
  @discardableResult
  func succeed(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Result
  {
    let result = try run(script)
    try #require(result.status == 0, "\(script): \(result.words)", sourceLocation: sourceLocation)
    return result
  }

  /// Every file's name and content, except those of this class.
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

/// An IDX file of unsigned bytes: the header, and a pattern.
func idx(_ dimensions: [UInt32], count: Int? = nil, salt: Int = 0) -> [UInt8] {
  let announced = dimensions.reduce(1) { $0 * Int($1) }
  return [0, 0, 8, UInt8(dimensions.count)]
    + dimensions.flatMap { size in (0..<4).map { UInt8(size >> (24 - 8 * $0) & 255) } }
    + (0..<(count ?? announced)).map { UInt8(truncatingIfNeeded: ($0 + salt) * 89 % 241) }
}

/// A folder with small images and a checkpoint for each preset.
func workshop(presets: [String] = ["mlp-gp"]) throws -> Shell {
  let shell = try Shell()
  try shell.write("images.idx", idx([150, 8, 8]))
  try shell.succeed("idx2tensor images.idx -o images.tensor")
  for preset in presets {
    try shell.succeed(
      "wgan-init --preset \(preset) --like images.tensor --batch-size 20 -o \(preset).bin")
  }
  return shell
}

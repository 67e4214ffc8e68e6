import ArgumentParser
import FoundationEssentials
import Glibc

/// The command `bench`. It measures the tools, other frameworks and sgemm in one run.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Compare the training speed with PyTorch, TensorFlow, JAX and sgemm.",
    discussion: """
      A workload is a preset, optionally with a batch size (keras-gp:64), or the path of a \
      checkpoint, which must contain a slash (./mine.bin). With --python, the frameworks that \
      this Python can import are measured too. The results are written to bench.md and \
      bench.json in the output folder. bench.md is also printed.
      """,
    subcommands: [Run.self, Sgemm.self], defaultSubcommand: Run.self)

  static func main() {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      printMessage("\(failure)")
      Glibc.exit(1)
    } catch {
      let status = exitCode(for: error)
      if status.isSuccess { exit(withError: error) }
      printMessage(message(for: error))
      Glibc.exit(status.rawValue)
    }
  }
}

/// The subcommand `run`, which is the default.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the benchmark (default).")

  @Argument(help: "Presets or checkpoints.") var workloads: [String] = ["mlp-clip", "mlp-gp"]
  @Option(help: "Folder of the tools.") var tools: String
  @Option(help: "Tensor file with the training images.") var data: String
  @Option(help: "Python executable with the frameworks.") var python: String?
  @Option(help: "Frameworks to measure: torch, tensorflow, jax.")
  var modules = Run.modules.joined(separator: " ")
  @Option(help: "Folder of the Python scripts.") var peers = "Benchmarks/peers"
  @Option(help: "Number of rounds.") var rounds = 5
  @Option(help: "Approximate seconds per round for each implementation.") var seconds = 3.0
  @Option(help: "Number of threads. (default: number of cores)") var threads: Int?
  @Option(help: "Batch size of presets without their own. (default: set by preset)")
  var batchSize: Int?
  @Option(help: "Maximum seconds to wait for a response of a framework.") var patience = 900.0
  @Option(name: .shortAndLong, help: "Folder for the results.") var output: String

  private static let modules = ["torch", "tensorflow", "jax"]

  func validate() throws {
    guard rounds >= 1 else { throw ValidationError("--rounds must be at least 1") }
    for module in modules.split(separator: " ") where !Run.modules.contains(String(module)) {
      throw ValidationError(
        "--modules: unknown framework '\(module)' (expected torch, tensorflow or jax)")
    }
    guard seconds > 0, seconds.isFinite else { throw ValidationError("--seconds must be positive") }
    guard (1...1024).contains(threads ?? 1) else {
      throw ValidationError("--threads must be between 1 and 1024")
    }
  }

  func run() throws {
    let folder = output + "/work"
    try? FileManager.default.removeItem(atPath: folder)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch { throw Failure("\(folder): cannot create the folder") }
    let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let threads = threads ?? cores
    var settings = Settings(
      tools: tools, peers: peers, folder: folder, python: python ?? "", images: data,
      threads: threads, timeout: patience)
    let kinds = try peerKinds(folder)
    var report = Report(
      date: Date.now.formatted(.iso8601), processor: processor, cores: cores, threads: threads,
      rounds: rounds, secondsPerRound: seconds, loadBefore: load)
    for name in workloads {
      report.workloads.append(measure(Workload(name: name), kinds, &settings))
      report.loadAfter = load
      // Write after each workload, so an interrupted run keeps its results.
      try write(report)
    }
    print(report.markdown)
    try? FileManager.default.removeItem(atPath: folder)
    if report.workloads.contains(where: { $0.rows.allSatisfy { $0.failure != nil } }) {
      throw Failure("at least one workload has no results")
    }
  }

  /// Measures one workload. An error is added to the report.
  private func measure(
    _ workload: Workload, _ kinds: [Peer.Kind], _ settings: inout Settings
  ) -> WorkloadReport {
    var report = WorkloadReport(name: workload.name)
    do {
      report = try workload.prepare(&settings, batchSize: batchSize)
      let session = Session(settings: settings, rounds: rounds, seconds: seconds)
      try session.measure(kinds, into: &report)
      let hasTorch = kinds.contains { $0.module == "torch" }
      report.sampling = Sampling(settings: settings).measure(rounds: rounds, withPeer: hasTorch)
    } catch {
      report.remarks.append("Error: \(error)")
      printMessage("\(workload.name): \(error)")
    }
    return report
  }

  /// Returns the frameworks that the given Python can import.
  private func peerKinds(_ folder: String) throws(Failure) -> [Peer.Kind] {
    guard let python else {
      printMessage("no --python option: measuring only the tools and sgemm")
      return []
    }
    let script = "import importlib.util as u, sys; print(*filter(u.find_spec, sys.argv[1:]))"
    let modules = modules.split(separator: " ").map(String.init)
    let process = try ChildProcess([python, "-c", script] + modules, log: folder + "/python.log")
    let found = try process.readLine(timeout: 60).split(separator: " ").map(String.init)
    for module in modules where !found.contains(module) {
      printMessage("\(python): cannot find the module \(module); it is not measured")
    }
    return Peer.Kind.all.filter { found.contains($0.module) }
  }

  private func write(_ report: Report) throws {
    try (JSONValue(reflecting: report).indented + "\n").write(to: output + "/bench.json")
    try report.markdown.write(to: output + "/bench.md")
  }

  private var processor: String {
    let lines = (try? String(contentsOf: "/proc/cpuinfo"))?.split(separator: "\n") ?? []
    let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return model.map { String($0.drop { $0 == " " }) } ?? "unknown processor"
  }

  private var load: String {
    String((try? String(contentsOf: "/proc/loadavg"))?.split(separator: " ").first ?? "?")
  }
}

/// Prints a progress or error message on standard error.
func printMessage(_ message: String) { writeLine("bench: \(message)", to: 2) }

/// Writes one line without buffering.
func writeLine(_ line: String, to descriptor: Int32) {
  let bytes = Array((line + "\n").utf8)
  _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

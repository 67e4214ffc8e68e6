import ArgumentParser
import FoundationEssentials
import Glibc

/// Measures our tools, their peers and the machine's limit in one run.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure training beside PyTorch, TensorFlow and JAX, and against sgemm.",
    discussion: """
      A workload is a preset and, if wanted, a batch size, as keras-gp:64, or a checkpoint, as \
      ./mine.bin. Peers are the frameworks that the given Python has; without one, ours and \
      sgemm are measured. Writes bench.md and bench.json, and the first to standard output.
      """,
    subcommands: [Run.self, Sgemm.self], defaultSubcommand: Run.self)

  static func main() {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      say("\(failure)")
      Glibc.exit(1)
    } catch {
      let status = exitCode(for: error)
      if status.isSuccess { exit(withError: error) }
      say(message(for: error))
      Glibc.exit(status.rawValue)
    }
  }
}

/// The benchmark itself.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Measure; what bench does if not told otherwise.")

  @Argument(help: "What to train.") var workloads: [String] = ["mlp-clip", "mlp-gp"]
  @Option(help: "The folder of the built tools.") var tools: String
  @Option(help: "The images, a tensor file.") var data: String
  @Option(help: "A Python with the peers.") var python: String?
  @Option(help: "The peers to look for: torch, tensorflow, jax.")
  var modules = Run.modules.joined(separator: " ")
  @Option(help: "The folder of the peers' scripts.") var peers = "Benchmarks/peers"
  @Option(help: "How many rounds.") var rounds = 5
  @Option(help: "About how long each contestant works in a round.") var seconds = 3.0
  @Option(help: "Threads. (default: every core)") var threads: Int?
  @Option(help: "Batch size, where a workload has none of its own.") var batchSize: Int?
  @Option(help: "How many seconds a peer may take to answer.") var patience = 900.0
  @Option(name: .shortAndLong, help: "The folder for the report.") var output: String

  private static let modules = ["torch", "tensorflow", "jax"]

  func validate() throws {
    guard rounds >= 1 else { throw ValidationError("--rounds must be at least 1") }
    for module in modules.split(separator: " ") where !Run.modules.contains(String(module)) {
      throw ValidationError("--modules: unknown peer \(module)")
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
    } catch { throw Failure("\(folder): cannot be made") }
    let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let threads = threads ?? cores
    var setting = Setting(
      tools: tools, peers: peers, folder: folder, python: python ?? "", images: data,
      threads: threads, patience: patience)
    let kinds = try peerKinds(folder)
    var report = Report(
      date: Date.now.formatted(.iso8601), processor: processor, cores: cores, threads: threads,
      rounds: rounds, secondsPerRound: seconds, loadBefore: load)
    for name in workloads {
      report.workloads.append(measure(Workload(name: name), kinds, &setting))
      report.loadAfter = load
      // After each workload, so that an interrupted run leaves what it has.
      try write(report)
    }
    print(report.markdown)
    try? FileManager.default.removeItem(atPath: folder)
    if report.workloads.contains(where: { $0.rows.allSatisfy { $0.failure != nil } }) {
      throw Failure("nothing was measured of at least one workload")
    }
  }

  private func measure(
    _ workload: Workload, _ kinds: [Peer.Kind], _ setting: inout Setting
  ) -> WorkloadReport {
    var report = WorkloadReport(name: workload.name)
    do {
      report = try workload.prepare(&setting, batchSize: batchSize)
      let session = Session(setting: setting, rounds: rounds, seconds: seconds)
      try session.measure(kinds, into: &report)
      let hasTorch = kinds.contains { $0.module == "torch" }
      report.sampling = Sampling(setting: setting).measure(rounds: rounds, withPeer: hasTorch)
    } catch {
      report.remarks.append("Failed: \(error).")
      say("\(workload.name): \(error)")
    }
    return report
  }

  /// The peers that the given Python can load.
  private func peerKinds(_ folder: String) throws(Failure) -> [Peer.Kind] {
    guard let python else {
      say("no Python given: measuring ours and the machine's limit")
      return []
    }
    let question = "import importlib.util as u, sys; print(*filter(u.find_spec, sys.argv[1:]))"
    let modules = modules.split(separator: " ").map(String.init)
    let child = try Child([python, "-c", question] + modules, log: folder + "/python.log")
    let found = try child.line(patience: 60).split(separator: " ").map(String.init)
    for module in modules where !found.contains(module) { say("\(python) has no \(module)") }
    return Peer.Kind.all.filter { found.contains($0.module) }
  }

  private func write(_ report: Report) throws {
    try (JSONValue(reflecting: report).indented + "\n").write(to: output + "/bench.json")
    try report.markdown.write(to: output + "/bench.md")
  }

  private var processor: String {
    let lines = (try? String(contentsOf: "/proc/cpuinfo"))?.split(separator: "\n") ?? []
    let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return model.map { String($0.drop { $0 == " " }) } ?? "an unknown processor"
  }

  private var load: String {
    String((try? String(contentsOf: "/proc/loadavg"))?.split(separator: " ").first ?? "?")
  }
}

/// One line for whoever waits.
func say(_ words: String) { putLine("bench: \(words)", to: 2) }

/// One line at once, without a buffer.
func putLine(_ line: String, to descriptor: Int32) {
  let bytes = Array((line + "\n").utf8)
  _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

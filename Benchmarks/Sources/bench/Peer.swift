import FoundationEssentials

/// A framework in a Python process, which trains on command. The process is stopped while other
/// implementations are measured.
final class Peer: Implementation {
  /// A framework's Python module, the script that uses it, and a mode of the script.
  struct Kind {
    let module: String, name: String, script: String, mode: String

    static let all = [
      Kind(module: "torch", name: "PyTorch eager", script: "peer_torch.py", mode: "eager"),
      Kind(module: "torch", name: "PyTorch compiled", script: "peer_torch.py", mode: "compiled"),
      Kind(
        module: "tensorflow", name: "TensorFlow", script: "peer_tensorflow.py", mode: "graph"),
      Kind(module: "jax", name: "JAX", script: "peer_jax.py", mode: "jit"),
    ]
  }

  let name: String
  private(set) var note = ""
  let minimumSteps = 1
  private(set) var startUp: [Double] = []
  private(set) var warmUp: Double?
  var megabytes: Double? { process?.peakMegabytes }
  private let kind: Kind
  private let settings: Settings
  private var process: ChildProcess?

  init(_ kind: Kind, _ settings: Settings) {
    (self.kind, self.settings, name) = (kind, settings, kind.name)
  }

  func start() throws(Failure) {
    let command = [
      settings.python, settings.peers + "/" + kind.script, kind.mode, settings.checkpoint,
      settings.networks, settings.images, "--threads", "\(settings.threads)", "--batches",
      "\(settings.batchesPerGeneratorStep)",
    ]
    let environment = [
      "PYTHONDONTWRITEBYTECODE": "1", "TORCHINDUCTOR_CACHE_DIR": settings.folder + "/inductor",
    ]
    let start = now()
    process = try ChildProcess(
      command, environment: environment,
      log: "\(settings.folder)/\(kind.script).\(kind.mode).log")
    let line = try readLine()
    guard line == "first" else { throw unexpected(line, expected: "\"first\"") }
    startUp = [now() - start]
    let ready = try decoded(Ready.self, try readLine())
    note = ready.note.isEmpty ? ready.version : "\(ready.version), \(ready.note)"
    warmUp = ready.warm_up
    process?.pause()
  }

  /// Returns results of the untrained networks, which must be the same for all frameworks.
  func check() throws(Failure) -> [Double] {
    try decoded([Double].self, try request("check"))
  }

  func measure(_ kind: StepKind, steps: Int) throws(Failure) -> Timing {
    let response = try request("\(kind.rawValue) \(steps)")
    guard let seconds = Double(response) else {
      throw unexpected(response, expected: "a number of seconds")
    }
    return Timing(secondsPerStep: seconds / Double(steps), singleStepProcess: nil, process: nil)
  }

  private func request(_ command: String) throws(Failure) -> String {
    process?.resume()
    defer { process?.pause() }
    try process?.send(command)
    return try readLine()
  }

  private func readLine() throws(Failure) -> String {
    guard let line = try process?.readLine(timeout: settings.timeout) else {
      throw Failure("the process is not running")
    }
    return line
  }
}

/// The response of a framework after compilation.
private struct Ready: Decodable {
  let version: String, note: String
  let warm_up: Double
}

/// Decodes one line of JSON from a child process.
func decoded<T: Decodable>(_ type: T.Type, _ line: String) throws(Failure) -> T {
  do { return try JSONDecoder().decode(type, from: Data(line.utf8)) } catch {
    throw unexpected(line, expected: "JSON")
  }
}

/// Returns the error for a line from a child process that does not follow the protocol.
func unexpected(_ line: String, expected: String) -> Failure {
  Failure("unexpected response (expected \(expected), found \"\(line.prefix(80))\")")
}

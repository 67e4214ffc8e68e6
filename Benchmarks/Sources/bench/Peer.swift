import FoundationEssentials

/// A Python process that trains when it is told to, and is stopped while others are measured.
final class Peer: Contestant {
  /// A framework's module, our script for it, and a mode of it.
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
  let fewestSteps = 1
  private(set) var startUp: [Double] = []
  private(set) var warmUp: Double?
  var megabytes: Double? { child?.peakMegabytes }
  private let kind: Kind
  private let setting: Setting
  private var child: Child?

  init(_ kind: Kind, _ setting: Setting) {
    (self.kind, self.setting, name) = (kind, setting, kind.name)
  }

  func start() throws(Failure) {
    let command = [
      setting.python, setting.peers + "/" + kind.script, kind.mode, setting.checkpoint,
      setting.networks, setting.images, "--threads", "\(setting.threads)", "--batches",
      "\(setting.batchesPerGeneratorStep)",
    ]
    let environment = [
      "PYTHONDONTWRITEBYTECODE": "1", "TORCHINDUCTOR_CACHE_DIR": setting.folder + "/inductor",
    ]
    let begin = now()
    child = try Child(
      command, environment: environment, log: "\(setting.folder)/\(kind.script).\(kind.mode).log")
    guard try line() == "first" else { throw Failure("did not say first") }
    startUp = [now() - begin]
    let ready = try decoded(Ready.self, try line())
    note = ready.note.isEmpty ? ready.version : "\(ready.version), \(ready.note)"
    warmUp = ready.warm_up
    child?.pause()
  }

  /// Numbers of the untrained networks that every framework must agree on.
  func check() throws(Failure) -> [Double] {
    try decoded([Double].self, try ask("check"))
  }

  func measure(_ work: Work, steps: Int) throws(Failure) -> Timing {
    let answer = try ask("\(work.rawValue) \(steps)")
    guard let seconds = Double(answer) else { throw Failure("answered \(answer.prefix(80))") }
    return Timing(loop: seconds / Double(steps), single: nil, whole: nil)
  }

  private func ask(_ words: String) throws(Failure) -> String {
    child?.resume()
    defer { child?.pause() }
    try child?.send(words)
    return try line()
  }

  private func line() throws(Failure) -> String {
    guard let line = try child?.line(patience: setting.patience) else {
      throw Failure("is not running")
    }
    return line
  }
}

/// What a peer says when all is compiled.
private struct Ready: Decodable {
  let version: String, note: String
  let warm_up: Double
}

/// One line of JSON that a child wrote.
func decoded<T: Decodable>(_ type: T.Type, _ line: String) throws(Failure) -> T {
  do { return try JSONDecoder().decode(type, from: Data(line.utf8)) } catch {
    throw Failure("answered \(line.prefix(80))")
  }
}

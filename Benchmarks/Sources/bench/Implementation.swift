import Foundation

/// A kind of training step.
enum StepKind: String, CaseIterable {
  /// A critic step, and a generator step.
  case critic, generator
  /// A generator step with its preceding critic steps.
  case both
}

/// An implementation of the training that is measured: the tools of this project, or a framework.
protocol Implementation: AnyObject {
  var name: String { get }
  /// The version and mode. It is complete after `start()`.
  var note: String { get }
  /// Seconds from process start to the end of the first critic step, one value per process.
  var startUp: [Double] { get }
  /// Seconds to compile and run the other steps once; `nil` if nothing is compiled.
  var warmUp: Double? { get }
  /// Peak memory in MB.
  var megabytes: Double? { get }
  /// The smallest number of steps that `measure(_:steps:)` accepts.
  var minimumSteps: Int { get }
  /// Starts the process of a framework and waits until it is ready, or tests the tools with one
  /// step.
  func start() throws(Failure)
  /// Runs this many steps and returns the time.
  func measure(_ kind: StepKind, steps: Int) throws(Failure) -> Timing
}

/// One measurement.
struct Timing {
  /// Seconds per step, without start-up and saving.
  let secondsPerStep: Double
  /// For the tools, seconds of a process that makes one step, and of the measured process.
  let singleStepProcess: Double?, process: Double?
}

/// The tools of this project. Each measurement starts new processes.
final class WGANTools: Implementation {
  let name = "wgan-step"
  let note = "training loop only, from its metrics"
  let minimumSteps = 2
  private(set) var startUp: [Double] = []
  let warmUp: Double? = nil
  private(set) var megabytes: Double?
  private let settings: Settings

  init(_ settings: Settings) { self.settings = settings }

  func start() throws(Failure) { _ = try processSeconds(.critic, steps: 1) }

  /// Runs wgan-step and returns the seconds of the process.
  ///
  /// - Parameter every: The number of steps per line of the metrics.
  private func processSeconds(
    _ kind: StepKind, steps: Int, every: Int = 1
  ) throws(Failure) -> Double {
    try? FileManager.default.removeItem(atPath: metrics)
    let command = [
      settings.tools + "/wgan-step", settings.checkpoint, "--data", settings.images, "--only",
      kind.rawValue, "--steps", "\(steps)", "--threads", "\(settings.threads)", "--metrics",
      metrics, "--metrics-every", "\(every)", "-o", settings.trained,
    ]
    let usage = try ChildProcess(command, log: settings.folder + "/wgan-step.log").finish()
    megabytes = max(megabytes ?? 0, usage.megabytes)
    return usage.seconds
  }

  private var metrics: String { settings.folder + "/metrics.jsonl" }

  /// Measures a process with four lines of metrics. The first line is not counted, because its
  /// steps start with cold caches.
  func measure(_ kind: StepKind, steps: Int) throws(Failure) -> Timing {
    let singleStepProcess = try processSeconds(kind, steps: 1)
    if kind == .critic { startUp.append(singleStepProcess) }
    let every = max(1, steps / 4)
    let process = try processSeconds(kind, steps: steps, every: every)
    let lines = try metricsSeconds().dropFirst()
    guard !lines.isEmpty else { throw Failure("\(metrics): expected at least 2 lines") }
    return Timing(
      secondsPerStep: lines.reduce(0, +) / Double(lines.count * every),
      singleStepProcess: singleStepProcess, process: process)
  }

  /// Reads the seconds since the preceding line from each line of the metrics.
  private func metricsSeconds() throws(Failure) -> [Double] {
    struct Line: Decodable { let seconds: Double }
    do {
      return try String(contentsOfFile: metrics, encoding: .utf8).split(separator: "\n").map {
        try JSONDecoder().decode(Line.self, from: Data($0.utf8)).seconds
      }
    } catch { throw Failure("\(metrics): \(error)") }
  }
}

import Foundation

/// What a contestant can be asked to do so many times.
enum Work: String, CaseIterable {
  /// A critic step, a generator step.
  case critic, generator
  /// A generator step after its critic steps.
  case both
}

/// Who trains: our tools, or a peer in one mode.
protocol Contestant: AnyObject {
  var name: String { get }
  /// Version and mode, once known.
  var note: String { get }
  /// Processes start to first critic step done.
  var startUp: [Double] { get }
  /// Compiling the rest, once; `nil` when there is none.
  var warmUp: Double? { get }
  /// The most memory held, in MB.
  var megabytes: Double? { get }
  /// The shortest run that `measure` can measure.
  var fewestSteps: Int { get }
  /// Gets ready; the slow part of a peer.
  func start() throws(Failure)
  /// Seconds a step in a run of so many.
  func measure(_ work: Work, steps: Int) throws(Failure) -> Timing
}

/// One measurement.
struct Timing {
  /// Seconds a step, without what a call costs before and after its steps.
  let loop: Double
  /// Of a tool: seconds of a process of one step, and of one of `steps`.
  let single: Double?, whole: Double?
}

/// The built tools, a process for each call.
final class Ours: Contestant {
  let name = "wgan-step"
  let note = "loop alone, by its log"
  let fewestSteps = 2
  private(set) var startUp: [Double] = []
  let warmUp: Double? = nil
  private(set) var megabytes: Double?
  private let setting: Setting

  init(_ setting: Setting) { self.setting = setting }

  func start() throws(Failure) { _ = try seconds(.critic, steps: 1) }

  /// Seconds of a process, with a line in the log every so many steps.
  private func seconds(_ work: Work, steps: Int, every: Int = 1) throws(Failure) -> Double {
    try? FileManager.default.removeItem(atPath: metrics)
    let command = [
      setting.tools + "/wgan-step", setting.checkpoint, "--data", setting.images, "--only",
      work.rawValue, "--steps", "\(steps)", "--threads", "\(setting.threads)", "--metrics", metrics,
      "--metrics-every", "\(every)", "-o", setting.trained,
    ]
    let finished = try Child(command, log: setting.folder + "/wgan-step.log").finish()
    megabytes = max(megabytes ?? 0, finished.megabytes)
    return finished.seconds
  }

  private var metrics: String { setting.folder + "/metrics.jsonl" }

  /// The first quarter of the steps, which finds the caches cold, is not counted.
  func measure(_ work: Work, steps: Int) throws(Failure) -> Timing {
    let single = try seconds(work, steps: 1)
    if work == .critic { startUp.append(single) }
    let every = max(1, steps / 4)
    let whole = try seconds(work, steps: steps, every: every)
    let lines = try loggedSeconds().dropFirst()
    guard !lines.isEmpty else { throw Failure("\(metrics): fewer than two lines") }
    return Timing(
      loop: lines.reduce(0, +) / Double(lines.count * every), single: single, whole: whole)
  }

  /// What each line of the log says of the time since the one before.
  private func loggedSeconds() throws(Failure) -> [Double] {
    struct Line: Decodable { let seconds: Double }
    do {
      return try String(contentsOfFile: metrics, encoding: .utf8).split(separator: "\n").map {
        try JSONDecoder().decode(Line.self, from: Data($0.utf8)).seconds
      }
    } catch { throw Failure("\(metrics): \(error)") }
  }
}

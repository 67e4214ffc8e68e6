/// The measurement of one workload: all contestants ready, then rounds in which each has its turn.
struct Session {
  let setting: Setting
  let rounds: Int
  /// About what a contestant's turn takes.
  let seconds: Double

  /// One contestant's measurements.
  final class Entry {
    let contestant: any Contestant
    var steps: [Work: Int] = [:]
    var timings: [Work: [Timing]] = [:]
    var failure: String?
    init(_ contestant: any Contestant) { self.contestant = contestant }
  }

  /// Fills in the rows and the limit.
  func measure(_ peers: [Peer.Kind], into report: inout WorkloadReport) throws(Failure) {
    var entries = [Entry(Ours(setting))]
    entries += peers.map { Entry(Peer($0, setting)) }
    var reference: (name: String, numbers: [Double])?
    for entry in entries {
      try attempt(entry) { contestant throws(Failure) in
        say("\(report.name): starting \(contestant.name)")
        try contestant.start()
        if let peer = contestant as? Peer {
          try agree(peer, with: &reference)
        }
        try calibrate(entry)
      }
    }
    var defaults = try Limit(coreType: nil, folder: setting.folder)
    var widest = try Limit.widestCoreType.map { core throws(Failure) in
      try Limit(coreType: core, folder: setting.folder)
    }
    for round in 1...rounds {
      say("\(report.name): round \(round) of \(rounds)")
      for entry in entries where entry.failure == nil {
        try attempt(entry) { contestant throws(Failure) in
          for work in Work.allCases {
            guard let steps = entry.steps[work] else { continue }
            entry.timings[work, default: []].append(try contestant.measure(work, steps: steps))
          }
        }
      }
      for threads in Set([1, setting.threads]).sorted() {
        try defaults.measure(threads: threads, seconds: min(0.5, seconds / 4))
        try widest?.measure(threads: threads, seconds: min(0.5, seconds / 4))
      }
    }
    report.limit = defaults.rows + (widest?.rows ?? [])
    func rate(_ threads: Int) -> Double {
      report.limit.filter { $0.threads == threads }.map(\.gigaflops.median).max() ?? 0
    }
    if setting.threads > 1, rate(setting.threads) < 1.3 * rate(1) {
      report.remarks.append(
        "The machine was busy: sgemm gained little from threads; a peer that spins loses most."
      )
    }
    for entry in entries { report.rows += rows(of: entry, in: report) }
  }

  /// A contestant that fails is reported, and the others go on.
  private func attempt(
    _ entry: Entry, _ body: (any Contestant) throws(Failure) -> Void
  ) throws(Failure) {
    do { try body(entry.contestant) } catch {
      entry.failure = error.description
      say("\(entry.contestant.name) failed: \(error)")
    }
  }

  /// All peers must compute the same from the same weights, or they are not doing the same work.
  private func agree(
    _ peer: Peer, with reference: inout (name: String, numbers: [Double])?
  ) throws(Failure) {
    let numbers = try peer.check()
    guard let (name, expected) = reference else {
      reference = (peer.name, numbers)
      return
    }
    let agrees =
      numbers.count == expected.count
      && zip(numbers, expected).allSatisfy { abs($0 - $1) <= 1e-4 + 1e-3 * abs($1) }
    guard agrees else {
      throw Failure("computes \(numbers) where \(name) computes \(expected)")
    }
  }

  /// Chooses steps so that each kind of work takes a third of a turn, from a run that took at
  /// least half of that: a short one measures noise.
  private func calibrate(_ entry: Entry) throws(Failure) {
    let contestant = entry.contestant
    let target = seconds / 3
    var loops: [Work: Double] = [:]
    for work in Work.allCases {
      let parts = Double(setting.criticSteps) * (loops[.critic] ?? 0) + (loops[.generator] ?? 0)
      if work == .both, parts > 10 * seconds { continue }
      var steps = contestant.fewestSteps
      while true {
        let loop = try contestant.measure(work, steps: steps).loop
        let elapsed = loop * Double(steps - contestant.fewestSteps + 1)
        if elapsed >= target / 2 {
          loops[work] = loop
          entry.steps[work] = max(contestant.fewestSteps, Int((target / loop).rounded()))
          break
        }
        guard steps < 1 << 24 else { throw Failure("\(work) steps take no time") }
        steps *= elapsed > target / 16 ? 2 : 8
      }
    }
  }
}

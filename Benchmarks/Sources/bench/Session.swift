/// The measurement of one workload. All implementations are started, then each is measured once per
/// round.
struct Session {
  let settings: Settings
  let rounds: Int
  /// The approximate time of an implementation in one round.
  let seconds: Double

  /// The measurements of one implementation.
  final class Entry {
    let implementation: any Implementation
    /// Steps per measurement. A kind of step that is missing is not measured.
    var steps: [StepKind: Int] = [:]
    var timings: [StepKind: [Timing]] = [:]
    var failure: String?
    init(_ implementation: any Implementation) { self.implementation = implementation }
  }

  /// Measures the tools, the frameworks and sgemm, and adds the results to the report.
  ///
  /// - Throws: `Failure` if sgemm cannot be measured. An implementation that fails is reported.
  func measure(_ peers: [Peer.Kind], into report: inout WorkloadReport) throws(Failure) {
    var entries = [Entry(WGANTools(settings))]
    entries += peers.map { Entry(Peer($0, settings)) }
    var reference: (name: String, results: [Double])?
    for entry in entries {
      attempt(entry) { implementation throws(Failure) in
        printMessage("\(report.name): starting \(implementation.name)")
        try implementation.start()
        if let peer = implementation as? Peer {
          try compareResults(of: peer, with: &reference)
        }
        try chooseSteps(entry)
      }
    }
    var defaultSgemm = try SgemmProcess(coreType: nil, folder: settings.folder)
    var widestSgemm = try SgemmProcess.widestCoreType.map { core throws(Failure) in
      try SgemmProcess(coreType: core, folder: settings.folder)
    }
    for round in 1...rounds {
      printMessage("\(report.name): round \(round) of \(rounds)")
      for entry in entries where entry.failure == nil {
        attempt(entry) { implementation throws(Failure) in
          for kind in StepKind.allCases {
            guard let steps = entry.steps[kind] else { continue }
            entry.timings[kind, default: []].append(try implementation.measure(kind, steps: steps))
          }
        }
      }
      for threads in Set([1, settings.threads]).sorted() {
        try defaultSgemm.measure(threads: threads, seconds: min(0.5, seconds / 4))
        try widestSgemm?.measure(threads: threads, seconds: min(0.5, seconds / 4))
      }
    }
    report.limit = defaultSgemm.rows + (widestSgemm?.rows ?? [])
    func rate(_ threads: Int) -> Double {
      report.limit.filter { $0.threads == threads }.map(\.gigaflops.median).max() ?? 0
    }
    if settings.threads > 1, rate(settings.threads) < 1.3 * rate(1) {
      report.remarks.append(
        """
        Warning: the machine was busy. sgemm with \(settings.threads) threads is less than 1.3 \
        times as fast as with one. Frameworks whose threads spin are slowed down most.
        """)
    }
    for entry in entries { report.rows += rows(of: entry, in: report) }
  }

  /// Runs `body`. An error is reported for the implementation, and the others continue.
  private func attempt(_ entry: Entry, _ body: (any Implementation) throws(Failure) -> Void) {
    do throws(Failure) { try body(entry.implementation) } catch {
      entry.failure = error.description
      printMessage("\(entry.implementation.name): \(error)")
    }
  }

  /// Checks that a framework computes the same results as the first one from the same weights.
  /// Otherwise, they do not do the same work.
  ///
  /// - Throws: `Failure` if the results differ by more than 1e-4 + 0.1 %.
  private func compareResults(
    of peer: Peer, with reference: inout (name: String, results: [Double])?
  ) throws(Failure) {
    let results = try peer.check()
    guard let (name, expected) = reference else {
      reference = (peer.name, results)
      return
    }
    let isClose =
      results.count == expected.count
      && zip(results, expected).allSatisfy { abs($0 - $1) <= 1e-4 + 1e-3 * abs($1) }
    guard isClose else {
      throw Failure("the results differ from \(name) (expected \(expected), found \(results))")
    }
  }

  /// Chooses the steps per measurement, so that each kind of step takes a third of `seconds`. The
  /// time per step is that of a run of at least a sixth of `seconds`, because shorter runs are
  /// unreliable.
  private func chooseSteps(_ entry: Entry) throws(Failure) {
    let implementation = entry.implementation
    let target = seconds / 3
    var secondsPerStep: [StepKind: Double] = [:]
    for kind in StepKind.allCases {
      let estimate =
        Double(settings.criticSteps) * (secondsPerStep[.critic] ?? 0)
        + (secondsPerStep[.generator] ?? 0)
      if kind == .both, estimate > 10 * seconds { continue }
      var steps = implementation.minimumSteps
      while true {
        let measured = try implementation.measure(kind, steps: steps).secondsPerStep
        let elapsed = measured * Double(steps - implementation.minimumSteps + 1)
        if elapsed >= target / 2 {
          secondsPerStep[kind] = measured
          entry.steps[kind] = max(
            implementation.minimumSteps, Int((target / measured).rounded()))
          break
        }
        guard steps < 1 << 24 else {
          throw Failure("\(kind) steps: \(steps) steps take only \(elapsed) s")
        }
        steps *= elapsed > target / 16 ? 2 : 8
      }
    }
  }
}

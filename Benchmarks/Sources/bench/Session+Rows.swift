extension Session {
  /// What the report says of a contestant; of ours two rows, without start and saving and with.
  func rows(of entry: Entry, in report: WorkloadReport) -> [Row] {
    let contestant = entry.contestant
    var row = Row(name: contestant.name, note: contestant.note)
    row.failure = entry.failure
    row.megabytes = contestant.megabytes
    row.startUpSeconds = Spread(contestant.startUp)
    row.warmUpSeconds = contestant.warmUp
    row.steps = Dictionary(uniqueKeysWithValues: entry.steps.map { ($0.rawValue, $1) })
    guard entry.failure == nil else { return [row] }
    var whole = row
    let loops = entry.timings.mapValues { $0.map(\.loop) }
    fill(&row, loops, report)
    guard contestant is Ours else { return [row] }
    whole = Row(name: contestant.name, note: "whole process, with start and saving")
    var calls: [Work: [Double]] = [:]
    for (work, timings) in entry.timings {
      calls[work] = timings.compactMap { timing in
        timing.whole.map { $0 / Double(entry.steps[work] ?? 1) }
      }
    }
    fill(&whole, calls, report)
    // An epoch is one call: its steps at the loop's rate, and its start once.
    let single = Spread((entry.timings[.both] ?? []).compactMap(\.single))?.median
    let step = Spread(loops[.both] ?? [])?.median
    whole.isEpochFromParts = false
    whole.secondsPerEpoch = row.secondsPerEpoch.flatMap { epoch in
      guard let single, let step else { return nil }
      return Spread([epoch.median + single - step])
    }
    return [row, whole]
  }

  /// Rates from seconds a step.
  private func fill(
    _ row: inout Row, _ seconds: [Work: [Double]], _ report: WorkloadReport
  ) {
    let rates = seconds.mapValues { Spread($0.map { 1 / $0 }) }
    row.criticStepsPerSecond = rates[.critic] ?? nil
    row.generatorStepsPerSecond = rates[.generator] ?? nil
    let steps = Double(report.batchesPerEpoch ?? 0) / Double(setting.batchesPerGeneratorStep)
    row.secondsPerEpoch = Spread(seconds[.both] ?? [])?.scaled(by: steps)
    if row.secondsPerEpoch == nil {
      let parts = zip(seconds[.critic] ?? [], seconds[.generator] ?? [])
      row.secondsPerEpoch = Spread(parts.map { Double(setting.criticSteps) * $0 + $1 })?
        .scaled(by: steps)
      row.isEpochFromParts = true
    }
    let best = report.limit.filter { $0.threads <= setting.threads }.map(\.gigaflops.median).max()
    func gigaflops(_ megaflops: Double?, _ rate: Spread?) -> Double? {
      guard let megaflops, let rate, let batch = report.batch else { return nil }
      return megaflops * Double(batch) * rate.median / 1e3
    }
    row.criticGigaflops = gigaflops(report.criticMegaflops, row.criticStepsPerSecond)
    row.generatorGigaflops = gigaflops(report.generatorMegaflops, row.generatorStepsPerSecond)
    if let best {
      row.criticShare = row.criticGigaflops.map { $0 / best }
      row.generatorShare = row.generatorGigaflops.map { $0 / best }
    }
  }
}

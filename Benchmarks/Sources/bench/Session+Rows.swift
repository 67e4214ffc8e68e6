extension Session {
  /// Returns the rows of an implementation. The tools have two: of the training loop only, and of
  /// the whole process with start-up and saving.
  func rows(of entry: Entry, in report: WorkloadReport) -> [Row] {
    let implementation = entry.implementation
    var row = Row(name: implementation.name, note: implementation.note)
    row.failure = entry.failure
    row.megabytes = implementation.megabytes
    row.startUpSeconds = Spread(implementation.startUp)
    row.warmUpSeconds = implementation.warmUp
    row.steps = Dictionary(uniqueKeysWithValues: entry.steps.map { ($0.rawValue, $1) })
    guard entry.failure == nil else { return [row] }
    let secondsPerStep = entry.timings.mapValues { $0.map(\.secondsPerStep) }
    setRates(of: &row, secondsPerStep, report)
    guard implementation is WGANTools else { return [row] }
    var processRow = Row(
      name: implementation.name, note: "whole process, with start-up and saving")
    var processSecondsPerStep: [StepKind: [Double]] = [:]
    for (kind, timings) in entry.timings {
      processSecondsPerStep[kind] = timings.compactMap { timing in
        timing.process.map { $0 / Double(entry.steps[kind] ?? 1) }
      }
    }
    setRates(of: &processRow, processSecondsPerStep, report)
    // An epoch is one process: all steps of the training loop, and one start-up and saving.
    let singleStep = Spread((entry.timings[.both] ?? []).compactMap(\.singleStepProcess))?.median
    let step = Spread(secondsPerStep[.both] ?? [])?.median
    processRow.isEpochFromParts = false
    processRow.secondsPerEpoch = row.secondsPerEpoch.flatMap { epoch in
      guard let singleStep, let step else { return nil }
      return Spread([epoch.median + singleStep - step])
    }
    return [row, processRow]
  }

  /// Computes steps per second, seconds per epoch and GFLOP/s from the seconds per step.
  private func setRates(
    of row: inout Row, _ secondsPerStep: [StepKind: [Double]], _ report: WorkloadReport
  ) {
    let rates = secondsPerStep.mapValues { Spread($0.map { 1 / $0 }) }
    row.criticStepsPerSecond = rates[.critic] ?? nil
    row.generatorStepsPerSecond = rates[.generator] ?? nil
    let stepsPerEpoch =
      Double(report.batchesPerEpoch ?? 0) / Double(settings.batchesPerGeneratorStep)
    row.secondsPerEpoch = Spread(secondsPerStep[.both] ?? [])?.scaled(by: stepsPerEpoch)
    if row.secondsPerEpoch == nil {
      let parts = zip(secondsPerStep[.critic] ?? [], secondsPerStep[.generator] ?? [])
      row.secondsPerEpoch = Spread(parts.map { Double(settings.criticSteps) * $0 + $1 })?
        .scaled(by: stepsPerEpoch)
      row.isEpochFromParts = true
    }
    let fastestSgemm = report.limit.filter { $0.threads <= settings.threads }
      .map(\.gigaflops.median).max()
    func gigaflops(_ megaflops: Double?, _ rate: Spread?) -> Double? {
      guard let megaflops, let rate, let batch = report.batch else { return nil }
      return megaflops * Double(batch) * rate.median / 1e3
    }
    row.criticGigaflops = gigaflops(report.criticMegaflops, row.criticStepsPerSecond)
    row.generatorGigaflops = gigaflops(report.generatorMegaflops, row.generatorStepsPerSecond)
    if let fastestSgemm {
      row.criticShare = row.criticGigaflops.map { $0 / fastestSgemm }
      row.generatorShare = row.generatorGigaflops.map { $0 / fastestSgemm }
    }
  }
}

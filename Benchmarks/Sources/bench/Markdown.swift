extension Report {
  /// The report as tables.
  var markdown: String {
    """
    # Benchmark

    \(date), \(processor), \(cores) cores, \(threads) threads; load \(loadBefore) before, \
    \(loadAfter) after. Medians [least–most] of \(rounds) interleaved rounds of about \
    \(secondsPerRound.short) s each. GFLOP/s count the fewest operations (shared/DESIGN.md 5 and \
    6); the share is that of the best sgemm below, measured in the same rounds.

    """ + workloads.map(\.markdown).joined()
  }
}

extension WorkloadReport {
  fileprivate var markdown: String {
    var text = "\n## \(name)\n\n"
    if let batch, let criticSteps, let batchesPerEpoch, let batchesPerGeneratorStep {
      text += "Batch \(batch), \(criticSteps) critic steps a generator step"
      text += " on \(batchesPerGeneratorStep) real batches, \(batchesPerEpoch) batches an epoch."
    }
    if let criticMegaflops, let generatorMegaflops {
      text += " At least \(criticMegaflops.short) MFLOP an image for a critic step,"
      text += " \(generatorMegaflops.short) for a generator step."
    }
    if batch != nil { text += "\n" }
    if !rows.isEmpty {
      text += table(
        [
          "", "critic steps/s", "generator steps/s", "s an epoch", "GFLOP/s critic", "generator",
          "peak MB", "start-up s", "then compiling s",
        ], rows.map(\.cells))
    }
    if rows.contains(where: \.isEpochFromParts) {
      text += "\n\\* from critic and generator steps: a step of both takes too long to be run.\n"
    }
    if !limit.isEmpty {
      text += table(
        ["sgemm", "threads", "GFLOP/s"],
        limit.map { ["\($0.library), \($0.core)", "\($0.threads)", $0.gigaflops.text] })
    }
    if !sampling.isEmpty {
      text += table(
        ["64 samples as a PNG", "s"],
        sampling.map { [$0.name, $0.seconds?.text ?? "failed: \($0.failure ?? "")"] })
      if sampling.count == 2, let ours = sampling[0].seconds, let theirs = sampling[1].seconds {
        text += "\nA ratio of \((theirs.median / ours.median).short).\n"
      }
    }
    return text + remarks.map { "\n\($0)\n" }.joined()
  }

  private func table(_ head: [String], _ rows: [[String]]) -> String {
    let lines = [head, ["---"] + head.dropFirst().map { _ in "--:" }] + rows
    return "\n" + lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }
}

extension Row {
  fileprivate var cells: [String] {
    let title = note.isEmpty ? name : "\(name) (\(note))"
    if let failure {
      let words = failure.split(separator: "|").joined(separator: "/")
      return [title, "failed: \(words)"] + Array(repeating: "", count: 7)
    }
    return [
      title, criticStepsPerSecond?.text ?? "", generatorStepsPerSecond?.text ?? "",
      (secondsPerEpoch?.text ?? "") + (isEpochFromParts ? " \\*" : ""),
      rate(criticGigaflops, criticShare), rate(generatorGigaflops, generatorShare),
      megabytes.map { "\(Int($0.rounded()))" } ?? "", startUpSeconds?.text ?? "",
      warmUpSeconds?.short ?? "",
    ]
  }

  private func rate(_ gigaflops: Double?, _ share: Double?) -> String {
    guard let gigaflops else { return "" }
    return gigaflops.short + (share.map { ", \(Int(($0 * 100).rounded())) %" } ?? "")
  }
}

extension Spread {
  fileprivate var text: String {
    least == most ? median.short : "\(median.short) [\(least.short)–\(most.short)]"
  }
}

extension Double {
  /// Three digits.
  var short: String {
    guard self != 0, isFinite else { return "\(self)" }
    var (scale, digits) = (1.0, 0)
    while magnitude * scale < 99.95, digits < 4 { (scale, digits) = (scale * 10, digits + 1) }
    let whole = Int((magnitude * scale).rounded())
    let sign = self < 0 ? "-" : ""
    guard digits > 0 else { return sign + "\(whole)" }
    let fraction = String(whole % Int(scale))
    return sign + "\(whole / Int(scale))."
      + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}

extension Report {
  /// The report as Markdown tables.
  var markdown: String {
    """
    # Benchmark

    \(date), \(processor), \(cores) cores, \(threads) threads. Load average: \(loadBefore) \
    before, \(loadAfter) after. Each value is the median [minimum–maximum] of \(rounds) \
    interleaved rounds of about \(secondsPerRound.short) s. GFLOP/s are computed from the minimum \
    number of operations. Percentages are relative to the fastest sgemm in the same rounds.

    """ + workloads.map(\.markdown).joined()
  }
}

extension WorkloadReport {
  fileprivate var markdown: String {
    var text = "\n## \(name)\n\n"
    if let batch, let criticSteps, let batchesPerEpoch, let batchesPerGeneratorStep {
      text += "Batch size \(batch), \(criticSteps) critic steps and \(batchesPerGeneratorStep)"
      text += " real batches per generator step, \(batchesPerEpoch) batches per epoch."
    }
    if let criticMegaflops, let generatorMegaflops {
      text += " Minimum operations per image: \(criticMegaflops.short) MFLOP for a critic step,"
      text += " \(generatorMegaflops.short) MFLOP for a generator step."
    }
    if batch != nil { text += "\n" }
    if !rows.isEmpty {
      text += table(
        [
          "implementation", "critic steps/s", "generator steps/s", "epoch, s", "critic GFLOP/s",
          "generator GFLOP/s", "peak memory, MB", "start-up, s", "compilation, s",
        ], rows.map(\.cells))
    }
    if rows.contains(where: \.isEpochFromParts) {
      text += "\n\\* Computed from separate critic and generator steps.\n"
    }
    if !limit.isEmpty {
      text += table(
        ["sgemm", "threads", "GFLOP/s"],
        limit.map { ["\($0.library), \($0.core)", "\($0.threads)", $0.gigaflops.text] })
    }
    if !sampling.isEmpty {
      text += table(
        ["64 samples as a PNG", "time, s"],
        sampling.map { [$0.name, $0.seconds?.text ?? failureCell($0.failure ?? "")] })
      if sampling.count == 2, let tools = sampling[0].seconds, let peer = sampling[1].seconds {
        text += "\nRatio: \((peer.median / tools.median).short)\n"
      }
    }
    return text + remarks.map { "\n\($0)\n" }.joined()
  }

  /// Formats a table whose first column is left-aligned and whose others are right-aligned.
  private func table(_ header: [String], _ rows: [[String]]) -> String {
    let lines = [header, ["---"] + header.dropFirst().map { _ in "--:" }] + rows
    return "\n" + lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }
}

/// Formats an error message. A vertical bar would end the cell, so it is replaced.
private func failureCell(_ message: String) -> String {
  "error: " + message.split(separator: "|").joined(separator: "/")
}

extension Row {
  fileprivate var cells: [String] {
    let title = note.isEmpty ? name : "\(name) (\(note))"
    if let failure {
      return [title, failureCell(failure)] + Array(repeating: "", count: 7)
    }
    return [
      title, criticStepsPerSecond?.text ?? "", generatorStepsPerSecond?.text ?? "",
      (secondsPerEpoch?.text ?? "") + (isEpochFromParts ? " \\*" : ""),
      rate(criticGigaflops, criticShare), rate(generatorGigaflops, generatorShare),
      megabytes.map { "\(Int($0.rounded()))" } ?? "", startUpSeconds?.text ?? "",
      warmUpSeconds?.short ?? "",
    ]
  }

  /// Formats GFLOP/s with the share of sgemm in percent.
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
  /// The number with about three significant digits and at most four decimal places.
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

package import TensorIO

/// The curves of a log of metrics, for a picture of a certain width.
package struct TrainingCurves {
  /// The metric that is the x axis: the generator's steps, or the critic's where it trains alone.
  let clock: String
  /// Whole lines of the log.
  let lineCount: Int
  /// By the names of their metrics.
  private var curves: [String: Curve] = [:]
  /// Where each epoch ended.
  private(set) var epochs: [(number: Int, end: Double)] = []
  /// The first and the last step told of.
  private(set) var steps = 0.0...0.0

  /// Lines to a stroke of the pen.
  private let stroke: Int
  private var count = 0
  private var epoch = 0

  /// Reads a log twice: how many lines it has decides on what is left out.
  ///
  /// - Parameters:
  ///   - path: JSON lines; "-" is standard input. The last line may be cut short, as by a kill, and
  ///     then counts for nothing.
  ///   - width: Pixels across.
  ///
  /// Throws `.invalid` for what is not metrics, and what `InputLines` throws.
  package init(of path: String, width: Int) throws(FileError) {
    var lines = try InputLines(rereadable: path)
    let noisy = Panel.all.flatMap(\.lines).filter(\.isNoisy)
      .map { Array("\($0.metric)\":".utf8) }
    var (lineCount, noisyCount, first, last) = (0, 0, nil as MetricsLine?, nil as MetricsLine?)
    while let text = try lines.nextOfMetrics() {
      let texts = text.dropLast().split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      first = first ?? MetricsLine(texts[0])
      last = MetricsLine(texts[texts.count - 1])
      lineCount += texts.count
      noisyCount += texts.count { MetricsLine.has(noisy, $0) }
    }
    let isAlone = lineCount > 2 && first?["generator_step"] == last?["generator_step"]
    clock = isAlone ? "critic_step" : "generator_step"
    stroke = lineCount * 2 / width + 1
    self.lineCount = lineCount
    for line in Panel.all.flatMap(\.lines) {
      curves[line.metric] = Curve(
        median: line.isNoisy ? max(noisyCount / 300 * 2 + 1, 15) : nil,
        // A median for about each pixel.
        every: max(noisyCount - 1, 0) / width + 1)
    }
    lines.rewind()
    var log = MetricsReader(lines)
    while try log.next({ take($0) }) {}
    for index in curves.values.indices { curves.values[index].finish() }
    // The epoch in hand is done when it is as long as the one before.
    let ends = epochs.suffix(2).map(\.end)
    if ends.count == 2, steps.upperBound - ends[1] >= ends[1] - ends[0] {
      epochs.append((epoch, steps.upperBound))
    }
    guard curves.values.contains(where: { !$0.points.isEmpty }) else {
      throw FileError(.invalid, lines.path, "has no values to draw")
    }
  }

  /// Takes a line; false if it does not tell when it was.
  private mutating func take(_ line: MetricsLine) -> Bool {
    guard let step = line.wholeNumber(clock), let number = line.wholeNumber("epoch") else {
      return false
    }
    let x = Double(step)
    if count == 0 {
      steps = x...x
    } else if number != epoch {
      epochs.append((epoch, steps.upperBound))
    }
    epoch = number
    steps = min(steps.lowerBound, x)...max(steps.upperBound, x)
    for (name, value) in line.numbers {
      // No larger, so that differences are finite.
      curves[name]?.append(Point(x: x, y: min(max(value, -1e300), 1e300)))
    }
    count += 1
    if count % stroke == 0 {
      for index in curves.values.indices { curves.values[index].lift() }
    }
    return true
  }

  /// The curve of a metric.
  subscript(_ metric: String) -> Curve { curves[metric] ?? Curve(median: nil) }

  /// The steps of the x axis: only a log that begins late does not begin at its left.
  var axis: ClosedRange<Double> {
    let (first, last) = (steps.lowerBound, max(steps.upperBound, 1))
    return (first < last / 10 || first == last ? 0 : first)...last
  }
}

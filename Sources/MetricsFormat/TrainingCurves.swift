package import TensorIO

/// The curves of a metrics file, for a plot of a certain width.
package struct TrainingCurves {
  /// The metric on the x axis: generator steps, or critic steps if only the critic was trained.
  let stepMetric: MetricsKey
  /// The number of complete lines.
  let lineCount: Int
  private var curves: [MetricsKey: Curve] = [:]
  /// The last step of each epoch.
  private(set) var epochs: [(number: Int, end: Double)] = []
  /// The first and the last step.
  private(set) var steps = 0.0...0.0

  /// The number of lines in a group of values.
  private let groupSize: Int
  private var count = 0
  private var epoch = 0

  /// Reads a metrics file twice: the number of lines determines how much the curves are reduced.
  ///
  /// - Parameters:
  ///   - path: A file of JSON lines; "-" is standard input. An incomplete last line is ignored.
  ///   - width: The width of the plot in pixels.
  /// - Throws: `.invalid` if the input is not a metrics file; what `InputLines` throws.
  package init(of path: String, width: Int) throws(FileError) {
    var lines = try InputLines(rereadable: path)
    let noisy = Subplot.all.flatMap(\.lines).filter(\.isNoisy)
      .map { MetricsLine.searchPattern(of: $0.metric) }
    var (lineCount, noisyCount, first, last) = (0, 0, nil as MetricsLine?, nil as MetricsLine?)
    while let text = try lines.nextOfMetrics() {
      let texts = text.dropLast().split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      first = first ?? MetricsLine(texts[0])
      last = MetricsLine(texts[texts.count - 1])
      lineCount += texts.count
      noisyCount += texts.count { MetricsLine.contains(noisy, $0) }
    }
    let isAlone = lineCount > 2 && first?[.generatorStep] == last?[.generatorStep]
    stepMetric = isAlone ? .criticStep : .generatorStep
    groupSize = lineCount * 2 / width + 1
    self.lineCount = lineCount
    for line in Subplot.all.flatMap(\.lines) {
      curves[line.metric] = Curve(
        median: line.isNoisy ? max(noisyCount / 300 * 2 + 1, 15) : nil,
        // About one median per pixel.
        every: max(noisyCount - 1, 0) / width + 1)
    }
    lines.rewind()
    var log = MetricsReader(lines)
    while try log.next({ add($0) }) {}
    for index in curves.values.indices { curves.values[index].finish() }
    // The current epoch is complete if it is as long as the one before.
    let ends = epochs.suffix(2).map(\.end)
    if ends.count == 2, steps.upperBound - ends[1] >= ends[1] - ends[0] {
      epochs.append((epoch, steps.upperBound))
    }
    guard curves.values.contains(where: { !$0.points.isEmpty }) else {
      throw FileError(.invalid, lines.path, "contains no values to plot")
    }
  }

  /// Adds a line.
  ///
  /// - Returns: Whether the line has a step and an epoch.
  private mutating func add(_ line: MetricsLine) -> Bool {
    guard let step = line.count(stepMetric), let number = line.count(.epoch) else {
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
      guard let key = MetricsKey(rawValue: name) else { continue }
      // The bound keeps differences finite.
      curves[key]?.append(Point(x: x, y: min(max(value, -1e300), 1e300)))
    }
    count += 1
    if count % groupSize == 0 {
      for index in curves.values.indices { curves.values[index].endGroup() }
    }
    return true
  }

  /// The curve of a metric.
  subscript(_ metric: MetricsKey) -> Curve { curves[metric] ?? Curve(median: nil) }

  /// The range of the x axis. It starts at 0, unless the log starts in the last nine tenths.
  var axis: ClosedRange<Double> {
    let (first, last) = (steps.lowerBound, max(steps.upperBound, 1))
    return (first < last / 10 || first == last ? 0 : first)...last
  }
}

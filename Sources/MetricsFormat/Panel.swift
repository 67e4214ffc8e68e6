/// A panel of a picture: metrics of one unit.
struct Panel {
  /// The words over it.
  let title: String
  /// Of its frame, in pixels.
  let height: Int
  /// What is drawn, the last on top.
  let lines: [Line]
  /// Whether each line is told by name.
  var hasKey = false
  /// A value that the frame has in any case.
  var reference: Double?
  /// Whether a dashed line marks it.
  var isDashed = false

  /// How a metric is drawn.
  struct Line {
    /// Its name in the log.
    let metric: String
    /// Its name in the key.
    var title = "raw"
    /// Of gnuplot's plot; empty for a pale line under its running median.
    var style = ""
    /// Whether a few values are marked, each.
    var hasMarks = false

    /// Whether a running median says more than the line.
    var isNoisy: Bool { style.isEmpty }
  }

  /// All of them, from the top.
  static let all = [
    Panel(
      title: "Wasserstein estimate", height: 240,
      lines: [
        Line(metric: "wasserstein"),
        Line(
          metric: "held_out_wasserstein", title: "held out",
          style: "linewidth 1.5 linecolor '#d55e00'", hasMarks: true),
      ], hasKey: true),
    Panel(title: "Penalty", height: 100, lines: [Line(metric: "penalty")]),
    Panel(
      title: "Gradient norm", height: 100, lines: [Line(metric: "gradient_norm")], reference: 1,
      isDashed: true),
    Panel(
      title: "Learning rates", height: 80,
      lines: [
        Line(metric: "lr_critic", title: "critic", style: "linewidth 2 linecolor '#0067a5'"),
        Line(
          metric: "lr_generator", title: "generator",
          style: "linewidth 2 dashtype 2 linecolor '#d55e00'"),
      ], hasKey: true, reference: 0),
  ]

  /// The axis of what it shows of the values.
  func axis(of curves: TrainingCurves) -> Frame.Axis {
    let values = lines.map { curves[$0.metric].points.map(\.y) } + [reference.map { [$0] } ?? []]
    return Frame(of: values.filter { !$0.isEmpty }).axis(marks: 3 + height / 80)
  }

  /// Its plots, the last on top; none where nothing was measured.
  func plots(of curves: TrainingCurves) -> [Plot] {
    let plots = lines.flatMap { line -> [Plot] in
      let curve = curves[line.metric]
      guard !curve.points.isEmpty else { return [] }
      guard !curve.medians.isEmpty else {
        let marks = line.hasMarks && curve.points.count <= 100 ? "with linespoints " : ""
        let style = line.isNoisy ? "linecolor '#0067a5'" : marks + line.style
        return [Plot(line.metric, curve.points, line.title, style)]
      }
      return [
        Plot(line.metric, curve.points, line.title, "linecolor '#9cc4e6'"),
        Plot(
          line.metric + "_median", curve.medians, "median of \(curve.medianSteps) steps",
          "with lines linewidth 2 linecolor '#0067a5'"),
      ]
    }
    return plots.isEmpty || !isDashed ? plots : plots + [Plot(at: reference ?? 0)]
  }
}

/// A plot of gnuplot's.
struct Plot {
  /// What it draws, as a block of its own.
  let data: String
  /// How, as a part of the command.
  let words: String

  /// A curve.
  init(_ name: String, _ points: [Point], _ title: String, _ style: String) {
    data = "$\(name) << END\n" + points.map { "\($0.x) \($0.y)\n" }.joined() + "END\n"
    words = "$\(name) \(style) title '\(title)'"
  }

  /// A dashed line from left to right.
  init(at y: Double) { (data, words) = ("", "\(y) dashtype 2 linecolor '#777777' notitle") }
}

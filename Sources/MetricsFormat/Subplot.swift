/// A subplot: metrics of one unit over the steps.
struct Subplot {
  /// The title.
  let title: String
  /// The height of its axes in pixels.
  let height: Int
  /// The curves, the last on top.
  let lines: [Line]
  /// Whether a legend names the curves.
  var hasLegend = false
  /// A value that the y axis always includes.
  var reference: Double?
  /// Whether a dashed line marks `reference`.
  var isReferenceDrawn = false

  /// How a metric is drawn.
  struct Line {
    let metric: MetricsKey
    /// The name in the legend.
    var title = "raw"
    /// Style options of gnuplot's `plot`; empty for a pale line with its running median on top.
    var style = ""
    /// Whether a curve of at most 100 values has a marker at each.
    var hasMarkers = false

    /// Whether the metric is drawn with a running median.
    var isNoisy: Bool { style.isEmpty }
  }

  /// All subplots, from the top.
  static let all = [
    Subplot(
      title: "Wasserstein estimate", height: 240,
      lines: [
        Line(metric: .wasserstein),
        Line(
          metric: .heldOutWasserstein, title: "held out",
          style: "linewidth 1.5 linecolor '#d55e00'", hasMarkers: true),
      ], hasLegend: true),
    Subplot(title: "Penalty", height: 100, lines: [Line(metric: .penalty)]),
    Subplot(
      title: "Gradient norm", height: 100, lines: [Line(metric: .gradientNorm)], reference: 1,
      isReferenceDrawn: true),
    Subplot(
      title: "Learning rates", height: 80,
      lines: [
        Line(metric: .criticRate, title: "critic", style: "linewidth 2 linecolor '#0067a5'"),
        Line(
          metric: .generatorRate, title: "generator",
          style: "linewidth 2 dashtype 2 linecolor '#d55e00'"),
      ], hasLegend: true, reference: 0),
  ]

  /// The y axis.
  func axis(of curves: TrainingCurves) -> AxisRange.Axis {
    let values = lines.map { curves[$0.metric].points.map(\.y) } + [reference.map { [$0] } ?? []]
    return AxisRange(of: values.filter { !$0.isEmpty }).axis(marks: 3 + height / 80)
  }

  /// The plots, the last on top; none if no metric has values.
  func plots(of curves: TrainingCurves) -> [Plot] {
    let plots = lines.flatMap { line -> [Plot] in
      let (name, curve) = (line.metric.rawValue, curves[line.metric])
      guard !curve.points.isEmpty else { return [] }
      guard !curve.medians.isEmpty else {
        let markers = line.hasMarkers && curve.points.count <= 100 ? "with linespoints " : ""
        let style = line.isNoisy ? "linecolor '#0067a5'" : markers + line.style
        return [Plot(name, curve.points, line.title, style)]
      }
      return [
        Plot(name, curve.points, line.title, "linecolor '#9cc4e6'"),
        Plot(
          name + "_median", curve.medians, "median of \(curve.medianSteps) steps",
          "with lines linewidth 2 linecolor '#0067a5'"),
      ]
    }
    return plots.isEmpty || !isReferenceDrawn ? plots : plots + [Plot(at: reference ?? 0)]
  }
}

/// One curve of a gnuplot `plot` command.
struct Plot {
  /// The data block that it draws; empty for a constant.
  let data: String
  /// Its part of the `plot` command.
  let command: String

  /// A curve.
  init(_ name: String, _ points: [Point], _ title: String, _ style: String) {
    data = "$\(name) << END\n" + points.map { "\($0.x) \($0.y)\n" }.joined() + "END\n"
    command = "$\(name) \(style) title '\(title)'"
  }

  /// A horizontal dashed line.
  init(at y: Double) { (data, command) = ("", "\(y) dashtype 2 linecolor '#777777' notitle") }
}

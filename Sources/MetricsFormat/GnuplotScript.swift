/// A self-contained gnuplot script that draws the curves of a training.
package struct GnuplotScript {
  /// The format of the plot.
  package enum Format: String, CaseIterable, Sendable {
    /// A vector graphic for browsers.
    case svg
    /// An image with twice as many pixels as `width`, for high-resolution screens.
    case png
  }

  private let curves: TrainingCurves
  private let format: Format
  private let width: Int

  /// The script of a plot.
  ///
  /// - Parameters:
  ///   - curves: The curves.
  ///   - format: The format of the plot.
  ///   - width: The width in pixels. Below 600, the layout is for a phone.
  package init(of curves: TrainingCurves, format: Format, width: Int) {
    (self.curves, self.format, self.width) = (curves, format, width)
  }

  private var isWide: Bool { width >= 600 }

  /// Of a digit, in pixels; few fonts have wider ones.
  private let digit = 8.3

  /// The width of an integer in pixels.
  private func length(_ number: Double) -> Double { digit * Double("\(Int(number))".count) }

  /// The least side margin in pixels: half of the number at an end of the x axis extends beyond it.
  private var sideMargin: Double {
    max(length(curves.axis.upperBound), length(Double(curves.epochs.last?.number ?? 0))) / 2 + 4
  }

  /// The least width of a subplot in pixels.
  private var plotWidth: Double { Double(width) - 120 - sideMargin }

  /// The distance between labeled ticks of an axis.
  ///
  /// - Parameters:
  ///   - count: The length of the axis.
  ///   - last: The largest label.
  ///   - distance: The wanted distance between two labels in pixels. It is larger if labels would touch.
  private func spacing(_ count: Double, to last: Double, distance: Double) -> Double {
    niceStep(count * max(distance / Double(width), (length(last) + 12) / plotWidth))
  }

  /// The script for the standard input of gnuplot, which writes the plot to standard output.
  package var text: String {
    let subplots = Subplot.all.map { ($0, $0.plots(of: curves), $0.axis(of: curves)) }
      .filter { !$0.1.isEmpty }
    var (height, text) = (0, "")
    for (index, (subplot, plots, axis)) in subplots.enumerated() {
      if index == subplots.count - 1 { text += xAxis }
      text += commands(for: subplot, plots, axis, below: &height)
    }
    return preamble(height: height + 48, marks: subplots.flatMap(\.2.marks)) + text
  }

  /// The commands for all subplots.
  ///
  /// - Parameters:
  ///   - height: The height of the plot in pixels.
  ///   - marks: The values at all tick marks of the y axes.
  private func preamble(height: Int, marks: [Double]) -> String {
    let terminal =
      switch format {
      case .svg:
        "svg size \(width), \(height) font 'sans-serif,13' name 'curves\(width)' background '#ffffff'"
      case .png:
        "pngcairo size \(2 * width), \(2 * height) font 'sans-serif,13' fontscale 1.5 linewidth 2"
      }
    let steps = curves.axis
    let unit = spacing(
      steps.upperBound - steps.lowerBound, to: steps.upperBound, distance: 70)
    return """
      width = \(width).; height = \(height).
      left = \(max(isWide ? 64 : 56, sideMargin)); right = \(max(isWide ? 28 : 24, sideMargin)) / width
      array marks = [\(marks.map { "\($0)" }.joined(separator: ", "))]
      do for [i = 1:|marks|] {
        length = \(digit) * strlen(sprintf('%g', marks[i])) + 12
        left = length > left ? length : left
      }
      left = left / width
      set terminal \(terminal)
      set encoding utf8
      set multiplot
      set style data \(curves.lineCount > 60 ? "lines" : "linespoints")
      set for [i = 1:3] linetype i pointtype 7 pointsize 0.4
      set style function lines
      set clip two
      set lmargin at screen left
      set rmargin at screen 1 - right
      set border 1 linecolor '#999999'
      set tics nomirror scale 0 textcolor '#555555'
      set xtics \(max(unit, 1))
      set format x ''
      set format y '%g'
      set grid ytics x2tics linetype 1 linewidth 1 linecolor '#e4e4e4'
      set xrange [\(steps.lowerBound):\(steps.upperBound)]
      set x2range [\(steps.lowerBound):\(steps.upperBound)]
      set key Left reverse \(isWide ? "right horizontal width -1" : "left") samplen 1.5 \
      textcolor '#555555'

      """
  }

  /// The commands for the x axis of the last subplot.
  private var xAxis: String {
    """
    set format x '%.0f'
    set label 3 '\(curves.stepMetric.rawValue.replacing("_", with: " "))' at screen 1 - right, screen 14 / height \
    right textcolor '#555555'

    """
  }

  /// The commands for a subplot.
  ///
  /// - Parameter bottom: The end of the subplot above, then of this one, in pixels from the top.
  private func commands(
    for subplot: Subplot, _ plots: [Plot], _ axis: AxisRange.Axis, below bottom: inout Int
  ) -> String {
    let isFirst = bottom == 0
    let title = bottom + 20
    // The legend is beside the title, or below it in a narrow plot.
    let legend = bottom + (isWide ? 12 : 32)
    let top =
      title + 16 + (isFirst ? 24 : 0) + (isWide || !subplot.hasLegend ? 0 : 18 * plots.count)
    bottom = top + subplot.height
    let outliers =
      [
        axis.above.map { "sprintf('↑ %.3g', \($0))" },
        axis.below.map { "sprintf('  ↓ %.3g', \($0))" },
      ].compactMap(\.self)
    let position =
      subplot.hasLegend
      ? "graph 1, graph 1 offset character -0.5, -0.8"
      : "screen 1 - right, screen 1 - \(title) / height offset 0, 0"
    return plots.map(\.data).joined() + """
      set yrange [\(axis.low):\(axis.high)]; set ytics \(axis.unit)
      set label 1 '\(subplot.title)' at screen left, screen 1 - \(title) / height left font ',15' \
      textcolor '#222222'
      set label 2 \(outliers.isEmpty ? "''" : outliers.joined(separator: " . ")) at \(position) right \
      textcolor '#555555'
      \(epochs(areLabeled: isFirst, over: top))
      set key at screen \(isWide ? "1 - right" : "left"), screen 1 - \(legend) / height
      \(subplot.hasLegend ? "" : "un")set key
      set tmargin at screen 1 - \(top) / height
      set bmargin at screen 1 - \(bottom) / height
      plot \(plots.map(\.command).joined(separator: ", "))

      """
  }

  /// The commands for the vertical lines at the ends of epochs, as many as fit.
  ///
  /// - Parameters:
  ///   - areLabeled: Whether the lines have numbers above the subplot.
  ///   - top: The top of the subplot in pixels.
  private func epochs(areLabeled: Bool, over top: Int) -> String {
    let last = Double(curves.epochs.last?.number ?? 0)
    let every = Int(max(spacing(Double(curves.epochs.count), to: last, distance: 60), 1))
    let steps = curves.axis
    let pixel = (steps.upperBound - steps.lowerBound) / plotWidth
    let marks = curves.epochs.filter { $0.number % every == 0 }.map { number, end in
      // A number at the left end would touch the word "epoch".
      let isClear = end - steps.lowerBound >= (length(Double(number)) / 2 - 4) * pixel
      return "'\(areLabeled && isClear ? "\(number)" : "")' \(end)"
    }
    guard !marks.isEmpty else { return "unset x2tics; unset label 4" }
    let name = """
      set label 4 'epoch' at screen left - 8 / width, screen 1 - \(top - 18) / height right \
      textcolor '#555555'
      """
    return "set x2tics (\(marks.joined(separator: ", "))); \(areLabeled ? name : "unset label 4")"
  }
}

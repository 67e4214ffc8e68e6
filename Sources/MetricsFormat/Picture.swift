/// Curves as a program for gnuplot, which holds all that it draws.
package struct Picture {
  /// What gnuplot makes of it.
  package enum Format: String, CaseIterable, Sendable {
    /// For any browser.
    case svg
    /// Twice as fine as its width, as most screens are.
    case png
  }

  private let curves: TrainingCurves
  private let format: Format
  private let width: Int

  /// A picture.
  ///
  /// - Parameter width: Pixels across; below 600 it is laid out for a telephone.
  package init(of curves: TrainingCurves, format: Format, width: Int) {
    (self.curves, self.format, self.width) = (curves, format, width)
  }

  private var isWide: Bool { width >= 600 }

  /// Of a digit, in pixels; few fonts have wider ones.
  private let digit = 8.3

  /// The width in pixels of a whole number.
  private func length(_ number: Double) -> Double { digit * Double("\(Int(number))".count) }

  /// What the right margin needs, in pixels: half of the number at an end is beyond it.
  private var beyond: Double {
    max(length(curves.axis.upperBound), length(Double(curves.epochs.last?.number ?? 0))) / 2 + 4
  }

  /// Of the panels, in pixels; those whose marks are short numbers have more.
  private var room: Double { Double(width) - 120 - beyond }

  /// How far apart numbers up to `last` stand, evenly, so that `count` to a line from left to right
  /// are `distance` pixels apart and in any case do not touch.
  private func spacing(_ count: Double, to last: Double, distance: Double) -> Double {
    niceStep(count * max(distance / Double(width), (length(last) + 12) / room))
  }

  /// The program for gnuplot's standard input; the picture is what it writes to standard output.
  package var program: String {
    let panels = Panel.all.map { ($0, $0.plots(of: curves), $0.axis(of: curves)) }
      .filter { !$0.1.isEmpty }
    var (height, text) = (0, "")
    for (index, (panel, plots, axis)) in panels.enumerated() {
      if index == panels.count - 1 { text += clock }
      text += drawing(panel, plots, axis, under: &height)
    }
    return preamble(height: height + 48, marks: panels.flatMap(\.2.marks)) + text
  }

  /// What holds for all panels, which have marks at these values.
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
      left = \(max(isWide ? 64 : 56, beyond)); right = \(max(isWide ? 28 : 24, beyond)) / width
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

  /// The x axis of the last panel.
  private var clock: String {
    """
    set format x '%.0f'
    set label 3 '\(curves.clock.replacing("_", with: " "))' at screen 1 - right, screen 14 / height \
    right textcolor '#555555'

    """
  }

  /// A panel under `bottom`, in pixels from the top, which it moves to its own end.
  private func drawing(
    _ panel: Panel, _ plots: [Plot], _ axis: Frame.Axis, under bottom: inout Int
  ) -> String {
    let isFirst = bottom == 0
    let title = bottom + 20
    // The key is beside the title, or below it where that is narrow.
    let key = bottom + (isWide ? 12 : 32)
    let top = title + 16 + (isFirst ? 24 : 0) + (isWide || !panel.hasKey ? 0 : 18 * plots.count)
    bottom = top + panel.height
    let beyond =
      [
        axis.above.map { "sprintf('↑ %.3g', \($0))" },
        axis.below.map { "sprintf('  ↓ %.3g', \($0))" },
      ].compactMap(\.self)
    let place =
      panel.hasKey
      ? "graph 1, graph 1 offset character -0.5, -0.8"
      : "screen 1 - right, screen 1 - \(title) / height offset 0, 0"
    return plots.map(\.data).joined() + """
      set yrange [\(axis.low):\(axis.high)]; set ytics \(axis.unit)
      set label 1 '\(panel.title)' at screen left, screen 1 - \(title) / height left font ',15' \
      textcolor '#222222'
      set label 2 \(beyond.isEmpty ? "''" : beyond.joined(separator: " . ")) at \(place) right \
      textcolor '#555555'
      \(epochs(areNamed: isFirst, over: top))
      set key at screen \(isWide ? "1 - right" : "left"), screen 1 - \(key) / height
      \(panel.hasKey ? "" : "un")set key
      set tmargin at screen 1 - \(top) / height
      set bmargin at screen 1 - \(bottom) / height
      plot \(plots.map(\.words).joined(separator: ", "))

      """
  }

  /// The marks of the epochs' ends, as many as there is room for, with numbers over the first panel.
  private func epochs(areNamed: Bool, over top: Int) -> String {
    let last = Double(curves.epochs.last?.number ?? 0)
    let every = Int(max(spacing(Double(curves.epochs.count), to: last, distance: 60), 1))
    let steps = curves.axis
    let pixel = (steps.upperBound - steps.lowerBound) / room
    let marks = curves.epochs.filter { $0.number % every == 0 }.map { number, end in
      // A number at the very left would touch the word.
      let isClear = end - steps.lowerBound >= (length(Double(number)) / 2 - 4) * pixel
      return "'\(areNamed && isClear ? "\(number)" : "")' \(end)"
    }
    guard !marks.isEmpty else { return "unset x2tics; unset label 4" }
    let name = """
      set label 4 'epoch' at screen left - 8 / width, screen 1 - \(top - 18) / height right \
      textcolor '#555555'
      """
    return "set x2tics (\(marks.joined(separator: ", "))); \(areNamed ? name : "unset label 4")"
  }
}

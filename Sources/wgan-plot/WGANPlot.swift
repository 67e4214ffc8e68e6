import ArgumentParser
import MetricsFormat
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { WGANPlot.self }

struct WGANPlot: Tool {
  static let configuration = CommandConfiguration(
    commandName: "wgan-plot",
    abstract: "Plot the training curves from a metrics file.",
    usage: "wgan-plot [METRICS] [--format svg|png] [--width PIXELS] [-o FILE]",
    discussion: """
      Plots the output of wgan-step --metrics in up to four subplots: the Wasserstein estimate with its \
      running median and the estimate of held-out images; the gradient penalty; the gradient norm; the \
      learning rates. Metrics without values are omitted.

      The legend shows the window of the median, which is shorter near both ends. The pale line \
      connects the minimum and maximum of neighboring values. If outliers would compress the rest of a \
      curve, they are cut off, and an arrow shows their range. An SVG supports light and dark mode.

      Requires gnuplot (Debian package gnuplot-nox).

      EXAMPLES:
        wgan-plot runs/quick/metrics.jsonl -o curves.svg

      \(exitStatusHelp.replacing("  70 ", with: "  69     gnuplot is not installed\n  70 "))
      """,
    version: toolVersion)

  @Argument(help: "Metrics file; - is standard input.", completion: .file())
  var metrics = "-"

  @OptionGroup var output: OutputOptions

  @Option(
    help: "Output format: svg or png. (default: file name extension of the output; svg without -o)")
  var format: GnuplotScript.Format?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Width of the plot, 300 to 4000. Below 600, the layout is for a phone.", valueName: "pixels"))
  var width = 900

  mutating func validate() throws {
    guard 300...4000 ~= width else { throw ValidationError("--width must be between 300 and 4000") }
    let suffix = output.path == "-" ? "svg" : String(output.path.split(separator: ".").last ?? "")
    format = format ?? GnuplotScript.Format(rawValue: suffix)
    guard format != nil else {
      throw ValidationError(
        "\(output.path): unknown file name extension (expected .svg or .png); use --format")
    }
  }

  func run() throws {
    let gnuplot = try ExternalProgram("gnuplot", package: "gnuplot-nox")
    let format = format ?? .svg
    let output = try output.open(keeping: [metrics], content: "an image")
    let curves = try TrainingCurves(of: metrics, width: width)
    let script = GnuplotScript(of: curves, format: format, width: width)
    // -d: without the user's gnuplot settings.
    let plot = try gnuplot.run(["-d"], input: script.text)
    guard !plot.isEmpty else { throw FileError(.bug, "gnuplot", "has no output") }
    try output.write(
      format == .svg ? Array(styledSVG(String(decoding: plot, as: UTF8.self)).utf8) : plot)
    try output.commit()
  }
}

extension GnuplotScript.Format: ExpressibleByArgument {}

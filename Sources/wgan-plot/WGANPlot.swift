import ArgumentParser
import MetricsFormat
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { WGANPlot.self }

struct WGANPlot: Tool {
  static let configuration = CommandConfiguration(
    commandName: "wgan-plot",
    abstract: "Draw the curves of a training from its metrics.",
    discussion: """
      Draws what wgan-step --metrics writes: the Wasserstein estimate, raw, as a running median, and \
      held out where that was measured; the penalty and the gradient norm where there are any; the \
      learning rates. A median is of the steps around the one where it stands, as many as the key \
      says, and of fewer towards the first and the last step. Of every few values only the least and \
      the greatest are drawn, as many as a pen as wide as a pixel can tell. Where a few values would flatten all others they lie beyond \
      the frame, and an arrow says how far they reach. An SVG is light or dark as its reader has \
      chosen. It calls gnuplot, which Debian has in gnuplot-nox.

      EXAMPLES:
        wgan-plot runs/quick/metrics.jsonl -o curves.svg

      \(exitStatusHelp.replacing("  70 ", with: "  69     gnuplot is missing\n  70 "))
      """,
    version: toolVersion)

  @Argument(help: "The metrics, JSON lines; - is standard input.", completion: .file())
  var metrics = "-"

  @OptionGroup var output: OutputOptions

  @Option(help: "Draw svg or png. (default: the ending of the output; svg to standard output)")
  var format: Picture.Format?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Pixels across, 300 to 4000; below 600 laid out for a telephone.", valueName: "pixels"))
  var width = 900

  mutating func validate() throws {
    guard 300...4000 ~= width else { throw ValidationError("--width must be between 300 and 4000") }
    let ending = output.path == "-" ? "svg" : String(output.path.split(separator: ".").last ?? "")
    format = format ?? Picture.Format(rawValue: ending)
    guard format != nil else {
      throw ValidationError("--format is svg or png, not the ending of \(output.path)")
    }
  }

  func run() throws {
    let gnuplot = try ExternalProgram("gnuplot", package: "gnuplot-nox")
    let format = format ?? .svg
    let output = try output.open(keeping: [metrics], content: "a picture")
    let curves = try TrainingCurves(of: metrics, width: width)
    // Without the settings of whoever calls it.
    let picture = try gnuplot.run(
      ["-d"], input: Picture(of: curves, format: format, width: width).program)
    guard !picture.isEmpty else { throw FileError(.bug, "gnuplot", "has drawn nothing") }
    try output.write(
      format == .svg ? Array(styledSVG(String(decoding: picture, as: UTF8.self)).utf8) : picture)
    try output.commit()
  }
}

extension Picture.Format: ExpressibleByArgument {}

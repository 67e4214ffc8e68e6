import ArgumentParser
import MetricsFormat
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { Metrics2TB.self }

struct Metrics2TB: Tool {
  static let configuration = CommandConfiguration(
    commandName: "metrics2tb",
    abstract: "Convert metrics to an event file of TensorBoard.",
    discussion: """
      Reads what wgan-step --metrics writes. A line becomes an event at its generator_step, with a \
      scalar wgan/NAME for every other number; the wall time is --start plus the sum of the seconds. \
      To standard output each line goes as soon as it has come. TensorBoard looks in a folder for \
      files with tfevents in their names.

      EXAMPLES:
        tail -n +1 -f metrics.jsonl | metrics2tb > logs/events.out.tfevents.1

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "The metrics, JSON lines; - is standard input.", completion: .file())
  var metrics = "-"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("When the training began, in seconds since 1970.", valueName: "seconds"))
  var start = 0.0

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard start.isFinite else { throw ValidationError("--start must be finite") }
  }

  func run() throws {
    try convertMetrics(metrics, start: start, to: try output.open(keeping: metrics))
  }
}

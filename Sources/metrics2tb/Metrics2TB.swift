import ArgumentParser
import MetricsFormat
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { Metrics2TB.self }

struct Metrics2TB: Tool {
  static let configuration = CommandConfiguration(
    commandName: "metrics2tb",
    abstract: "Convert a metrics file to a TensorBoard event file.",
    usage: "metrics2tb [METRICS] [--start SECONDS] [-o FILE]",
    discussion: """
      Reads the output of wgan-step --metrics. Each line becomes an event at its generator_step, with a \
      scalar wgan/NAME for every other number. The wall time of an event is --start plus the sum of \
      the seconds up to its line. Without -o, each line is converted as soon as it arrives.

      TensorBoard reads the files of a folder whose names contain "tfevents".

      EXAMPLES:
        tail -n +1 -f metrics.jsonl | metrics2tb > logs/events.out.tfevents.1

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "Metrics file; - is standard input.", completion: .file())
  var metrics = "-"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Wall time at the start of the training, in seconds since 1970.", valueName: "seconds"))
  var start = 0.0

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard start.isFinite else { throw ValidationError("--start must be finite") }
  }

  func run() throws {
    try convertMetrics(metrics, start: start, to: try output.open(keeping: metrics))
  }
}

// From lines of metrics to events, as they come: what the tool `metrics2tb` does.
public import TensorIO

/// Converts metrics to an event file of TensorBoard.
///
/// A line becomes an event at its `generator_step`, with a scalar `wgan/NAME` for every other number
/// but `seconds`: one group of curves. The sum of those is the time: an event's wall time is `start` plus
/// the seconds of training up to it, so that the same lines give the same bytes. Each line is on its
/// way as soon as it is whole; memory does not grow with the file.
///
/// - Parameters:
///   - metrics: A file of JSON lines; "-" is standard input. The last line may be cut short, as by a
///     kill, and then counts for nothing.
///   - start: The wall time of the beginning, in seconds since 1970.
///   - output: Where the events go; committed at the end.
///
/// Throws `.invalid` for what is not metrics, and what `InputLines` and `OutputFile` throw.
public func convertMetrics(
  _ metrics: String, start: Double, to output: OutputFile
) throws(FileError) {
  var log = MetricsReader(try InputLines(metrics))
  var time = start
  var records = Event.fileVersion(wallTime: start)
  var isGoingOn: Bool
  repeat {
    isGoingOn = try log.next { line in
      guard let step = line.wholeNumber("generator_step") else { return false }
      time += line["seconds"] ?? 0
      let scalars = line.numbers.filter { $0.name != "generator_step" && $0.name != "seconds" }
        .map { ("wgan/" + $0, Float($1)) }
      records += Event(wallTime: time, step: step, scalars: scalars).record
      return true
    }
    try output.write(records)
    records = []
  } while isGoingOn
  try output.commit()
}

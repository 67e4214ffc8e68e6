public import TensorIO

/// Converts metrics to a TensorBoard event file.
///
/// Each line becomes an event at its `generator_step`, with a scalar `wgan/NAME` for every other number
/// except `seconds`. The wall time of an event is `start` plus the sum of the seconds up to its line, so
/// the same lines give the same bytes. Each line is written as soon as it is complete. Memory does not
/// grow with the file.
///
/// - Parameters:
///   - metrics: A file of JSON lines; "-" is standard input. An incomplete last line is ignored.
///   - start: The wall time at the start of the training, in seconds since 1970.
///   - output: The output, which is committed at the end.
/// - Throws: `.invalid` if the input is not a metrics file; what `InputLines` and `OutputFile` throw.
public func convertMetrics(
  _ metrics: String, start: Double, to output: OutputFile
) throws(FileError) {
  var log = MetricsReader(try InputLines(metrics))
  var time = start
  var records = Event.fileVersion(wallTime: start)
  var hasMore: Bool
  repeat {
    hasMore = try log.next { line in
      guard let step = line.count(.generatorStep) else { return false }
      time += line[.seconds] ?? 0
      let scalars = line.numbers
        .filter { ![.generatorStep, .seconds].contains(MetricsKey(rawValue: $0.name)) }
        .map { ("wgan/" + $0, Float($1)) }
      records += Event(wallTime: time, step: step, scalars: scalars).record
      return true
    }
    try output.write(records)
    records = []
  } while hasMore
  try output.commit()
}

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
  var lines = try InputLines(metrics)
  var time = start
  var count = 0
  func event(_ line: MetricsLine) -> [UInt8]? {
    guard let step = line["generator_step"].flatMap(Int.init(exactly:)), step >= 0 else {
      return nil
    }
    time += line["seconds"] ?? 0
    let scalars = line.numbers.filter { $0.name != "generator_step" && $0.name != "seconds" }
    count += 1
    return (count == 1 ? Event.fileVersion(wallTime: start) : [])
      + Event(wallTime: time, step: step, scalars: scalars.map { ("wgan/" + $0, Float($1)) }).record
  }

  while let text = try lines.next() {
    var records: [UInt8] = []
    for line in text.dropLast().split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    {
      guard let record = MetricsLine(line).flatMap(event) else {
        throw FileError(.invalid, lines.path, "line \(count + 1): not a line of metrics")
      }
      records += record
    }
    try output.write(records)
  }
  if let record = MetricsLine(lines.rest[...]).flatMap(event) { try output.write(record) }
  guard count > 0 else {
    throw FileError(.invalid, lines.path, lines.rest.isEmpty ? "is empty" : "is not metrics")
  }
  try output.commit()
}

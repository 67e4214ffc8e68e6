import TensorIO

/// The lines of a log of metrics, as they come.
package struct MetricsReader {
  private var lines: InputLines
  private var count = 0

  /// Begins where `lines` are.
  package init(_ lines: InputLines) { self.lines = lines }

  /// Hands on the lines that have come, one after the other, after waiting for the first; false when
  /// no further will come.
  ///
  /// Throws `.invalid` for a line that is damaged, or of which `take` says that it lacks something;
  /// only the last one, of which a kill left the beginning, counts for nothing.
  package mutating func next(_ take: (MetricsLine) -> Bool) throws(FileError) -> Bool {
    guard let text = try lines.nextOfMetrics() else {
      if let line = MetricsLine(lines.rest[...]), take(line) { count += 1 }
      guard count > 0 else {
        throw FileError(.invalid, lines.path, lines.rest.isEmpty ? "is empty" : "is not metrics")
      }
      return false
    }
    for line in text.dropLast().split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    {
      count += 1
      guard let line = MetricsLine(line), take(line) else {
        throw FileError(.invalid, lines.path, "line \(count): not a line of metrics")
      }
    }
    return true
  }
}

extension InputLines {
  /// What `next` returns; throws `.invalid` in words of its own for a tensor file.
  mutating func nextOfMetrics() throws(FileError) -> [UInt8]? {
    var text: [UInt8]?, failure: FileError?
    do { text = try next() } catch { failure = error }
    // The length of a header and what that begins with; no line of metrics has a zero byte.
    let begin = (text ?? rest).prefix(9)
    if begin.count == 9, begin[4..<8].allSatisfy({ $0 == 0 }), begin[8] == UInt8(ascii: "{") {
      throw FileError(.invalid, path, "is a tensor file, not metrics")
    }
    if let failure { throw failure }
    return text
  }
}

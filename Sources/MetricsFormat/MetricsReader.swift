import TensorIO

/// Reads the lines of a metrics file as they arrive.
package struct MetricsReader {
  private var lines: InputLines
  private var count = 0

  /// Starts at the current position of `lines`.
  package init(_ lines: InputLines) { self.lines = lines }

  /// Waits for a line, and passes all lines that have arrived to `body`.
  ///
  /// An incomplete last line, as a kill leaves it, is ignored.
  ///
  /// - Parameter body: Receives a line, and returns whether it has all that it needs.
  /// - Returns: `false` at the end of the file.
  /// - Throws: `.invalid` for a line that is not valid, or for which `body` returns false.
  package mutating func next(_ body: (MetricsLine) -> Bool) throws(FileError) -> Bool {
    guard let text = try lines.nextOfMetrics() else {
      if let line = MetricsLine(lines.rest[...]), body(line) { count += 1 }
      guard count > 0 else {
        throw FileError(
          .invalid, lines.path, lines.rest.isEmpty ? "is empty" : "is not a metrics file")
      }
      return false
    }
    for line in text.dropLast().split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    {
      count += 1
      guard let line = MetricsLine(line), body(line) else {
        throw FileError(.invalid, lines.path, "line \(count): is not a line of metrics")
      }
    }
    return true
  }
}

extension InputLines {
  /// The result of `next`. Throws `.invalid` with a message of its own for a file of another format.
  mutating func nextOfMetrics() throws(FileError) -> [UInt8]? {
    var text: [UInt8]?, failure: FileError?
    do { text = try next() } catch { failure = error }
    let begin = Array((text ?? rest).prefix(FileFormat.headSize))
    // Metrics are JSON. For other text, the error names the line.
    if let format = FileFormat(begin), ![.json, .csv, .text].contains(format) {
      throw FileError(path, isNot: "a metrics file", begin)
    }
    if let failure { throw failure }
    return text
  }
}

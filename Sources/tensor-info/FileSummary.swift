import TensorIO

/// A description of a tensor file, as text for a terminal and as JSON.
struct FileSummary {
  private let path: String
  private let header: TensorHeader
  private let checksum: String?
  /// The tensors; their statistics are nil if only the header was read.
  private let tensors: [(entry: TensorEntry, statistics: TensorStatistics?)]
  /// Whether the data and the checksum were read, not only the header.
  private let isWhole: Bool

  /// Summarizes a whole file.
  init(_ file: TensorFile) {
    self.init(
      file.path, file.header, file.header.entries.map { TensorStatistics($0, in: file) })
  }

  /// Summarizes the header of a file.
  init(_ path: String, _ header: TensorHeader) { self.init(path, header, nil) }

  private init(_ path: String, _ header: TensorHeader, _ statistics: [TensorStatistics]?) {
    self.path = path
    self.header = header
    checksum = header.crc32.map(Checksum.digits)
    tensors = header.entries.enumerated().map { ($1, statistics?[$0]) }
    isWhole = statistics != nil
  }

  /// The metadata, sorted by key.
  private var metadata: [(key: String, value: String)] {
    header.metadata.sorted { $0.key < $1.key }
  }

  /// The summary as lines for a terminal.
  var text: String {
    let kind = header.kind.map(printable) ?? "unknown kind"
    let result = isWhole ? "ok" : "not checked"
    let check = checksum.map { "crc32 \($0) (\(result))" } ?? "no checksum"
    var lines = ["\(printable(path)): \(kind), \(header.dataByteCount) bytes of data, \(check)"]
    let shown = metadata.filter { !$0.key.hasPrefix("tensorio.") }
    lines += table(shown.map { [printable($0.key), truncated(printable($0.value))] })
    let sizes = elementsByPrefix.map { "\($0.prefix) \($0.count)" }
    if sizes.count > 1 { lines += ["", "elements: \(sizes.joined(separator: ", "))"] }
    lines += [""]
    let titles = ["tensor", "type", "shape"] + (isWhole ? ["minimum", "maximum", "mean"] : [])
    lines += table([titles] + tensors.map(row))
    for (entry, statistics) in tensors where isLabels(entry) {
      guard let statistics else { continue }
      let counts = labelCounts(statistics) ?? []
      lines += [
        "", "\(entry.name): " + counts.map { "\($0.value) of \($0.key)" }.joined(separator: ", "),
      ]
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func row(_ entry: TensorEntry, _ statistics: TensorStatistics?) -> [String] {
    // The digits of a Float are enough for a terminal; integers are printed exactly.
    func short(_ value: Double?) -> String {
      guard let value else { return "-" }
      return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(Float(value))"
    }
    let shape = entry.shape.isEmpty ? "scalar" : entry.shape.map(String.init).joined(separator: "x")
    var row = [truncated(printable(entry.name)), entry.type.rawValue, shape]
    guard let statistics else { return row }
    row += [statistics.minimum, statistics.maximum].map { number in
      if case .real(let number)? = number { short(number) } else { number?.description ?? "-" }
    }
    row.append(short(statistics.mean))
    if statistics.nanCount > 0 { row[5] += ", \(statistics.nanCount) NaN" }
    if statistics.infiniteCount > 0 { row[5] += ", \(statistics.infiniteCount) infinite" }
    return row
  }

  /// The number of elements under each first component of a name, such as `generator`, in file order.
  private var elementsByPrefix: [(prefix: String, count: Int)] {
    var sizes: [(prefix: String, count: Int)] = []
    for entry in header.entries {
      let prefix = truncated(printable(String(entry.name.prefix { $0 != "." && $0 != "/" })))
      if sizes.last?.prefix != prefix { sizes.append((prefix, 0)) }
      sizes[sizes.count - 1].count += entry.elementCount
    }
    return sizes
  }

  private func isLabels(_ entry: TensorEntry) -> Bool {
    entry.name == "labels" && entry.shape.count == 1
  }

  /// The number of images of each class in the order of the class numbers, also of classes without images:
  /// those between the smallest and the largest number of an image or of a name. Nil if there are too many.
  private func labelCounts(_ statistics: TensorStatistics) -> [(key: Int, value: Int)]? {
    guard var counts = statistics.counts else { return nil }
    let names = header.metadata.keys.filter { $0.hasPrefix("label.") }
    let numbers = counts.keys + names.compactMap { Int($0.dropFirst("label.".count)) }
    if let first = numbers.min(), let last = numbers.max(),
      last.subtractingReportingOverflow(first).partialValue < TensorStatistics.maximumCounts,
      !last.subtractingReportingOverflow(first).overflow
    {
      for number in first...last { counts[number, default: 0] += 0 }
    }
    return counts.sorted { $0.key < $1.key }
  }

  /// One object; numbers have all their digits.
  var json: JSONValue {
    [
      "path": .string(path), "kind": JSONValue(header.kind),
      "bytes": .integer(header.dataByteCount), "crc32": JSONValue(checksum),
      "checked": checksum == nil ? .null : .boolean(isWhole),
      "metadata": .object(metadata.map { ($0.key, .string($0.value)) }),
      "tensors": .array(tensors.map { .object(members($0, $1)) }),
    ]
  }

  private func members(
    _ entry: TensorEntry, _ statistics: TensorStatistics?
  ) -> [(name: String, value: JSONValue)] {
    var members: [(name: String, value: JSONValue)] = [
      ("name", .string(entry.name)), ("type", .string(entry.type.rawValue)),
      ("shape", .array(entry.shape.map(JSONValue.integer))),
    ]
    guard let statistics else { return members }
    members += [
      ("minimum", statistics.minimum?.json ?? .null),
      ("maximum", statistics.maximum?.json ?? .null),
      ("mean", JSONValue(statistics.mean)), ("nan", .integer(statistics.nanCount)),
      ("infinite", .integer(statistics.infiniteCount)),
    ]
    if isLabels(entry), let counts = labelCounts(statistics) {
      members.append(("counts", .object(counts.map { ("\($0.key)", .integer($0.value)) })))
    }
    return members
  }
}

extension TensorStatistics.Number {
  fileprivate var json: JSONValue {
    switch self {
    case .integer(let number): .integer(Int(number))
    // Readers of JSON take such a number as a double-precision one.
    case .unsigned(let number): .number(Double(number))
    case .real(let number): .number(number)
    }
  }
}

/// The first 1000 characters of a text.
private func truncated(_ text: String) -> String {
  text.count <= 1000 ? text : "\(text.prefix(1000))… (\(text.count - 1000) more characters)"
}

/// Formats rows as lines with aligned columns.
private func table(_ rows: [[String]]) -> [String] {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    zip(row, widths).enumerated().map { index, cell in
      index == columns - 1
        ? cell.0 : cell.0 + String(repeating: " ", count: cell.1 - cell.0.count + 2)
    }.joined()
  }
}

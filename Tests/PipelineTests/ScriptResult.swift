import Foundation

/// The exit status and output of a script.
struct ScriptResult: CustomStringConvertible {
  let script: String
  /// The folder that the script started in.
  let folder: String
  /// The status of bash; 128 + n after signal n.
  let status: Int32
  let standardOutput: Data
  let standardError: String
  /// The commands that failed, the innermost first.
  let failures: [FailedCommand]
  /// The time limit in seconds if the script exceeded it; nil otherwise.
  let timeLimit: Double?

  /// Standard output as text.
  var text: String { String(decoding: standardOutput, as: UTF8.self) }

  /// The integers in standard output.
  var numbers: [Int] { text.split { !$0.isNumber }.compactMap { Int($0) } }

  /// Whether the script ended in time, with this status, and without a failure that bash ignores.
  func meets(_ expected: Int32) -> Bool {
    status == expected && timeLimit == nil && (expected != 0 || failures.isEmpty)
  }

  /// A report with the failed commands, their context and the output.
  var description: String {
    let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
    var report: [String] = []
    if let timeLimit { report.append("stopped: it ran longer than \(timeLimit) s") }
    for failure in failures {
      report.append("failed: \(failure.command)")
      report += failure.lines.filter { lines.indices.contains($0 - 1) }
        .map { "  line \($0): \(lines[$0 - 1].trimmingCharacters(in: .whitespaces))" }
      report.append("  folder: \(failure.folder)")
      report.append("  status: \(failure.status)")
      if !failure.note.isEmpty { report.append("  note: \(failure.note)") }
    }
    if failures.allSatisfy(\.lines.isEmpty) { report += ["script:"] + lines.map { "  \($0)" } }
    report += ["script's folder: \(folder)", "script's status: \(status)"]
    report += ["standard output:", Self.shortened(text)]
    report += ["standard error:", Self.shortened(standardError)]
    return report.joined(separator: "\n")
  }

  /// The end of a long text.
  private static func shortened(_ text: String) -> String {
    text.count <= 4000 ? text : "…\(text.suffix(4000))"
  }
}

/// A failed command of a script, as recorded by the function `record` in `checks.bash`.
struct FailedCommand: Sendable {
  let status: String
  /// The line numbers in the script that led to the command, the innermost first. Empty for a nested
  /// script.
  let lines: [Int]
  let folder: String
  let command: String
  /// The reason, or the statuses of all commands of a pipeline if bash detected the failure.
  let note: String

  /// Parses the records of the file.
  static func list(_ records: Data) -> [FailedCommand] {
    let fields = records.split(separator: 0, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    return stride(from: 0, to: fields.count - 5, by: 5).map { first in
      FailedCommand(
        status: fields[first],
        lines: fields[first + 1].split(separator: " ").compactMap { Int($0) },
        folder: fields[first + 2], command: fields[first + 3], note: fields[first + 4])
    }
  }
}

import Foundation
import Testing

/// Tests of `scripts/mutate --check`: it accepts `Tests/mutations`, and rejects a mutation that does
/// not match the sources.
@Suite(.requires("python3")) struct MutationListTests {
  @Test func `every mutation matches the sources`() throws {
    try Shell().run("'\(Shell.checkout)/scripts/mutate' --check")
  }

  static let sources = [
    "Sources/A/Meter.swift": #"""
    struct Meter {
      var text: String { "a \(unit(of: "}")) // b" }  // a - b
      /* { */ private let first = 1, second: [Int] = [2]
      func read(_ x: Int, at index: Int) -> Int { x - index }
      func read(at index: Int) -> Int {
        index
          - 1
      }
      enum Unit { case volt, ampere; static let scale = 10 }
    }
    """#,
    "Sources/B/Meter+Sum.swift": """
    extension Meter where Self: Sendable {
      @inlinable public mutating func sum<T>(_ x: [T], by f: (T) -> Int) -> Int {
        x.map(f).reduce(0) { $0 + $1 }
      }
    }

    func sum(_ a: Int, _ b: Int) -> Int { a + b }
    """,
    "Sources/C/kernels.c": """
    #define SCALE(X) \\
      (2 * (X))
    void NAME(add)(size_t n, REAL *x) {
      for (size_t i = 0; i < n; i++) x[i] += '{'; // x[i] += 1
    }
    int sub(int a, int b) { return a - b; }
    """,
    "scripts/draw": """
    #!/usr/bin/env bash
    draw() { # FILE
      tool "$1" --size 3
    }
    """,
  ]

  /// Runs the check in a small project with this mutation only.
  private func check(_ mutation: String) throws -> ScriptResult {
    let shell = try Shell()
    for name in ["Sources/A", "Sources/B", "Sources/C", "scripts", "docs", "Tests"] {
      try FileManager.default.createDirectory(
        at: shell.folder.appending(path: name), withIntermediateDirectories: true)
    }
    for (name, text) in Self.sources { try shell.write(name, Array(text.utf8)) }
    try shell.write("docs/PITFALLS.md", Array("| 1 | a mistake |\n".utf8))
    try shell.write("Tests/mutations", Array("# a comment\n\n\(mutation)\n".utf8))
    return try shell.attempt(
      """
      cp '\(Shell.checkout)'/scripts/{mutate,source_symbols.py} scripts
      scripts/mutate --check
      """)
  }

  @Test(arguments: [
    "Meter.read(at:)\n- index - 1\n+ index", "Meter.read\n- index-1\n+ index",
    "Meter.read(_:at:)\n- x - index\n+ index - x", "Meter.sum\n- .reduce(…) {…}",
    "sum\n- a + b\n+ a - b", "Meter.Unit.scale\n- 10\n+ 1", "Meter.Unit\n- ampere",
    "Meter.second\n- 2\n+ 3", "Meter\n- extension Meter", #"Meter.text\#n- unit(…) // b"#,
    "add\n- x[i] +=\n+ x[i] -=", "sub\n- a - b", "SCALE\n- 2\n+ 3", "draw\n- 3\n+ 4",
    "scripts/draw\n- tool…size\n+ tool…size",
  ])
  func `a text is found in its symbol`(mutation: String) throws {
    let result = try check("1: a mistake\n\(mutation)")
    #expect(result.status == 0 && result.standardError.isEmpty, "\(result)")
  }

  @Test(arguments: [
    ("1: a mistake\nMeter.text\n- a - b", "the text is not in Meter.text; the text occurs in sub"),
    (
      "1: a mistake\nGauge.sum\n- map(f)",
      "there is no symbol Gauge.sum; the text occurs in Meter.sum"
    ),
    (
      "1: a mistake\nMeter.read(of:)\n- index - 1",
      "there is no symbol Meter.read(of:); the text occurs in Meter.read"
    ),
    (
      "1: a mistake\nMeter.read\n- index: Int",
      "the text occurs 2 times in Meter.read: Sources/A/Meter.swift:4, Sources/A/Meter.swift:5"
    ),
    (
      "1: a mistake\nMeter.second\n- volt",
      "the text is not in Meter.second; the text occurs in Meter.Unit.volt"
    ),
    ("1: a mistake\nsub\n- a\n+ c", "the text occurs 2 times in sub: Sources/C/kernels.c:6"),
    ("1: a mistake\nsub\n- a - b\n+ b - c", "the replacement uses unknown names: c"),
    ("1: a mistake\nsub\n- a - b\n+ … - b", "the replacement has more … than the text"),
    ("2: a mistake\nsub\n- a - b", "docs/PITFALLS.md: row 1 has no mutation"),
    ("1: a mistake\nsub", "Tests/mutations: invalid mutation"),
  ])
  func `a mutation that does not match is an error`(mutation: String, message: String) throws {
    let result = try check(mutation)
    #expect(result.status == 1 && result.standardError.contains(message), "\(result)")
  }
}

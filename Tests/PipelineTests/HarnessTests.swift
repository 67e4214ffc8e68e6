import Foundation
import Testing

/// Tests of the test harness: a script fails if one of its checks fails, and the report shows why.
@Suite struct HarnessTests {
  /// A script of three lines whose second line fails.
  struct Failing: CustomTestStringConvertible, Sendable {
    let line: String
    /// The failed command in the report.
    let command: String
    let status: String
    /// The reason in the report.
    let note: String

    /// Whether bash continues, so that only the recorded failure fails the test.
    let isIgnoredByBash: Bool

    init(
      _ line: String, _ command: String? = nil, status: String = "1", note: String = "",
      isIgnoredByBash: Bool = false
    ) {
      (self.line, self.command) = (line, command ?? line)
      (self.status, self.note) = (status, note)
      self.isIgnoredByBash = isIgnoredByBash
    }

    var testDescription: String { line }
  }

  static let failing = [
    Failing("false"),
    Failing("cmp a b"),
    Failing("cmp a missing", status: "2"),
    Failing("[ $(cat b) = b ]"),
    Failing("[[ $(cat b) = b && -e a ]]"),
    Failing("((1 > 2))"),
    Failing("differ a same", status: "0", note: "the files are equal"),
    Failing("differ a missing", status: "2", note: "a file is missing"),
    Failing("exits 65 true", "true", status: "0", note: "expected status 65"),
    Failing("exits 65 cat missing", "cat missing", note: "expected status 65"),
    Failing("exits 0 false", "false", note: "expected status 0"),
    Failing("absent missing a", status: "0", note: "a exists"),
    Failing("absent dangling", status: "0", note: "dangling exists"),
    Failing("has -x letter a", note: "a has: one letter"),
    Failing("has one missing", status: "2", note: "missing"),
    Failing("lacks one a", status: "0", note: "a has: one letter"),
    Failing("lacks one missing", status: "2", note: "missing"),
    Failing("false | cat", "cat", note: "1 0"),
    Failing("true | false | cat", "cat", note: "0 1 0"),
    Failing("if true; then cmp a b; fi", "cmp a b"),
    Failing("for name in a b; do cmp a $name; done", "cmp a $name"),
    Failing("context='round 3'; cmp a b", "cmp a b", note: "round 3"),
    Failing("{ true; cmp a b; } 2> log", "cmp a b"),
    Failing("(cmp a b; true)", "cmp a b"),
    Failing("in_function", "cmp a b"),
    Failing("echo $(cmp a b)", "cmp a b", isIgnoredByBash: true),
    Failing("test \"$(cmp a b)\" != x", "cmp a b", isIgnoredByBash: true),
    Failing("hidden_by_local", "cmp a b", isIgnoredByBash: true),
    Failing("cat <(cmp a b)", "cmp a b", isIgnoredByBash: true),
    Failing("cat a | { cmp a b; true; } | cat", "cmp a b"),
    Failing("sleep 9 & kill -TERM $!; wait $!", "wait $!", status: "143"),
    Failing("false & wait $!", "wait $!"),
    Failing("bash -c 'source \"$CHECKS\"; cmp a b; true'", "cmp a b"),
    Failing("cd folder; cmp ../a ../b", "cmp ../a ../b"),
    Failing("kill -TERM $$", "kill -TERM $$", status: "143"),
  ]

  private func shell() throws -> Shell {
    let shell = try Shell()
    try shell.run(
      """
      echo one letter > a; cp a same; echo another > b; ln -s nowhere dangling; mkdir folder
      """)
    return shell
  }

  private static let functions =
    "in_function() { cmp a b; true; }; hidden_by_local() { local x=$(cmp a b); }"

  @Test(arguments: failing)
  func `a check in the middle fails the script, and the report shows why`(_ failing: Failing)
    throws
  {
    let shell = try shell()
    let script = """
      \(Self.functions); echo early; echo a diagnostic >&2
      \(failing.line)
      touch late
      """
    let result = try shell.attempt(script)
    #expect(!result.meets(0))
    #expect(try failing.isIgnoredByBash == (shell.files()["late"] != nil))
    let failure = try #require(result.failures.first)
    #expect(failure.command.hasPrefix(failing.command), "\(result)")
    #expect(failure.status == failing.status, "\(result)")
    #expect(failing.note.isEmpty || failure.note.contains(failing.note), "\(result)")
    let report = "\(result)"
    let folder = shell.folder.path + (failing.line.hasPrefix("cd ") ? "/folder" : "")
    for part in [
      "failed: \(failing.command)", "  folder: \(folder)\n", "  status: \(failing.status)\n",
      "standard output:\nearly\n", "standard error:\na diagnostic\n",
    ] {
      #expect(report.contains(part), "\(report)")
    }
    #expect(report.contains("  line 2: \(failing.line)\n") || failure.lines.isEmpty, "\(report)")
    #expect(report.contains(failing.line), "\(report)")
  }

  @Test func `a failed script records an issue with the report and ends the test`() throws {
    let shell = try shell()
    var isOver = true
    try withKnownIssue {
      try shell.run("echo early\ncmp a b\necho late")
      isOver = false
    } matching: { issue in
      let report = issue.comments.map(\.rawValue).joined()
      return report.contains("failed: cmp a b") && report.contains("line 2: cmp a b")
        && report.contains("\(shell.folder.path)\n") && report.contains("early")
        && report.contains("a b differ: ")
    }
    #expect(isOver)
    withKnownIssue { try shell.run("exit 65") }
    withKnownIssue { try shell.run("true", status: 65) }
    withKnownIssue { try shell.run("kill -KILL $$", status: 65) }
    try shell.run("exit 65", status: 65)
  }

  @Test(arguments: [
    "sleep 1000", "sleep 1000 & wait $!", "setsid sleep 1000 & wait $!",
    "mkfifo pipe; cat pipe", "mkfifo pipe; read line < pipe", "while :; do :; done",
    "await '[ -e missing ]'", "cat <(sleep 1000)", "(trap '' TERM; sleep 1000)",
  ])
  func `a script that hangs is killed with all of its processes`(_ line: String) throws {
    let shell = try shell()
    let start = Date.now
    let result = try shell.attempt("echo early\n\(line)\ntrue", timeLimit: 0.5)
    #expect(!result.meets(0) && !result.meets(result.status))
    #expect(Date.now.timeIntervalSince(start) < 60)
    let report = "\(result)"
    #expect(report.hasPrefix("stopped: it ran longer than 0.5 s\n") && report.contains("early"))
    #expect(report.contains(line) && result.failures.count > 0, "\(report)")
    #expect(ProcessFamily(of: shell.folder.path).isEmpty)
  }

  @Test func `processes that a script leaves running are killed`() throws {
    let shell = try shell()
    try shell.run(
      """
      sleep 1000 &
      set -m; sleep 1000 &
      setsid bash -c 'cd /; sleep 1000; true' &
      (cd /; exec setsid sleep 1000) &
      """)
    #expect(ProcessFamily(of: shell.folder.path).isEmpty)
  }

  @Test func `a script succeeds if its checks succeed`() throws {
    let result = try shell().run(
      """
      cmp a same; differ a b; absent missing folder/missing; has one a; has -xe 'one letter' a
      lacks two a; lacks -x one a; exits 1 false; exits 2 cmp a missing; exits 0 true
      sleep 9 & kill -KILL $!; exits 137 wait $!
      { sleep 0.1; touch new; } & await '[ -e new ]'; wait $!
      if cmp -s a b; then exit 3; fi
      cmp a b > /dev/null || echo differ
      """)
    #expect(result.text == "differ\n" && result.failures.isEmpty)
  }

  @Test func `a test with a missing requirement is skipped, and fails in continuous integration`()
    async throws
  {
    for isCI in [false, true] {
      #expect(try await ConditionTrait.requires("it", isCI: isCI) { true }.evaluate())
    }
    #expect(try await !ConditionTrait.requires("it", isCI: false) { false }.evaluate())
    await #expect(throws: MissingRequirement.self) {
      try await ConditionTrait.requires("it", isCI: true) { false }.evaluate()
    }
    #expect(isInstalled("bash", "cmp") && !isInstalled("bash", "no-such-command"))
  }

  /// Bash continues after `! COMMAND`, and after `A && B` if A fails.
  @Test func `no script has a check that cannot fail`() throws {
    let folder = "\(Shell.checkout)/Tests/PipelineTests"
    var count = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: folder)
    where name.hasSuffix("Tests.swift") && name != "HarnessTests.swift" {
      let source = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      for script in source.matches(of: /"""\n([^"]|"[^"]|""[^"])*"""/) {
        for line in script.output.0.split(separator: "\n") {
          count += 1
          #expect(!Self.isIgnored(String(line)), "\(name): \(line)")
        }
      }
    }
    #expect(count > 500)
    for line in ["! true", "  a; ! b", "if x; then ! y; fi", "a && b", "test x && b || c"] {
      #expect(Self.isIgnored(line), "\(line)")
    }
    for line in ["[[ a && ! b ]]", "((a && b))", "if a && ! b; then", "echo '! &&'"] {
      #expect(!Self.isIgnored(line), "\(line)")
    }
  }

  private static func isIgnored(_ line: String) -> Bool {
    let code = line.replacing(/'[^']*'/, with: "").replacing(/\[\[.*?\]\]/, with: "")
      .replacing(/\(\(.*?\)\)/, with: "").replacing(/\b(if|while|until)\b.*?;/, with: "")
    return code.contains("&&") || code.contains(#/(^|[;{(]|\bthen|\bdo)\s*! /#)
  }
}

import Foundation
import Testing

/// The executable `wgan`, which contains every tool.
enum Multicall {
  /// The tools, in the order of the pipeline.
  static let tools = [
    "idx2tensor", "cifar2tensor", "image2tensor", "png2tensor", "npy2tensor", "wgan-init",
    "wgan-step", "wgan-sample", "wgan-critic", "wgan-export", "tensor2png", "tensor-info",
    "wgan-plot", "metrics2tb",
  ]
}

/// Tests of `wgan`: the name of a link to it, or its first argument, selects the tool.
@Suite struct MulticallTests {
  @Test(arguments: Multicall.tools)
  func `a link and an argument select the tool`(tool: String) throws {
    let shell = try Shell()
    try shell.run("ln -s \"$TOOLS/wgan\" \(tool)")
    for (arguments, status) in [
      ("--help", 0), ("--version", 0), ("--generate-completion-script bash", 0), ("--bogus", 64),
      (#"-- $'\xff'"#, 64), ("a b c d", nil), ("< /dev/null", nil), ("--help > /dev/full", 74),
    ] {
      let expected = try shell.attempt("\"$TOOLS/\(tool)\" \(arguments)")
      if let status { #expect(expected.status == status, "\(arguments)") }
      if expected.status != 0 {
        #expect(expected.standardError.hasPrefix("\(tool): "), "\(arguments)")
      }
      for command in ["./\(tool)", "\"$PWD/\(tool)\"", "wgan \(tool)"] {
        let result = try shell.run("\(command) \(arguments)", status: expected.status)
        #expect(
          result.standardOutput == expected.standardOutput
            && result.standardError == expected.standardError, "\(result)")
      }
    }
  }

  @Test func `pipelines of links and of arguments produce the same bytes`() throws {
    let shell = try Shell()
    try shell.write("images.idx", idx([110, 8, 8]))
    try shell.run(
      """
      pipeline() {
        $1idx2tensor images.idx -o $2.tensor
        $1wgan-init --preset mlp-gp --like $2.tensor --batch-size 20 |
          $1wgan-step --data $2.tensor --epochs 2 --metrics $2.jsonl -o $2.checkpoint
        $1wgan-sample $2.checkpoint -n 9 | $1tensor2png > $2.png
        $1tensor-info --json $2.checkpoint | sed s/$2// > $2.json
      }
      mkdir bin; for tool in \(Multicall.tools.joined(separator: " ")); do ln -s "$TOOLS/wgan" bin/$tool; done
      pipeline "$TOOLS/" separate; pipeline bin/ links; pipeline 'wgan ' arguments
      for file in separate.*; do
        [ -s $file ]
        [ $file = separate.jsonl ] || { cmp $file links${file#separate}; cmp $file arguments${file#separate}; }
      done
      """)
  }

  @Test(arguments: ["wgan bogus", "./bogus", "wgan bogus --help", "./bogus --version"])
  func `an unknown tool is an error`(command: String) throws {
    let shell = try Shell()
    let result = try shell.run("ln -s \"$TOOLS/wgan\" bogus; \(command)", status: 64)
    #expect(result.standardOutput.isEmpty)
    #expect(result.standardError == "wgan: unknown tool \"bogus\"; wgan --help lists the tools\n")
  }

  @Test(arguments: [
    ("wgan", "missing tool name; wgan --help lists the tools"),
    ("wgan --bogus", "unknown option '--bogus'; see wgan --help"),
    ("wgan ''", "unknown tool \"\"; wgan --help lists the tools"),
    (#"wgan $'\e[1m'"#, #"unknown tool "\u{1b}[1m"; wgan --help lists the tools"#),
  ])
  func `an invalid command line is a one-line error`(command: String, message: String) throws {
    let result = try Shell().run(command, status: 64)
    #expect(result.standardOutput.isEmpty && result.standardError == "wgan: \(message)\n")
  }

  @Test func `a tool may follow two hyphens`() throws {
    let result = try Shell().run("wgan -- tensor-info missing", status: 66)
    #expect(result.standardError.hasPrefix("tensor-info: missing: "))
  }

  @Test func `--help has a line for each tool`() throws {
    let shell = try Shell()
    let help = try shell.run("COLUMNS=80 wgan --help").text
    let lines = try #require(help.split(separator: "\n\n").first { $0.hasPrefix("TOOLS:\n") })
      .split(separator: "\n").dropFirst()
    try #require(lines.count == Multicall.tools.count, "\(lines)")
    for (line, tool) in zip(lines, Multicall.tools) {
      let abstract = try shell.run("\(tool) --help | sed -n 's/^OVERVIEW: //p'").text
      #expect(line.hasPrefix("  \(tool) ") && line.hasSuffix(" " + abstract.dropLast()), "\(line)")
    }
  }

  @Test func `png2tensor is image2tensor under another name`() throws {
    let shell = try workshop()
    try shell.run(
      """
      tensor2png images.tensor > grid.png
      image2tensor grid.png -o a; png2tensor grid.png | cmp - a
      export COLUMNS=100000
      image2tensor --help | sed '/two names of the same tool/!s/image2tensor/png2tensor/' > help
      png2tensor --help | diff - help
      exits 66 image2tensor lost 2> a; exits 66 png2tensor lost 2> b
      has '^image2tensor: lost: ' a; has '^png2tensor: lost: ' b
      """)
  }
}

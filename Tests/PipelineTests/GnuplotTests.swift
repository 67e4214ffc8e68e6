import Foundation
import Testing

/// Tests of `wgan-plot` with a missing, failing or replaced gnuplot.
@Suite struct GnuplotTests {
  /// A folder with a metrics file of three lines, an old picture, and a script `bin/gnuplot`.
  private func folder(gnuplot script: String) throws -> Shell {
    let shell = try Shell()
    try shell.write("bin-gnuplot", Array("#!/bin/sh\n\(script)\n".utf8))
    try shell.run(
      """
      printf '{"epoch":1,"generator_step":%d,"wasserstein":%d}\\n' 1 5 2 4 3 3 > metrics.jsonl
      mkdir bin; mv bin-gnuplot bin/gnuplot; chmod +x bin/gnuplot; echo precious > old.svg
      """)
    return shell
  }

  @Test func `a missing gnuplot is an error before the input is opened`() throws {
    let shell = try folder(gnuplot: "")
    try shell.run("wgan-plot --help | grep -x '  69     gnuplot is not installed' > /dev/null")
    let before = try shell.files()
    for path in ["$TOOLS", "nowhere:$TOOLS", "$TOOLS:$PWD/bin"] {
      // Opening a pipe without a writer would block.
      let result = try shell.run(
        """
        mkfifo pipe; chmod -x bin/gnuplot
        exits 69 env PATH="\(path)" wgan-plot pipe -o old.svg
        chmod +x bin/gnuplot; rm pipe
        """)
      #expect(
        result.standardError
          == "wgan-plot: gnuplot is not installed; install the Debian package gnuplot-nox\n")
      #expect(try shell.files() == before)
    }
  }

  @Test(
    arguments: [
      ("echo first >&2; echo 'line 3: undefined' >&2; echo >&2; exit 3", "line 3: undefined"),
      ("echo half; exit 3", "ended with status 3"),
      ("echo drawn; kill -KILL $$", "ended with signal 9"),
      ("cat > /dev/null", "has no output"),
      ("exit 0", "has no output"),
    ])
  func `a gnuplot failure is a one-line error with its last message, and no file changes`(
    _ script: String, _ message: String
  ) throws {
    let shell = try folder(gnuplot: script)
    let before = try shell.files()
    for output in ["", "-o old.svg", "-o old.svg --format png"] {
      let result = try shell.run(
        "PATH=$PWD/bin:$PATH; wgan-plot metrics.jsonl \(output)", status: 70)
      #expect(result.standardOutput.isEmpty)
      #expect(result.standardError == "wgan-plot: gnuplot: \(message)\n")
      #expect(try shell.files() == before)
    }
  }

  @Test func `gnuplot gets the whole program, and its warnings are not printed`() throws {
    let shell = try folder(
      gnuplot: "echo a warning >&2; test \"$LC_ALL $*\" = 'C.UTF-8 -d' && exec cat")
    // The program and the picture are larger than the buffer of a pipe.
    try shell.run(
      """
      PATH=$PWD/bin:$PATH
      for i in {1..9000}; do
        echo "{\\"epoch\\":$i,\\"generator_step\\":$((9 * i)),\\"wasserstein\\":$((i * i % 99991)).125}"
      done > long.jsonl
      LC_ALL=C wgan-plot long.jsonl --width 4000 --format png > program 2> words
      test ! -s words; test $(wc -c < program) -gt 65536; tail -n 1 program | grep '^plot '
      mkdir scratch; TMPDIR=$PWD/scratch wgan-plot < metrics.jsonl > /dev/null; rmdir scratch
      """)
    let result = try shell.run(
      "PATH=$PWD/bin:$PATH; export TMPDIR=$PWD/nowhere; wgan-plot metrics.jsonl -o old.svg",
      status: 73)
    #expect(
      result.standardError.contains(
        "/nowhere: cannot create a temporary file: no such file or directory; set TMPDIR to "))
    #expect(try shell.read("old.svg") == Data("precious\n".utf8))
  }

  @Test func `a picture is written to a terminal only with --force`() throws {
    let shell = try folder(gnuplot: "echo '<svg '")
    for (options, status, prefix) in [
      ("--force", 0 as Int32, "<svg role="), ("--format png --force", 0, "<svg "),
      ("", 64, "wgan-plot: standard output: refusing to write an image to a terminal"),
      ("--format png", 64, "wgan-plot: standard output: refusing to write an image to a terminal"),
    ] {
      let result = try shell.run(
        "script -qec \"PATH=$PWD/bin:$PATH wgan-plot metrics.jsonl \(options)\" /dev/null",
        status: status)
      let shown = result.text
      #expect(shown.hasPrefix(prefix), "\(options): \(shown)")
      #expect(shown.split(whereSeparator: \.isNewline).count == 1, "\(options): \(shown)")
    }
  }
}

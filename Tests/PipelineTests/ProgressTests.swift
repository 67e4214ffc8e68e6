import Foundation
import TensorIO
import Testing

/// Tests of progress output and of time budgets.
@Suite struct ProgressTests {
  /// The terminal output of a command, which is interrupted when the output contains `sign`.
  private func onTerminal(_ shell: Shell, _ command: String, until sign: String) throws -> String {
    try shell.run(
      """
      set -m
      TERM=xterm script -qefc 'stty cols 100; exec env --default-signal=INT \(command)' screen \
        < /dev/null > /dev/null &
      await 'grep -q "\(sign)" screen'
      pkill -INT -P $!; exits 130 wait $!
      """)
    return String(decoding: try shell.read("screen"), as: UTF8.self)
  }

  @Test func `a terminal shows epoch, step, estimate, speed and time left until the end`()
    throws
  {
    let shell = try workshop()
    let screen = try onTerminal(
      shell, "wgan-step mlp-gp.bin --data images.tensor --epochs 1000000 -o end", until: "left")
    let lines = screen.components(separatedBy: "\r\u{1B}[K")
    let line = try #require(lines.first { $0.hasPrefix("epoch ") })
    #expect(
      line.contains(
        /^epoch \d+ of 1000000, step \d+, wasserstein -?[\d.]+, \d+ images\/s, .* left$/)
    )
    #expect(line.count <= 99)
    // The line is erased before the next message.
    #expect(try #require(lines.last).hasPrefix("wgan-step: stopping after this step"))
  }

  @Test func `progress of samples shows the total`() throws {
    let shell = try workshop()
    let screen = try onTerminal(
      shell, "wgan-sample mlp-gp.bin -n 400000000 -o end", until: "left")
    #expect(screen.contains(/\r\u{1B}\[K\d+ of 400000000 samples, \d+ samples\/s, [\d:]+ left/))
  }

  @Test func `-q prints no progress on a terminal`() throws {
    let shell = try workshop()
    try shell.run(
      """
      TERM=xterm script -qefc 'wgan-step mlp-gp.bin --data images.tensor --time-budget 2s -q -o end' \
        screen < /dev/null > /dev/null
      lacks -a wasserstein screen
      """)
  }

  @Test(arguments: ["", "-q"])
  func `SIGUSR1 prints one progress line, also without a terminal`(_ quiet: String) throws {
    let shell = try workshop()
    try shell.run(
      """
      set -m
      with_signals wgan-step mlp-gp.bin --data images.tensor --epochs 1000000 \(quiet) -o end 2> log &
      sleep 0.5; test ! -s log
      for lines in 1 2; do
        kill -USR1 $!; await "test \\$(wc -l < log) -eq $lines"
      done
      kill -TERM $!; exits 143 wait $!
      """)
    let lines = String(decoding: try shell.read("log"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == (quiet.isEmpty ? 3 : 2))
    for line in lines.prefix(2) {
      #expect(line.contains(/^wgan-step: epoch \d+ of 1000000, step .*, \d+ images\/s, .* left$/))
    }
  }

  @Test func `SIGUSR1 never ends a tool, even at its start`() throws {
    let shell = try workshop()
    try shell.run(
      """
      mkfifo pipe
      for tool in 'idx2tensor pipe' 'wgan-sample pipe' 'tensor2png pipe'; do
        $tool > out 2> words & sleep 0.1
        kill -USR1 $!
        case $tool in
          idx*) cat images.idx > pipe ;;
          *sample*) cat mlp-gp.bin > pipe ;;
          *) cat images.tensor > pipe ;;
        esac
        wait $!; test -s out
      done
      """)
  }

  @Test func `a time budget ends the run between two steps, with a checkpoint and status 0`() throws
  {
    let shell = try workshop()
    try shell.run(
      """
      step() { wgan-step --data images.tensor "$@"; }
      step mlp-gp.bin --time-budget 1s --metrics log -o end
      steps=$(tail -n 1 log | sed 's/.*"generator_step":\\([0-9]*\\).*/\\1/')
      test $steps -gt 0
      step mlp-gp.bin --steps $((steps + 1)) -o calm
      step end --steps 1 | cmp - calm
      step mlp-gp.bin --steps 3 --time-budget 1h | cmp - <(step mlp-gp.bin --steps 3)
      step mlp-gp.bin --time-budget 0s | cmp - mlp-gp.bin
      """)
    for wrong in ["", "5", "m", "-1s", "5y", "nan s", "infh", "1e300d"] {
      try shell.run(
        "wgan-step mlp-gp.bin --data images.tensor --time-budget='\(wrong)' -o no", status: 64)
    }
  }
}

import Foundation
import Testing

/// Tests of `wgan-init --overrides` and `make train INIT=…`.
@Suite struct OverridesTests {
  private let train =
    "make -s -C \(Shell.checkout) train TOOLS=\"$TOOLS\" PRESET=mlp-gp DATA=\"$PWD/images\" BATCH=20 OUT=\"$PWD/run\""

  private func folder() throws -> Shell {
    let shell = try Shell()
    try shell.write("images", idx([110, 8, 8]))
    return shell
  }

  @Test func `--overrides is equivalent to the options`() throws {
    let shell = try folder()
    try shell.run(
      #"""
      set -e
      idx2tensor images -o images.tensor
      init() { wgan-init --preset mlp-gp --like images.tensor "$@"; }
      printf 'dense 9; relu; dense 1\n' > 'my critic'
      init --overrides "--lambda 5  --schedule 'cosine 20 warm-up 2' --critic my\\ critic" -o text
      init --lambda 5 --schedule 'cosine 20 warm-up 2' --critic 'my critic' | cmp - text
      init --overrides '--lambda 5 --beta1 0.25' --lambda 7 | cmp - <(init --lambda 7 --beta1 0.25)
      init --overrides '' | cmp - <(init)
      """#)
    for (text, message) in [
      ("--seed 3", "--overrides: unknown option '--seed'"),
      ("x", "--overrides: unexpected argument 'x'"),
      ("--lambda", "--overrides: missing value for '--lambda"), ("-h", "-h is not an override"),
      ("--critic 'a", "--overrides: unterminated quotation"),
      ("-o end", "--overrides: unknown option '-o'"),
      ("--clip 1", "--clip does not apply"), ("$(touch end)", "unexpected"),
      ("`touch end`", "unexpected"),
    ] {
      let result = try shell.run(
        "export TEXT=\(quoted(text)); wgan-init --preset mlp-gp --overrides \"$TEXT\" -o end",
        status: 64)
      #expect(result.standardError.contains(message), "\(result)")
      #expect(result.standardError.split(separator: "\n").count == 1)
      #expect(try shell.files()["end"] == nil)
    }
  }

  @Test func `a run starts and resumes with its overrides`() throws {
    let shell = try folder()
    try shell.run(
      #"""
      set -e
      train() { \#(train) "$@"; }
      train EPOCHS=1 INIT='--lambda 5 --schedule "cosine 30 warm-up 2"' 2> messages
      grep -qx 'init --lambda 5 --schedule "cosine 30 warm-up 2"' run/config
      tensor-info --header run/checkpoint > header
      grep -q 'config.constraint *gradient-penalty 5.0' header
      grep -q 'config.schedule *cosine 30 warm-up 2' header
      # Later calls may omit them. Overrides given again must match the saved ones.
      train EPOCHS=2; train EPOCHS=3 INIT='--lambda 5 --schedule "cosine 30 warm-up 2"'
      for other in '--lambda 6' ''; do
        if train EPOCHS=4 INIT="$other" 2> messages; then exit 2; fi
        grep -q "INIT: saved '--lambda 5 --schedule \"cosine 30 warm-up 2\"', given '$other'" messages
      done
      wgan-init --preset mlp-gp --like run/images.tensor --batch-size 20 --lambda 5 \
        --schedule 'cosine 30 warm-up 2' | wgan-step --data run/images.tensor --epochs 3 -o three
      cmp three run/checkpoint
      # Shell syntax is not executed, and a failure leaves no run.
      mv run good
      for text in '$$(touch evil)' '`touch evil`' '; touch evil' '--seed 3' '--lambda "5'; do
        if train EPOCHS=1 INIT="$text" 2> messages; then exit 3; fi
        grep -q '^wgan-init: --overrides: ' messages; test ! -e run; test ! -e evil
      done
      """#)
  }

  @Test func `retrain passes INIT to the run`() throws {
    let shell = try folder()
    try shell.run(
      #"""
      set -e
      env -i PATH=/usr/bin:/bin TOOLS="$TOOLS" DATA="$PWD/images" PRESET=mlp-gp BATCH=20 EPOCHS=1 \
        INIT='--critic-steps 2' '\#(Shell.checkout)/scripts/retrain' "$PWD/nights"
      grep -qx 'init --critic-steps 2' nights/current/config
      tensor-info --header nights/current/checkpoint | grep -q 'config.critic_steps *2'
      """#)
  }

  @Test(
    .enabled(
      if: isInstalled("gnuplot", "pamcat", "apngasm", "jq"),
      "gnuplot, netpbm, apngasm or jq is not installed"))
  func `a report shows the overrides, and its commands include them`() throws {
    let shell = try folder()
    try shell.run(
      #"""
      set -e
      printf 'dense 9; relu; dense 1\n' > "my <critic> \$5"
      \#(train) EPOCHS=2 INIT="--lambda 5 --critic \"$PWD/my <critic> \$\$5\" --schedule 'cosine 99'"
      make -s -C \#(Shell.checkout) report TOOLS="$TOOLS" OUT="$PWD/run"
      """#)
    let page = String(decoding: try shell.read("run/report.html"), as: UTF8.self)
    #expect(page.contains("<th scope=\"row\">Overrides</th><td><code>--lambda 5 --critic "))
    #expect(page.contains("The network files of the overrides must still contain"))
    let block = try #require(page.components(separatedBy: "<pre><code>").dropFirst().first)
      .components(separatedBy: "</code>")[0]
      .replacingOccurrences(of: "&gt;", with: ">").replacingOccurrences(of: "&lt;", with: "<")
      .replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&amp;", with: "&")
    let lines = block.split(separator: "\n").filter { !$0.hasPrefix("#") }
    try shell.run(
      """
      set -e
      \(lines[0]) -s -C \(Shell.checkout) TOOLS="$TOOLS"
      cmp run/checkpoint run-again/checkpoint; diff run/config run-again/config
      \(lines[2...].joined(separator: "\n"))
      cmp ckpt.bin run/checkpoint
      """)
    try shell.run(
      "sed -i '/^init /s/ .*/ --critic-steps 3/' run/config; \(Shell.checkout)/scripts/report run"
    )
    let other = String(decoding: try shell.read("run/report.html"), as: UTF8.self)
    #expect(!other.contains("network files of the overrides"))
  }

  private func quoted(_ text: String) -> String {
    "'" + text.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
  }
}

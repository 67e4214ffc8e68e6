import Foundation
import Testing

/// Tests of `wgan-step --save-every` and `--after-save`.
@Suite struct SaveEveryTests {
  /// `step` trains run.bin in place. Each call of the command logs $1 and the epoch of the checkpoint.
  private let prelude = #"""
    epoch() { tensor-info --header "$1" | sed -n 's/^ *progress.epoch *//p'; }
    step() {
      wgan-step run.bin --data images.tensor --metrics log "$@" -o run.bin \
        --after-save 'echo "$1 $(tensor-info --header run.bin | sed -n "s/^ *progress.epoch *//p")" >> calls; test "$2"'
    }
    cp mlp-gp.bin run.bin

    """#

  @Test func `saving does not change the training, and the command runs after each checkpoint`()
    throws
  {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        step --epochs 7 --save-every 3
        test "$(cat calls)" = $'3 3\n6 6\n7 7'
        wgan-step mlp-gp.bin --data images.tensor --epochs 7 --metrics calm -o end
        cmp end run.bin; diff <(sed 's/"seconds.*//' log) <(sed 's/"seconds.*//' calm)
        absent run.bin.partial
        # A call may have been interrupted before the command. The command does not run within an epoch.
        rm calls; step --until-epoch 7 --save-every 3 2> errors; test "$(cat calls)" = '7 7'
        has 'has 7 epochs; nothing to do' errors
        rm calls; step --steps 1 --save-every 3; absent calls
        step --until-epoch 10 --save-every auto; test "$(cat calls)" = $'8 8\n9 9\n10 10'
        """#)
  }

  @Test func `a failed command ends the training after the checkpoint, with its status`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        exits 41 wgan-step run.bin --data images.tensor --epochs 9 --save-every 2 --after-save 'exit 41' \
          --trace trace -o run.bin 2> errors
        test "$(cat errors)" = 'wgan-step: --after-save: the command ended with status 41'
        test $(epoch run.bin) = 2; tensor-info trace > /dev/null
        exits 137 wgan-step run.bin --data images.tensor --epochs 9 --after-save 'kill -9 $$' -o run.bin 2> errors
        test $(epoch run.bin) = 11
        """#)
  }

  @Test func `a signal during the command ends the training by the signal`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        set -m
        # In the command, SIGINT and SIGPIPE have their default actions, and SIGTERM is not blocked.
        with_signals wgan-step run.bin --data images.tensor --epochs 9 --save-every 2 -o run.bin --after-save '
          echo 1 >> calls; grep -E "^Sig(Blk|Ign)" /proc/self/status > mask; sleep 60' &
        await '[ -s mask ]'; kill -INT -- -$!
        exits 130 wait $!
        test $(epoch run.bin) = 2; test "$(cat calls)" = 1
        has -x $'SigBlk:\t0*' mask
        ignored=$(sed -n 's/^SigIgn:\t//p' mask); test $((0x$ignored & 0x1000)) = 0
        """#)
  }

  @Test func `a signal during the command ends the tool immediately`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        with_signals wgan-step run.bin --data images.tensor --epochs 9 --save-every 2 -o run.bin \
          --after-save 'echo 1 > began; exec sleep 60' &
        await '[ -s began ]'; kill -TERM $!
        exits 143 wait $!
        test $(epoch run.bin) = 2
        """#, timeLimit: 30)
  }

  @Test func `invalid options are usage errors, also with --dry-run`() throws {
    let shell = try workshop()
    let step = "wgan-step mlp-gp.bin --data images.tensor --epochs 1"
    for (options, message) in [
      ("--save-every 2 --only generator -o run.bin", "--save-every counts epochs of the critic"),
      ("--save-every 2", "--save-every and --after-save need -o FILE"),
      ("--after-save true", "--save-every and --after-save need -o FILE"),
      (
        "--save-every 0 -o end", "'0' is invalid for '--save-every <n>': expected an integer from 1"
      ),
      ("--save-every 2 -o /dev/null", "/dev/null: is not a regular file"),
      ("--dry-run --time-budget soon", "expected 90s, 50m, 1.5h or 2d"),
    ] {
      let result = try shell.run("\(step) \(options)", status: 64)
      #expect(result.standardError.contains(message), "\(options): \(result.standardError)")
    }
    try shell.run(
      "wgan-step nothing --data nothing --epochs 1 -o nothing --dry-run; absent nothing")
  }
}

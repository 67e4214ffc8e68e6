import Foundation
import Testing

/// Tests of `wgan-step --metrics`: a log belongs to a run.
@Suite struct RunLogTests {
  /// `step` trains with the log. `plain` prints a log without the times and the identity of the run.
  private let prelude = #"""
    step() { wgan-step --data images.tensor --metrics log "$@"; }
    plain() { sed 's/"seconds.*//' "$1"; }

    """#

  @Test func `a log of another run is refused and does not change`() throws {
    let shell = try workshop()
    try shell.write("others.idx", idx([150, 8, 8], salt: 3))
    try shell.run(
      prelude + #"""
        idx2tensor others.idx -o others.tensor
        step mlp-gp.bin --steps 30 -o run.bin; cp log kept
        init() { wgan-init --preset mlp-gp --like images.tensor --batch-size 20 "$@"; }
        init --seed 1 -o seed.bin; init --lambda 5 -o lambda.bin
        wgan-init --from run.bin -o child.bin; wgan-init --from run.bin --fresh --seed 9 -o fresh.bin
        wgan-step seed.bin --data images.tensor --steps 50 -o later.bin
        for file in seed lambda child fresh later; do
          exits 65 step $file.bin --steps 1 -o end 2> errors; cmp log kept; absent end
          has -E "^wgan-step: log: belongs to run [0-9a-f]{8}, and $file.bin to run [0-9a-f]{8}; use another" errors
          test "$(wc -l < errors)" = 1
        done
        # The same settings on other images are another run.
        exits 65 wgan-step mlp-gp.bin --data others.tensor --metrics log --steps 1 -o end; cmp log kept
        # The run itself continues, also on other images from an epoch on.
        step run.bin --until-epoch 22 -o run.bin
        wgan-step run.bin --data others.tensor --metrics log --epochs 1 -o run.bin; step run.bin --steps 9 -o run.bin
        """#)
  }

  @Test func `only the first line identifies the run, in any number of calls`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        step mlp-gp.bin --steps 12 -o end; mv log whole
        step mlp-gp.bin --steps 5 -o a; step a --steps 4 -o a; step a --steps 3 -o a; cmp a end
        diff <(plain log) <(plain whole); test "$(wc -l < log)" = 12
        run=$(tensor-info --header a | awk '$1 == "progress.run" { print $2 }')
        has -E "\"seconds\":[0-9.e-]+,\"run\":\"$run\"}$" <(head -n 1 log); test "$(grep -c run log)" = 1
        python3 -c 'import json; [json.loads(line)["wasserstein"] for line in open("log")]'
        metrics2tb log > events; metrics2tb <(sed 's/,"run.*/}/' log) | cmp - events
        # A held-out line may be the first one.
        rm log; step mlp-gp.bin --epochs 1 --metrics-every 99 --held-out images.tensor -o b
        test "$(wc -l < log)" = 1; has '"held_out_wasserstein":.*,"run":"' log
        step b --steps 1 -o b; test "$(wc -l < log)" = 2
        """#)
  }

  @Test func `lines after the checkpoint are removed by the first step, with one message`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        step mlp-gp.bin --steps 10 -o ten; step ten --steps 5 -o end; cp log kept
        # Calls without a step remove nothing.
        step ten --steps 0 -o x 2> errors; has 'ten: nothing to do for --steps 0' errors
        step ten --epochs 0 -q -o x 2> errors; has 'nothing to do for --epochs 0' errors; cmp x ten
        step ten --until-epoch 1 -q -o x 2> errors; has 'ten: has 7 epochs; nothing to do' errors
        step ten --time-budget 0s -q -o x 2> errors; has 'no step was done' errors
        exits 65 wgan-step ten --data ten --metrics log --steps 1 -o x; exits 64 step ten --steps 1 -o images.tensor
        cmp log kept
        step ten --steps 1 -q -o x 2> errors; test "$(wc -l < log)" = 11
        test "$(cat errors)" = 'wgan-step: log: removed 5 lines after the last step of ten'
        diff <(plain log) <(head -n 11 kept | plain /dev/stdin)
        # An incomplete line, as a kill leaves it.
        head -n 10 kept > log; printf '{"epoch":1,"gen' >> log; step ten --steps 5 -o x 2> errors
        test "$(cat errors)" = 'wgan-step: log: removed 1 line after the last step of ten'
        diff <(plain log) <(plain kept); cmp x end
        # All lines: the run starts again.
        step mlp-gp.bin --steps 2 -o x 2> errors; has 'removed 15 lines' errors; test "$(wc -l < log)" = 2
        has '"run"' <(head -n 1 log)
        """#)
  }

  @Test func `a step that fails removes nothing`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        wgan-init --preset mlp-gp --like images.tensor --batch-size 20 --learning-rate 1e30 -o wild
        exits 65 step wild --only critic --steps 9 -o end 2> errors; cp log kept
        echo "$(tail -n 1 log)" | sed -E 's/("critic_step":)[0-9]+/\1999/' >> log; cp log longer
        exits 65 step end --only critic --steps 9 -o again; cmp log longer; absent again
        """#)
  }

  @Test func `a log without an identity is used with a note, unless lines would be removed`() throws
  {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        step mlp-gp.bin --steps 10 -o ten; cp log whole; sed -i 's/,"run.*/}/' log; cp log old
        step ten --steps 5 -o end 2> errors; test "$(wc -l < log)" = 15
        has -x 'wgan-step: log: does not identify its run, because an older version.*belongs to ten' errors
        cp log kept; exits 65 step ten --steps 5 -o x 2> errors; cmp log kept; absent x
        has 'log: does not identify its run and has 5 lines after ten; remove these lines, or use' errors
        head -n 10 kept > log; step ten --steps 5 -o x; cmp x end; diff <(plain log) <(plain kept)
        """#)
  }

  @Test func `a call that logs no line reports it`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        step mlp-gp.bin --steps 5 --metrics-every 100 -q -o x 2> errors
        test "$(cat errors)" = 'wgan-step: warning: log: no line was written, because no step of this call is a multiple of --metrics-every 100'
        step x --steps 5 --metrics-every 5 -o x 2> errors; test ! -s errors
        """#)
  }
}

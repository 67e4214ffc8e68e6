import Foundation
import Testing

/// Tests that work is kept: checkpoints at times, and before a step that fails.
@Suite struct GoodWorkTests {
  @Test func `a kill loses at most the time between two checkpoints, and no save changes a bit`()
    throws
  {
    let shell = try workshop()
    try shell.run(
      #"""
      meta() { tensor-info --header "$1" | awk -v key="progress.$2" '$1 == key { print $2 }'; }
      step() { wgan-step run.bin --data images.tensor --metrics log -o run.bin "$@"; }
      wgan-init --preset mlp-gp --like images.tensor -o start; cp start run.bin
      # One epoch is 2 critic steps, and a generator step comes after 5: some checkpoints are within an epoch.
      with_signals wgan-step run.bin --data images.tensor --metrics log --steps 1000000 --save-every 0.01s -o run.bin &
      await '[ "$(meta run.bin generator_steps)" -gt 20 ]'
      kill -KILL $!; exits 137 wait $!
      steps=$(meta run.bin generator_steps)
      step --steps 5 --save-every 0.001s 2> errors
      wgan-step start --data images.tensor --steps $(meta run.bin generator_steps) --metrics whole -o whole.bin
      if [ "$(meta run.bin phase)" = 0 ]; then cmp run.bin whole.bin; fi
      test "$(meta run.bin generator_steps)" = $((steps + 5))
      diff <(sed 's/"seconds.*//' log) <(sed 's/"seconds.*//' whole)
      absent run.bin.partial
      """#)
  }

  @Test func `a time and a number of epochs can be combined, and only epochs run the command`()
    throws
  {
    let shell = try workshop()
    try shell.run(
      #"""
      step() { wgan-step mlp-gp.bin --data images.tensor -o end "$@"; }
      step --epochs 4 --save-every 2 --save-every 0.0001s --after-save 'echo $1 >> calls'
      test "$(cat calls)" = $'2\n4'; wgan-step mlp-gp.bin --data images.tensor --epochs 4 | cmp - end
      step --only generator --steps 5 --save-every 0.0001s
      for options in '--save-every 2 --save-every 3' '--save-every 1s --save-every 2s' '--save-every 1s --save-every 2s --save-every 2'; do
        exits 64 step --epochs 1 $options 2> errors; has 'save-every can be given twice only with' errors
      done
      for time in 0s 0 -1s 5y; do exits 64 step --epochs 1 --save-every $time; done
      exits 64 wgan-step mlp-gp.bin --data images.tensor --epochs 1 --save-every 1m 2> errors; has 'need -o FILE' errors
      """#)
  }

  @Test func `the state before a step that is not finite is saved, and the status is 65`() throws {
    let shell = try workshop()
    try shell.run(
      #"""
      steps() { tensor-info --header "$1" | awk '$1 == "progress.critic_steps" { print $2 }'; }
      wgan-init --preset mlp-gp --like images.tensor --batch-size 20 --learning-rate 1e30 -o wild
      step() { wgan-step --only critic --data images.tensor "$@"; }
      exits 65 step wild --steps 50 --metrics log -o end 2> errors
      test "$(wc -l < errors)" = 1; done=$(steps end); ((done > 0))
      has "^wgan-step: wild: critic step $((done + 1)): the gradient is not finite.*; end has the last good state" errors
      has 'wgan-init --from starts a new run from it, such as with a smaller --learning-rate' errors
      # The same bytes as without the failing step, for any threads and any checkpoints on the way.
      step wild --steps $done | cmp - end; test "$(wc -l < log)" = $done
      exits 65 step wild --steps 50 --threads 3 --save-every 0.0001s -o two; cmp two end
      { step wild --steps 50 || true; } | cmp - <(wgan-step end --data images.tensor --steps 0)
      # A call without a step writes nothing.
      cp end same; exits 65 step end --steps 9 -o end 2> errors; cmp end same
      has '^wgan-step: end: critic step .*; end has the last good state' errors
      exits 65 step end --steps 9 -o other; absent other
      # The rescue.
      wgan-init --from wild --learning-rate 1e-4 --reset-moments | wgan-step --data images.tensor --steps 5 -o rescued
      """#)
  }
}

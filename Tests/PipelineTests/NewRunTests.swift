import Foundation
import Testing

/// Tests of `wgan-init --from`: a new run from trained weights.
@Suite struct NewRunTests {
  /// `trained` has 20 steps of mlp-gp; `meta` prints a value of the metadata.
  private let prelude = #"""
    wgan-step mlp-gp.bin --data images.tensor --steps 20 -o trained
    meta() { tensor-info --header "$1" | awk -v key="$2" '$1 == key { $1 = ""; print substr($0, 2) }'; }
    init() { wgan-init --from trained "$@"; }
    step() { wgan-step --data images.tensor "$@"; }

    """#

  @Test func `a new run has the weights, new settings and no progress`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        init --learning-rate 1e-5 --batch-size 16 --critic-steps 2 --lambda 3 --seed 5 -o tuned
        cmp <(wgan-sample tuned -n 9) <(wgan-sample trained -n 9)
        test "$(meta tuned config.constraint)" = 'gradient-penalty 3.0'; test "$(meta tuned config.batch_size)" = 16
        test "$(meta tuned config.critic_optimizer)" = 'adam rate 1e-05 beta1 0.5 beta2 0.9 epsilon 1e-08'
        test "$(meta tuned progress.epoch) $(meta tuned progress.batch) $(meta tuned progress.critic_steps)" = '0 0 0'
        has -E '^[0-9a-f]{8} epoch 14 generator_steps 20 critic_steps 100$' <(meta tuned config.from)
        test "$(meta tuned config.critic_updates) $(meta tuned config.generator_updates)" = '100 20'
        step tuned --steps 2 --metrics log -o end; has '^{"epoch":1,"generator_step":1,"critic_step":2,' log
        has '"lr_critic":1e-05,"lr_generator":1e-05' log; differ <(wgan-sample end -n 1) <(wgan-sample tuned -n 1)
        # The way of the checkpoint here does not matter.
        cat trained | wgan-init --from - --learning-rate 1e-5 | cmp - <(init --learning-rate 1e-5)
        init --overrides '--learning-rate 1e-5' | cmp - <(init --learning-rate 1e-5)
        init --overrides --reset-moments | cmp - <(init --reset-moments)
        """#)
  }

  @Test func `a new run is exact for any threads and any calls`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        for options in '' '--reset-moments' '--optimizer rmsprop' '--clip 0.01 --optimizer rmsprop' '--schedule "plateau patience 1"'; do
          init --overrides "$options" -o start
          step start --steps 9 --threads 1 -o whole
          cat start | step --steps 2 --threads 3 | step --steps 4 --threads 2 | step --steps 3 -o parts; cmp whole parts
        done
        """#)
  }

  @Test func `a finished schedule starts anew`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        wgan-init --preset mlp-gp --like images.tensor --batch-size 20 --schedule 'linear 3' | step --until-epoch 9 -q -o done 2> errors
        has 'training is complete' errors
        # Steps at rate 0 change nothing and are reported, also with -q. A call without steps is an error.
        step done --steps 3 -q -o same 2> errors; cmp <(wgan-sample same -n 1) <(wgan-sample done -n 1)
        test "$(cat errors)" = 'wgan-step: warning: done: the learning rates are 0 from here on, so no step changes a weight (wgan-init --from starts a new run from these weights)'
        for limit in '--epochs 2' '--time-budget 1h'; do
          exits 65 step done $limit -q --metrics log -o end 2> errors; absent end log
          has 'done: the learning rates are 0 after epoch 3, so there is nothing to train' errors
        done
        cp done again; step again --until-epoch 9 -q -o again 2> errors; cmp again done; has 'training is complete' errors
        wgan-init --from done -o tuned; test "$(meta tuned config.schedule)" = 'linear 3'
        step tuned --steps 1 --metrics log -o end; differ <(wgan-sample end -n 1) <(wgan-sample done -n 1)
        has '"lr_critic":0.0001,' log
        # From another schedule.
        wgan-init --from done --schedule constant | step --steps 9 -o end 2> errors; test ! -s errors
        """#)
  }

  @Test func `weight clipping and the gradient penalty can replace each other`() throws {
    let shell = try workshop(presets: ["mlp-gp", "mlp-clip", "dcgan-clip"])
    try shell.run(
      prelude + #"""
        init --clip 0.02 --optimizer rmsprop -o clipped; test "$(meta clipped config.constraint)" = 'clip 0.02'
        step clipped --steps 2 --metrics log -o end; has '"penalty":null' log
        wgan-init --from end --lambda 7 --interpolation normal -o back; test "$(meta back config.constraint)" = 'gradient-penalty 7.0'
        step back --steps 2 --metrics log2 -o end; has -E '"penalty":[0-9]' log2
        exits 64 init --clip 1 --lambda 1 -o end 2> errors; has 'clip cannot be combined with --lambda' errors
        exits 64 init --clip 1 --interpolation normal -o end 2> errors; has 'interpolation does not apply' errors
        # A critic with batch norm cannot have a gradient penalty.
        exits 64 wgan-init --from dcgan-clip.bin --lambda 1 -o end 2> errors; has 'cannot have batch-norm' errors
        """#)
  }

  @Test func `--fresh uses only the settings`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        init --fresh | cmp - mlp-gp.bin; init --seed 3 -o child
        wgan-init --from child --fresh --seed 0 | cmp - mlp-gp.bin
        init --fresh --latent 9 -o nine; wgan-init --preset mlp-gp --like images.tensor --batch-size 20 --latent 9 | cmp - nine
        """#)
  }

  @Test func `what does not fit the weights is an error`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        wgan-step mlp-gp.bin --data images.tensor --steps 1 --trace trace -o end; rm end
        echo 'dense 9; relu; dense 1' > critic; echo 'dense 64; tanh' > generator
        for option in '--latent 9' '--critic critic' '--generator generator' '--initialization he'; do
          exits 64 init $option -o end 2> errors; has 'cannot change trained networks; add --fresh' errors
        done
        init --latent 100 --initialization pytorch -o end; rm end
        exits 65 wgan-init --from trace -o end 2> errors
        has 'trace: is a trace, which has no weights; add --fresh to use its settings' errors
        exits 64 wgan-init --preset mlp-gp --fresh -o end 2> errors; has 'fresh requires --from' errors
        exits 64 wgan-init --preset mlp-gp --reset-moments -o end 2> errors; has 'reset-moments requires --from' errors
        exits 64 init --fresh --overrides --reset-moments -o end 2> errors; has 'reset-moments requires' errors
        exits 64 init --beta1 0.3 --optimizer rmsprop -o end; exits 64 init -o trained
        absent end
        """#)
  }
}

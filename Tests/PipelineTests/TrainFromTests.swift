import Foundation
import Testing

/// Tests of `make train FROM=…` and `KEEP=…`.
@Suite struct TrainFromTests {
  private let prelude = #"""
    export DATA="$PWD/images.idx" BATCH=20
    make() { env make -s -C '\#(Shell.checkout)' "$1" TOOLS="$TOOLS" "${@:2}"; }
    meta() { tensor-info --header "$1" | awk -v key="$2" '$1 == key { $1 = ""; print substr($0, 2) }'; }

    """#

  @Test func `FROM starts a run from another one, and is saved`() throws {
    let shell = try workshop()
    try shell.write("others.idx", idx([90, 8, 8], salt: 3))
    try shell.write("wide.idx", idx([90, 8, 9]))
    try shell.run(
      prelude + #"""
        train() { make train OUT="$PWD/runs/$1" "${@:2}"; }
        train one EPOCHS=3 PRESET=mlp-gp
        export DATA="$PWD/others.idx"; unset BATCH
        train two EPOCHS=2 FROM="$PWD/runs/one" INIT='--learning-rate 1e-5' 2> errors
        has -x "from $PWD/runs/one" runs/two/config; lacks '^preset' runs/two/config; has -x 'batch of the checkpoint' runs/two/config
        wgan-init --from runs/one/checkpoint --learning-rate 1e-5 --seed 0 |
          wgan-step --data runs/two/images.tensor --until-epoch 2 -o two; cmp two runs/two/checkpoint
        # Later calls may omit it. If it is set again, it must be the same.
        train two EPOCHS=3; train two EPOCHS=4 FROM="$PWD/runs/one"
        exits 2 train two EPOCHS=5 FROM=other 2> errors; has "FROM: saved '$PWD/runs/one', given 'other'" errors
        exits 2 train one EPOCHS=5 FROM="$PWD/runs/two" 2> errors; has "FROM: saved '', given" errors
        # The name of a run beside it, and a checkpoint.
        train three EPOCHS=2 FROM=one INIT='--learning-rate 1e-5'; cmp two runs/three/checkpoint
        train four EPOCHS=2 FROM="$PWD/runs/one/checkpoint" INIT='--learning-rate 1e-5'; cmp two runs/four/checkpoint
        # Without DATA, the images are those of the other run.
        (unset DATA; train six EPOCHS=1 FROM=one 2> errors); cmp runs/six/images.tensor runs/one/images.tensor
        has "new run with .* and the weights of one: batch size 20" errors; lacks recognizable errors
        fails() { exits 2 train five EPOCHS=2 "${@:2}" 2> errors; has "$1" errors; absent runs/five; }
        fails 'FROM: none: no such checkpoint or run' FROM=none
        fails 'PRESET cannot be combined with FROM' FROM=one PRESET=quick
        fails 'images are 1x8x9, and those of one are 1x8x8' FROM=one DATA="$PWD/wide.idx"
        fails 'cannot change trained networks' FROM=one INIT='--latent 5'
        exits 2 make train FROM="$PWD/runs/one" EPOCHS=1 2> errors; has 'FROM needs RUN' errors
        """#)
  }

  @Test(.requires("gnuplot", "pamcat", "apngasm", "jq"))
  func `a report shows FROM, and its commands reproduce the run`() throws {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        make train OUT="$PWD/runs/one" EPOCHS=2 PRESET=mlp-gp
        make train OUT="$PWD/runs/two" EPOCHS=2 FROM="$PWD/runs/one" INIT='--learning-rate 1e-5'
        make report OUT="$PWD/runs/two"
        has '<th scope="row">Started from</th><td>.*runs/one</td>' runs/two/report.html
        has -E '<th scope="row">Initial weights</th><td>[0-9a-f]{8} epoch 2 ' runs/two/report.html
        lacks 'Preset' runs/two/report.html
        sed -n '/<pre><code>/,/<\/code>/p' runs/two/report.html | sed 's/<[^>]*>//g; s/&quot;/"/g; s/&amp;/\&/g; /^#/d; /^$/d' > commands
        has -E '^make train EPOCHS=2 FROM=' commands
        unset DATA BATCH
        eval "$(sed -n 's/^make train/make train/p' commands | head -n 1)"; cmp runs/two/checkpoint runs/two-again/checkpoint
        source <(sed -n '3,/^wgan-step/p' commands); cmp ckpt.bin runs/two/checkpoint
        """#)
  }

  @Test func `KEEP keeps earlier checkpoints, sparser with age, and the run can go back to one`()
    throws
  {
    let shell = try workshop()
    try shell.run(
      prelude + #"""
        train() { make train OUT="$PWD/run" PRESET=mlp-gp "$@"; }
        train EPOCHS=20; test "$(ls run/checkpoints | tr '\n' ' ')" = 'epoch-0010 epoch-0016 epoch-0018 epoch-0019 epoch-0020 '
        cmp run/checkpoints/epoch-0020 run/checkpoint; cp run/checkpoint twenty; cp run/metrics.jsonl log
        for kept in run/checkpoints/*; do test "$(meta $kept progress.epoch)" = $((10#${kept##*-})); done
        # Back to epoch 10, and the same run again.
        cp run/checkpoints/epoch-0010 run/checkpoint; train EPOCHS=20 2> errors; cmp run/checkpoint twenty
        has -E 'metrics.jsonl: removed [0-9]+ lines after' errors
        has 'train: epoch 15 of 20, .*: .*/epoch-0015.png' errors; lacks 'train: epoch 10 of 20' errors
        diff <(sed 's/"seconds.*//' log) <(sed 's/"seconds.*//' run/metrics.jsonl)
        # A new run from the first one that is kept.
        kept=$(ls run/checkpoints | head -n 1); test "$(ls run/checkpoints | wc -l)" = 5
        make train OUT="$PWD/other" FROM="$PWD/run/checkpoints/$kept" EPOCHS=1
        has " epoch $((10#${kept##*-})) " <(meta other/checkpoint config.from)
        train EPOCHS=22 KEEP=1; test "$(ls run/checkpoints)" = epoch-0022
        train EPOCHS=23 KEEP=0; test "$(ls run/checkpoints)" = epoch-0022
        mv run old; train EPOCHS=2 KEEP=0; absent run/checkpoints
        exits 2 train EPOCHS=3 KEEP=many 2> errors; has 'KEEP must be an integer from 0' errors
        """#)
  }

  @Test func `copying a kept checkpoint back changes no other one`() throws {
    let shell = try workshop()
    try shell.run(
      #"""
      mkdir run
      for epoch in 1 2 3; do
        echo $epoch > run/checkpoint; touch run/checkpoints/epoch-9.partial 2> /dev/null || true
        '\#(Shell.checkout)/scripts/keep' run $epoch 2
      done
      test "$(cat run/checkpoints/*)" = $'2\n3'; test "$(ls run/checkpoints | wc -l)" = 2
      cp run/checkpoints/epoch-0002 run/checkpoint; test "$(cat run/checkpoints/*)" = $'2\n3'
      # Other names are the user's.
      cp run/checkpoint run/checkpoints/epoch-0002-good
      '\#(Shell.checkout)/scripts/keep' run 2 1; test "$(ls run/checkpoints | wc -l)" = 3
      """#)
  }
}

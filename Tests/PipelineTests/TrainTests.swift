import Foundation
import Testing

/// Tests of `make train`.
@Suite struct TrainTests {
  private let train =
    "make -s -C \(Shell.checkout) train TOOLS=\"$TOOLS\" DATA=\"$PWD/images.gz\" BATCH=20 OUT=\"$PWD/run\""

  private func folder() throws -> Shell {
    let shell = try Shell()
    try shell.write("images", idx([110, 8, 8]))
    try shell.run("gzip images")
    return shell
  }

  @Test func `a run trains up to EPOCHS and resumes from there`() throws {
    let shell = try folder()
    try shell.run("\(train) EPOCHS=2")
    let two = try shell.files()
    #expect(
      two.keys.filter { $0.hasPrefix("run/") }.sorted() == [
        "run/checkpoint", "run/checkpoints", "run/checkpoints/epoch-0001",
        "run/checkpoints/epoch-0002", "run/config", "run/images.tensor", "run/metrics.jsonl",
        "run/samples",
        "run/samples/epoch-0001.png", "run/samples/epoch-0002.png",
      ])
    let again = try shell.run("\(train) EPOCHS=2")
    #expect(again.standardError.contains("nothing to do"))
    #expect(try shell.files() == two)
    try shell.run("\(train) EPOCHS=3")
    let three = try shell.files()
    #expect(three["run/samples/epoch-0003.png"] != nil)
    #expect(three["run/samples/epoch-0001.png"] == two["run/samples/epoch-0001.png"])
    #expect(three["run/checkpoint"] != two["run/checkpoint"])
    try shell.run(
      "mv run two-and-one; \(train) EPOCHS=3; cmp run/checkpoint two-and-one/checkpoint")
  }

  @Test func `held-out images change only the metrics`() throws {
    let shell = try folder()
    try shell.write("others", idx([50, 8, 8], salt: 9))
    try shell.run(
      """
      \(train) EPOCHS=1; \(train) EPOCHS=3 HELD_OUT="$PWD/others"
      test "$(grep held_out run/metrics.jsonl | sed 's/,"gen.*//')" = $'{"epoch":2\\n{"epoch":3'
      mv run held; \(train) EPOCHS=3
      cmp run/checkpoint held/checkpoint; rm -r run; mv held run
      # Later calls use HELD_OUT without naming it again.
      rm others; \(train) EPOCHS=4; test $(grep -c held_out run/metrics.jsonl) = 3
      exits 2 \(train) EPOCHS=5 HELD_OUT="$PWD/nowhere" 2> words; has 'nowhere: no such file' words
      # An empty HELD_OUT removes it.
      \(train) EPOCHS=5 HELD_OUT=; test $(grep -c held_out run/metrics.jsonl) = 3
      \(train) EPOCHS=6; test $(grep -c held_out run/metrics.jsonl) = 3
      """)
  }

  @Test func `HELD_OUT may be a folder of pictures if DATA is a tensor file`() throws {
    let shell = try folder()
    let run = train.replacing("images.gz", with: "images.tensor")
    try shell.run(
      """
      idx2tensor images.gz -o images.tensor; mkdir others
      for n in {0..24}; do tensor2png images.tensor -n 1 --first $n --padding 0 -o others/$n.png; done
      exits 2 \(run) EPOCHS=1 HELD_OUT="$PWD/others" 2> words
      has 'others: is a folder; set the image size with SIZE=32' words; absent run
      \(run) EPOCHS=1 HELD_OUT="$PWD/others" SIZE=8; has held_out run/metrics.jsonl
      cmp images.tensor run/images.tensor
      """)
  }

  @Test func `SIGUSR1 at any time does not end a run`() throws {
    let shell = try folder()
    let result = try shell.run(
      """
      \(train) EPOCHS=20 EVERY=1 & making=$!
      while kill -0 $making 2> /dev/null; do
        if pkill -USR1 -f "^wgan-step $PWD/run"; then hits=$((hits + 1)); fi
      done
      wait $making
      echo $hits
      """)
    let hits = result.numbers.first ?? 0
    #expect(hits > 3 && result.standardError.contains("\nwgan-step: epoch "), "\(result)")
  }

  @Test func `likely mistakes are reported`() throws {
    let shell = try folder()
    try shell.run(
      "\(train) EPOCHS=1; sleep 0.01; gunzip -c images.gz > pixels; gzip -c pixels > images.gz")
    let changed = try shell.run("\(train) EPOCHS=2")
    #expect(
      changed.standardError.contains("images.gz: has changed; ")
        && changed.standardError.contains("/run: continuing after epoch 1\n"), "\(changed)")
    #expect(
      !(try shell.run("touch -d '1 hour ago' images.gz; \(train) EPOCHS=3")).standardError.contains(
        "changed"))
    let few = try shell.run("\(train) EPOCHS=2 OUT=\"$PWD/few\"")
    #expect(
      few.standardError.contains(
        " (10 in total); recognizable shapes need about 1000 generator steps: EPOCHS=200\n"))
    #expect(!few.standardError.contains("existing runs"))
    let other = try shell.run(
      """
      export GIVEN=EPOCHS EPOCHS=1 PRESET=mlp-gp DATA=images.gz SEED=0 BATCH=20
      '\(Shell.checkout)/scripts/train' rum
      """)
    #expect(
      other.standardError.contains(
        "train: warning: run 'rum' is new and DATA is not set, so it trains on the default images; existing runs: few run\n"
      ))
  }

  @Test func `pitfall 25: all sample grids of a run use the same latents`() throws {
    let shell = try folder()
    for epoch in 1...2 {
      try shell.run(
        """
        \(train) EPOCHS=\(epoch)
        wgan-sample run/checkpoint | cmp - <(wgan-sample run/checkpoint --seed 0 --first 0 -n 64)
        wgan-sample run/checkpoint --seed 0 --first 0 -n 64 | tensor2png --scale 2 > picture
        cmp picture run/samples/epoch-000\(epoch).png
        """)
    }
    let files = try shell.files()
    #expect(files["run/samples/epoch-0001.png"] != files["run/samples/epoch-0002.png"])
  }

  @Test func `a run with another configuration is an error`() throws {
    let shell = try folder()
    try shell.run("\(train) EPOCHS=1")
    let before = try shell.files()
    let result = try shell.run("\(train) EPOCHS=2 SEED=1", status: 2)
    #expect(result.standardError.contains("use another RUN"))
    #expect(try shell.files() == before)
  }

  @Test func `a run resumes with its saved configuration`() throws {
    let shell = try folder()
    let run = #"make -s -C \#(Shell.checkout) train TOOLS="$TOOLS" OUT="$PWD/run""#
    try shell.run(
      """
      \(run) EPOCHS=1 DATA="$PWD/images.gz" BATCH=20 SEED=7 PRESET=mlp-gp
      \(run) EPOCHS=2; rm images.gz; \(run) EPOCHS=3 SEED=7
      has -x 'preset mlp-gp' run/config; [ $(ls run/samples | wc -l) = 3 ]
      exits 2 \(run) EPOCHS=4 BATCH=64 2> words; has "BATCH: saved '20', given '64'" words
      # The default of EPOCHS is the last value, also after an interruption.
      exits 124 timeout -s INT 0.5 \(run) EPOCHS=300 2> words; absent run/samples/epoch-0300.png
      \(run); [ -e run/samples/epoch-0300.png ]; \(run) 2> words; has 'has 300 epochs; nothing to do' words
      """)
  }

  @Test func `an unknown variable is an error`() throws {
    let shell = try folder()
    let result = try shell.run("\(train) EPOCH=5", status: 2)
    #expect(result.standardError.contains("unknown variable EPOCH; make help"), "\(result)")
    #expect(!(try shell.files()).keys.contains { $0.hasPrefix("run") })
  }

  @Test func `make help describes every target and variable`() throws {
    let shell = try Shell()
    try shell.run(
      #"""
      cd '\#(Shell.checkout)'; make help > "$OLDPWD/help"
      for name in $(sed -n 's/^\([A-Z_]*\) *?=.*/\1/p' Makefile); do
        has -E "^  $name +[a-z].{9,}" "$OLDPWD/help"
      done
      # The exit status of make -q only shows whether make all is up to date.
      for name in $({ make -pq || true; } | sed -n 's/^\.PHONY: //p'); do
        has -E "^make $name +[a-z].{7,}" "$OLDPWD/help"
      done
      """#)
  }

  @Test func `an error ends make and keeps the checkpoint`() throws {
    let shell = try folder()
    func fails(_ script: String, _ message: String) throws {
      let result = try shell.run(script, status: 2)
      #expect(result.standardError.contains(message), "\(result)")
    }
    try fails("\(train) EPOCHS=1 DATA=nothing", "nothing: no such file")
    for number in ["many", "08", "-1", "99999999999"] {
      try fails("\(train) EPOCHS=\(number) OUT=\"$PWD/other\"", "EPOCHS must be an integer")
    }
    try shell.run("\(train) EPOCHS=1; : > run/checkpoint")
    try fails("\(train) EPOCHS=2", "run/checkpoint: is empty")
    try fails(
      "cp run/images.tensor run/checkpoint; \(train) EPOCHS=2",
      "run/checkpoint: is images, not a checkpoint")
  }

  @Test func `a first call that fails does not save its configuration`() throws {
    let shell = try folder()
    for wrong in [
      "DATA=nothing", "BATCH=0", "BATCH=111", "SEED=abc", "PRESET=none", "HELD_OUT=no",
    ] {
      try shell.run("\(train) EPOCHS=1 \(wrong)", status: 2)
      #expect(!(try shell.files()).keys.contains { $0.hasPrefix("run") })
    }
    try shell.run("\(train) EPOCHS=1")
  }

  @Test func `EVERY sets the interval of the sample grids, and the last epoch has one`() throws {
    let shell = try folder()
    try shell.run(
      """
      \(train) EPOCHS=7; mv run calm
      \(train) EPOCHS=3 EVERY=2; \(train) EPOCHS=7 EVERY=2
      [ "$(ls run/samples | tr '\\n' ' ')" = "$(printf 'epoch-000%s.png ' 2 3 4 6 7)" ]
      cmp run/checkpoint calm/checkpoint
      for picture in run/samples/*; do cmp $picture calm/samples/${picture##*/}; done
      exits 2 \(train) EPOCHS=7 EVERY=0 2> words; has "'0' is invalid for '--save-every" words
      # The default interval gives at most 50 pictures.
      \(train) EPOCHS=51; [ $(ls run/samples | wc -l) = 28 ]; [ -e run/samples/epoch-0050.png ]
      """)
  }

  @Test func `a run is complete when its learning rates are 0`() throws {
    let shell = try folder()
    try shell.run(
      """
      printf '#!/bin/sh\nexec "%s"/wgan-init --schedule "linear 12" "$@"' "$TOOLS" > wgan-init; chmod +x wgan-init
      cp -s "$TOOLS"/{idx2tensor,wgan-step,wgan-sample,tensor2png,tensor-info} .
      \(train) TOOLS="$PWD" EPOCHS=9 2> words
      has 'checkpoint: the learning rates are 0 after epoch 3; training is complete' words
      has 'wgan-step: .*/run/checkpoint: the learning rates are 0 after epoch 3' words; [ "$(ls run/samples | tail -n 1)" = epoch-0003.png ]
      cp run/checkpoint before; \(train) TOOLS="$PWD" EPOCHS=9; cmp run/checkpoint before
      wgan-step before --data run/images.tensor --steps 1 -o after; differ before after
      """)
  }

  @Test func `TIME ends a call between two steps, and the next call resumes the run`() throws {
    let shell = try folder()
    try shell.run(
      """
      \(train) EPOCHS=12 2> /dev/null; mv run calm
      calls=0
      until [ -e run/samples/epoch-0012.png ]; do
        \(train) EPOCHS=12 EVERY=1 TIME=0.15s 2>> words
        calls=$((calls + 1)); ((calls < 100))
      done
      cmp run/checkpoint calm/checkpoint; diff -r run/samples calm/samples; diff run/config calm/config
      has 'wgan-step: .*/run/checkpoint: the time limit is reached in epoch .*; run the same command to resume' words
      exits 2 \(train) EPOCHS=13 TIME=1,5h 2> words; has "'1,5h' is invalid for '--time-budget <time>': expected 90s" words
      """)
  }

  @Test func `CONVERT sets the conversion command and is saved in the configuration`()
    throws
  {
    let shell = try folder()
    try shell.run(
      """
      printf '#!/bin/sh\\n[ "$1" = --first ] && [ $# = 4 ] && exec idx2tensor "$2" "$3" "$4"' > wrap; chmod +x wrap
      \(train) EPOCHS=1 CONVERT="$PWD/wrap --first"
      idx2tensor images.gz -o all; cmp run/images.tensor all
      \(train) EPOCHS=2
      exits 2 \(train) EPOCHS=3 CONVERT=idx2tensor 2> words; has "CONVERT: saved '$PWD/wrap --first', given ''" words
      """)
  }

  @Test func `DATA may be a tensor file, or a folder of images with SIZE`() throws {
    let shell = try folder()
    try shell.run(
      """
      idx2tensor images.gz -o made.tensor; mkdir pictures
      for n in {0..29}; do tensor2png made.tensor -n 1 --first $n --padding 0 --scale 2 -o pictures/$n.png; done
      \(train) EPOCHS=1 DATA="$PWD/made.tensor" HELD_OUT="$PWD/made.tensor"
      cmp run/images.tensor made.tensor; cmp run/held-out.tensor made.tensor; mv run made

      exits 2 \(train) EPOCHS=1 DATA="$PWD/pictures" 2> words; has 'pictures: is a folder; set the image size with SIZE=32,' words
      \(train) EPOCHS=1 DATA="$PWD/pictures" SIZE=8x12
      cmp run/images.tensor <(png2tensor --size 8x12 pictures)
      \(train) EPOCHS=2 DATA="$PWD/pictures" SIZE=8x12
      # A run from when the tool had only its other name.
      sed -i 's/^convert image2tensor /convert png2tensor /' run/config
      \(train) EPOCHS=2 DATA="$PWD/pictures" SIZE=8x12
      exits 2 \(train) EPOCHS=3 DATA="$PWD/pictures" SIZE=12 2> words
      has "SIZE: saved '8x12', given '12'" words
      exits 2 \(train) EPOCHS=3 SIZE=12 CONVERT=idx2tensor 2> words; has 'SIZE cannot be combined with CONVERT' words
      """)
  }

  @Test func `paths may contain spaces, quotes and dollar signs`() throws {
    let shell = try folder()
    try shell.run(
      """
      mkdir "it's \\$5"; mv images.gz "it's \\$5/a b.gz"
      make -s -C \(Shell.checkout) train TOOLS="$TOOLS" BATCH=20 EPOCHS=1 \
        DATA="$PWD/it's \\$\\$5/a b.gz" OUT="$PWD/it's \\$\\$5/run"
      test -s "it's \\$5/run/samples/epoch-0001.png"
      """)
  }

  @Test func `SIGTERM to make stops the run, and make train resumes it`() throws {
    let shell = try folder()
    try shell.run(
      """
      \(train) EPOCHS=40 2> /dev/null
      mv run calm
      with_signals setsid bash -c '\(train) EPOCHS=40' 2> /dev/null &
      await '[ -e run/samples/epoch-0003.png ]'
      kill -TERM -- -$!
      # GNU make 4.3 may report a lost child instead of ending by the signal.
      status=0; wait $! || status=$?; [ $status = 143 ] || [ $status = 2 ]
      test -s run/checkpoint
      \(train) EPOCHS=40 2> /dev/null
      cmp run/checkpoint calm/checkpoint
      """)
  }
}

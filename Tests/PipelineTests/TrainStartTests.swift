import Foundation
import Testing

/// Tests of the checks that `make train` makes before it trains.
@Suite struct TrainStartTests {
  private let train =
    "make -s -C '\(Shell.checkout)' train TOOLS=\"$TOOLS\" BATCH=20 PRESET=mlp-gp OUT=\"$PWD/run\""

  private func folder() throws -> Shell {
    let shell = try Shell()
    try shell.write("images", idx([110, 8, 8]))
    return shell
  }

  @Test(arguments: ["RUN=", "RUN=.", "RUN=../", "RUN=/", "OUT=", "PRESET="])
  func `a run without a name is an error`(_ empty: String) throws {
    let shell = try folder()
    let result = try shell.run(
      """
      mkdir checkout; cp -r '\(Shell.checkout)'/{Makefile,scripts,Package.swift} checkout; mkdir checkout/Sources
      cd checkout; make -s train TOOLS="$TOOLS" DATA="$OLDPWD/images" BATCH=20 EPOCHS=1 \(empty) ||
        { status=$?; LC_ALL=C ls; exit $status; }
      """, status: 2)
    #expect(
      result.standardError.hasPrefix(
        "train: OUT is empty; set RUN to the name of the run, or OUT to its folder\n"), "\(result)")
    #expect(result.text == "Makefile\nPackage.swift\nSources\nscripts\n")
  }

  @Test(arguments: [
    ("SEED=abc", "invalid for '--seed <s>'"), ("BATCH=0", "the batch size must be between"),
    ("BATCH=many", "invalid for '--batch-size <n>'"), ("PRESET=none", "unknown preset none"),
    ("INIT='--lambda -1'", "lambda must be greater than 0"),
    ("INIT=--bogus", "unknown option '--bogus'"),
    ("INIT='--critic nowhere'", "nowhere: no such file"), ("EVERY=0", "invalid for '--save-every"),
    ("TIME=soon", "invalid for '--time-budget"), ("THREADS=0", "--threads must be between"),
  ])
  func `an invalid setting is an error before the images are converted`(
    _ setting: String, _ message: String
  ) throws {
    let shell = try folder()
    let result = try shell.run(
      """
      printf '#!/bin/sh\\necho >> "%s/called"; exec idx2tensor "$@"' "$PWD" > convert; chmod +x convert
      exits 2 \(train) DATA="$PWD/images" CONVERT="$PWD/convert" EPOCHS=1 \(setting); absent called run
      """)
    #expect(result.standardError.contains(message), "\(result)")
    #expect(result.standardError.split(separator: "\n").count == 2, "\(result)")
  }

  @Test func `a preset for large images can train on small ones`() throws {
    let shell = try folder()
    try shell.run("\(train) DATA=\"$PWD/images\" PRESET=quick EPOCHS=1; [ -s run/checkpoint ]")
  }

  @Test func `images that cannot be drawn are an error before the training`() throws {
    let shell = try folder()
    let result = try shell.run(
      """
      mkdir tools; cp -s "$TOOLS"/{idx2tensor,wgan-init,wgan-step,wgan-sample,tensor-info} tools
      printf '#!/bin/sh\\necho "tensor2png: $3: has 5 channels" >&2; exit 65' > tools/tensor2png; chmod +x tools/tensor2png
      exits 2 \(train) TOOLS="$PWD/tools" DATA="$PWD/images" EPOCHS=1; absent run
      """)
    #expect(
      result.standardError.hasPrefix(
        "train: \(shell.folder.path)/images: cannot draw sample grids: has 5 channels\n"),
      "\(result)")
  }

  @Test func `held-out pictures get the channels of the training images`() throws {
    let shell = try folder()
    let result = try shell.run(
      """
      idx2tensor images -o gray.tensor; mkdir gray color
      for n in {0..24}; do
        tensor2png gray.tensor -n 1 --first $n --padding 0 -o gray/$n.png
        cp gray/$n.png color
      done
      printf '%-144s' '{"images":{"dtype":"U8","shape":[1,3,8,8],"data_offsets":[0,192]},"__metadata__":{"range":"0,255","tensorio.kind":"images"}}' > header
      { printf '\\220\\0\\0\\0\\0\\0\\0\\0'; cat header; head -c 192 /dev/urandom; } > one.tensor
      tensor2png one.tensor --padding 0 -o color/30.png
      \(train) DATA="$PWD/color" HELD_OUT="$PWD/gray" SIZE=8 EPOCHS=1; has held_out run/metrics.jsonl
      cmp run/held-out.tensor <(png2tensor --size 8 --rgb gray); rm -r run
      \(train) DATA="$PWD/gray" HELD_OUT="$PWD/color" SIZE=8 EPOCHS=1; has held_out run/metrics.jsonl
      cmp run/held-out.tensor <(png2tensor --size 8 --gray color); cp run/held-out.tensor kept
      # Another converter cannot choose: the run is not changed.
      exits 2 \(train) EPOCHS=2 HELD_OUT="$PWD/one.tensor" 2> words; cmp run/held-out.tensor kept; cat words >&2
      [ "$(ls run | grep held)" = held-out.tensor ]; rm -r run
      exits 2 \(train) DATA="$PWD/images" HELD_OUT="$PWD/one.tensor" EPOCHS=1 2> words; absent run; cat words >&2
      """)
    let errors = result.standardError.split(separator: "\n").filter {
      $0.contains("held-out images do")
    }
    #expect(
      errors.count == 2
        && errors.allSatisfy {
          $0.hasSuffix(
            "the held-out images do not have the shape of the training images (expected 1x8x8, found 3x8x8)"
          )
        }, "\(result)")
  }

  @Test func `a run whose copy of the images was deleted converts them again, or does nothing`()
    throws
  {
    let shell = try folder()
    let result = try shell.run(
      """
      \(train) DATA="$PWD/images" EPOCHS=2 2> /dev/null; cp -r run calm; \(train) OUT="$PWD/calm" EPOCHS=3 2> /dev/null
      rm run/images.tensor; mv images away; cp -r run before
      \(train) EPOCHS=2; diff -r run before
      exits 2 \(train) EPOCHS=3; diff -r run before
      # Other images than those of the run.
      cp away images; printf x | dd of=images bs=1 seek=40 conv=notrunc 2> /dev/null
      exits 2 \(train) EPOCHS=3 2> words; has 'images: has changed since the run began, and .* was deleted' words; diff -r run before
      mv away images; \(train) EPOCHS=3 2> words; has 'images.tensor was deleted; converting .*/images again' words
      cmp run/checkpoint calm/checkpoint
      # The same for the held-out images.
      \(train) EPOCHS=4 HELD_OUT="$PWD/images" 2> /dev/null; rm run/held-out.tensor; mv images away
      \(train) EPOCHS=4 2> words; has 'held-out.tensor was deleted; .* complete: nothing to do' words
      mv away images; \(train) EPOCHS=5 2> /dev/null; [ $(grep -c held_out run/metrics.jsonl) = 2 ]
      # A run whose learning rates are 0 is complete before EPOCHS.
      \(train) OUT="$PWD/over" DATA="$PWD/images" EPOCHS=90 INIT='--schedule "linear 2"' 2> /dev/null
      rm over/images.tensor images; \(train) OUT="$PWD/over" 2> words; has 'over has . epochs and is complete: nothing to do' words
      """)
    let run = shell.folder.path + "/run"
    #expect(
      result.standardError.hasPrefix(
        """
        train: \(run)/images.tensor was deleted; \(run) has 2 epochs and is complete: nothing to do
        train: \(run)/images.tensor was deleted, and DATA does not exist: \(shell.folder.path)/images; restore one of them to continue the run

        """), "\(result)")
  }

  @Test(DiskTests.mounts)
  func `a disk without room for a checkpoint is an error before the training`()
    throws
  {
    let shell = try folder()
    try shell.run(
      """
      mkdir disk; idx2tensor images -o images.tensor; export TOOLS
      unshare -rm bash -c '
        source "$CHECKS"; mount -t tmpfs -o size=2m none disk; images=$PWD/images.tensor
        run() {
          make -s -C "\(Shell.checkout)" train TOOLS="$TOOLS" BATCH=20 PRESET=mlp-gp KEEP=0 OUT="$PWD/disk/run" DATA="$images" "$@"
        }
        exits 2 run EPOCHS=1 2> words; has "train: .*/disk/run: no space left for the run (at least 2 MB are needed, " words
        absent disk/run
        # The same for the copy of the images.
        images=$PWD/large.tensor; truncate -s 9m large.tensor
        exits 2 run EPOCHS=1 2> words; has "no space left for the run (at least 10 MB are needed, 2 MB are free)" words
        absent disk/run
        # A finished run needs no room.
        images=$PWD/images.tensor; mount -o remount,size=12m disk; run EPOCHS=1 2> /dev/null
        head -c 10m /dev/zero > disk/fill; run EPOCHS=1; exits 2 run EPOCHS=2 2> words; has "no space left" words
        rm disk/fill; run EPOCHS=2 2> /dev/null'
      """)
  }

  @Test func `a folder without tools is an error`() throws {
    let shell = try folder()
    let result = try shell.run(
      "mkdir none; PATH=/usr/bin:/bin \(train) TOOLS=\"$PWD/none\" DATA=images", status: 2)
    #expect(
      result.standardError.hasPrefix(
        "train: \(shell.folder.path)/none: does not contain wgan-step; run make in the checkout, or set TOOLS\n"
      ),
      "\(result)")
  }
}

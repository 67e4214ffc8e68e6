import Foundation
import Testing

/// Tests of `scripts/retrain`: `current` always points to a run with a valid checkpoint.
@Suite struct RetrainTests {
  /// `night NAME=VALUE …` retrains a small run in the environment of cron. `sound` checks `current`.
  private let prelude = """
    night() {
      env -i PATH="${FIRST:+$FIRST:}/usr/bin:/bin" TOOLS="$TOOLS" DATA="$PWD/images.idx" PRESET=mlp-gp BATCH=20 \\
        EPOCHS=1 KEEP=2 "$@" '\(Shell.checkout)/scripts/retrain' "$PWD/nights"
    }
    sound() { wgan-sample nights/current/checkpoint -n 1 > /dev/null; }
    last() { readlink nights/current || true; }
    runs() { ls nights | grep -c '^[0-9]'; }

    """

  private func folder() throws -> Shell {
    let shell = try Shell()
    try shell.write("images.idx", idx([110, 8, 8]))
    return shell
  }

  @Test func `each successful call prints nothing, publishes a run and keeps the last ones`() throws
  {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        for count in 1 2 2 2; do
          before=$(last); night; sound
          [[ $(last) > $before && $(runs) = $count && ! -e nights/next ]]
        done
        [[ $(ls -A nights | wc -l) = 3 && -s nights/current/samples/epoch-0001.png ]]
        # After the clock is set back, the published run has the oldest name.
        cp -r nights/current/ nights/29991231T000000Z; ln -s /dev/null nights/current.next
        night KEEP=1; sound; [[ $(runs) = 2 && $(last) < 2999 ]]
        rm -r nights/2999*
        cp nights/current/checkpoint kept; SEED=$(sed -n 's/^seed //p' nights/current/config)
        night SEED=1; differ nights/current/checkpoint kept
        night SEED=$SEED; cmp nights/current/checkpoint kept
        """)
    #expect(
      result.standardOutput.isEmpty && result.standardError.isEmpty, "\(result)")
  }

  /// Systemd ignores SIGPIPE, and so does this test. A reader that exits early would cause an error message.
  @Test func `the output of a slow tool is read to its end`() throws {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        mkdir slow; cp -s "$TOOLS"/{idx2tensor,tensor2png,wgan-{init,step,sample}} slow
        printf '#!/bin/bash\\n"%s" "$@" | while IFS= read -r line; do echo "$line"; sleep 0.003; done\\n' "$TOOLS/tensor-info" > slow/tensor-info
        chmod +x slow/tensor-info; trap '' PIPE
        night TOOLS="$PWD/slow"; night TOOLS="$PWD/slow"; sound; [ $(runs) = 2 ]
        sed '/^train: /d' nights/*/log >&2
        """)
    #expect(
      result.standardOutput.isEmpty && result.standardError.isEmpty, "\(result)")
  }

  @Test func `TIME limits the training, and a time without a step is an error`() throws {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        night EPOCHS= TIME=3s; sound; before=$(last)
        [ $(wc -l < nights/current/metrics.jsonl) -gt 5 ]; [ -s nights/current/samples.png ]
        exits 2 night TIME=0s; sound
        exits 64 night TIME=soon; sound
        exits 64 night SCORE='nothing at all'; sound
        [ "$(last)" = "$before" ]
        """)
    #expect(
      result.standardError
        == """
        retrain: no generator step was done in TIME=0s; use a longer time
        retrain: TIME: the value 'soon' is invalid for '--time-budget <time>': expected 90s, 50m, 1.5h or 2d
        retrain: SCORE: nothing: command not found

        """)
  }

  @Test func `a failed call reports why, and the next call removes its files`() throws {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        night; before=$(last)
        cp images.idx good; head -c 3000 good > images.idx
        exits 2 night; sound
        exits 2 night DATA=/nowhere; sound
        exits 64 night KEEP=0; sound
        [ "$(last)" = "$before" ]; [ $(runs) = 1 ]
        mv good images.idx
        night; [ "$(last)" != "$before" ]; absent nights/next
        """)
    #expect(
      result.standardError.contains("images.idx: data is truncated"), "\(result)")
    #expect(
      result.standardError.contains(
        "retrain: training failed: idx2tensor: /nowhere: no such file\n"))
    #expect(result.standardError.split(separator: "\n").count == 3)
    #expect(
      result.standardError.hasSuffix("retrain: KEEP must be an integer from 1 to 999999, not '0'\n")
    )
  }

  @Test func `a published run has a log, and too few images are an error`()
    throws
  {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        idx2tensor images.idx -o made.tensor; mkdir set
        for n in {0..79}; do tensor2png made.tensor -n 1 --first $n --padding 0 -o set/$n.png; done
        pictures() { night DATA="$PWD/set" SIZE=8 EPOCHS=6 "$@"; }
        pictures; before=$(last); has 'new run with 80 images' nights/current/log
        for n in {0..30}; do head -c 60 images.idx > set/$n.png; done
        pictures; [ "$(last)" != "$before" ]; before=$(last)
        [ $(grep -c 'is an IDX file, not a PNG or JPEG file; convert it with idx2tensor; skipped' nights/current/log) = 31 ]
        for n in {31..56}; do rm set/$n.png; done
        exits 1 pictures; [ "$(last)" = "$before" ]
        pictures LEAST=0.4; [ "$(last)" != "$before" ]
        """)
    #expect(
      result.standardError
        == "retrain: not published: DATA has 23 images, the published run 49, and LEAST is 0.5\n")
  }

  @Test func `invalid usage is an error, and --help prints the usage`() throws {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        '\(Shell.checkout)/scripts/retrain' --help | sed -n 1p
        exits 64 '\(Shell.checkout)/scripts/retrain' --now
        exits 64 night TOOLS=/nowhere
        mkdir -p nights/current; exits 73 night; ls nights/current
        """)
    #expect(
      result.text == """
        Trains a new run on the current images, checks it and publishes it. For cron and systemd.

        """)
    #expect(
      result.standardError == """
        retrain: unknown option --now; --help prints the usage
        retrain: TOOLS: /nowhere does not contain wgan-step
        retrain: \(shell.folder.path)/nights/current: is not a symbolic link

        """)
  }

  @Test func `SIGTERM ends all processes of a call`() throws {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        export -f night
        night; before=$(last)
        with_signals setsid bash -c 'night EPOCHS= TIME=1h' & group=$!
        await '[ -s nights/next/metrics.jsonl ]'
        pkill -TERM -g $group -f scripts/retrain; exits 143 wait $group
        exits 1 pgrep -f "$PWD/nights"
        absent nights/next; [ "$(last)" = "$before" ]; night; [ "$(last)" != "$before" ]
        """)
    #expect(result.standardError == "retrain: terminated by signal 15\n")
  }

  @Test func `a run with a worse score is not published`() throws {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        printf '#!/bin/sh\\ntest -e "$2" && case $1 in */next/*) echo $NEW ;; *) echo 2.5 ;; esac\\n' > score
        chmod +x score; score=$PWD/score
        night SCORE=$score NEW=9; first=$(last)
        exits 1 night SCORE=$score NEW=2.6; sound; [ "$(last)" = $first ]
        exits 2 night SCORE=$score NEW=nan; [ "$(last)" = $first ]; absent nights/next
        rm -r nights/unpublished-*
        night SCORE=$score NEW=2.6 TOLERANCE=.05; second=$(last); [ $second != $first ]
        night SCORE=$score NEW=25e-1; [ "$(last)" != $second ]; cat nights/current/score
        """)
    #expect(result.text == "25e-1\n")
    #expect(
      result.standardError.hasPrefix(
        "retrain: not published: the score of the new run is 2.6, that of the published run 2.5\n"))
    #expect(
      result.standardError.contains("/nights/next is not a number: nan; not published; the new run")
    )
  }

  @Test func `a run is kept without being published if its score cannot be computed`() throws {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        exits 2 night SCORE=false 2> words; absent nights/next nights/current
        kept=$(ls -d "$PWD"/nights/unpublished-*); wgan-sample "$kept/checkpoint" -n 1 > /dev/null
        has -Fx "retrain: SCORE failed for $PWD/nights/next with status 1; not published; the new run is kept in $kept" words
        # The next calls are not disturbed, and keep the last KEEP of these runs.
        night; sound; before=$(last); sleep 1
        for n in 1 2; do exits 2 night SCORE=false 2> /dev/null; sleep 1; done
        night; absent "$kept"; [ "$(ls -d nights/unpublished-* | wc -l)" = 2 ]
        sound; [ "$(last)" != "$before" ]; [ $(runs) = 2 ]
        """)
    #expect(result.standardError.isEmpty, "\(result)")
  }

  @Test(.requires("clang"))
  func `a file system without symbolic links is an error before the training`() throws {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        clang -O1 -shared -fPIC -o faults.so '\(Shell.checkout)/Tests/Fixtures/faults.c'
        exits 73 night LD_PRELOAD="$PWD/faults.so" FAULT="symlink 0 \(EPERM)"; [ -z "$(ls -A nights)" ]
        """)
    #expect(
      result.standardError == """
        retrain: \(shell.folder.path)/nights: cannot contain symbolic links: Operation not permitted; use another file system

        """)
  }

  @Test(.requires("clang"), arguments: [ENOLCK, ENOSYS])
  func `a file system without locks gives one warning, and the run is published`(_ error: Int32)
    throws
  {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        clang -O1 -shared -fPIC -o faults.so '\(Shell.checkout)/Tests/Fixtures/faults.c'
        night LD_PRELOAD="$PWD/faults.so" FAULT="flock 0 \(error)"; sound
        """)
    #expect(
      result.standardError == """
        retrain: warning: \(shell.folder.path)/nights: cannot be locked: \(String(cString: strerror(error))); \
        do not start two calls at the same time

        """)
  }

  @Test func `a call that did not train is never a success for systemd`() throws {
    let unit = try String(
      contentsOfFile: Shell.checkout + "/examples/wgan-retrain.service", encoding: .utf8)
    #expect(!unit.contains("SuccessExitStatus"))
  }

  @Test func `a concurrent call fails at once, also while a killed call's tools still run`() throws
  {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        export -f night
        night; before=$(last)
        setsid bash -c 'night EPOCHS=1000000 2> /dev/null' & group=$!
        await '[ -s nights/next/metrics.jsonl ]'
        exits 75 night; sound
        # The stopped tool outlives the script and make.
        await 'pkill -STOP -f "wgan-step $PWD/nights"'
        pkill -KILL -f "scripts/(retrain|train) $PWD/nights"
        exits 75 night 2> /dev/null; sound
        pkill -KILL -f "wgan-step $PWD/nights"; exits 137 wait $group
        [ "$(last)" = "$before" ]
        night; [ "$(last)" != "$before" ]; sound
        """)
    #expect(
      result.standardError
        == "retrain: \(shell.folder.path)/nights: another retrain is using this folder; try again later\n"
    )
  }

  @Test func `a power failure before any change to the disk leaves a valid published run`() throws {
    let shell = try folder()
    // Wrappers that kill the whole call at the CUT-th call of any program. A removal has then already
    // started.
    let result = try shell.run(
      prelude + """
        mkdir first
        for program in mkdir rm mv ln sync idx2tensor wgan-init wgan-step wgan-sample; do
          begun=; [ $program != rm ] || begun='/bin/rm -f "${@: -1}"/checkpoint;'
          printf '#!/bin/bash\\necho >> "%s"; [ $(wc -l < "%s") != "$CUT" ] || { %s kill -KILL -- -"$GROUP" 0; }; exec %s "$@"\\n' \\
            "$PWD/calls" "$PWD/calls" "$begun" "$(command -v $program)" > first/$program
        done
        chmod +x first/*; cp -sr "$TOOLS"/{tensor-info,tensor2png} first
        export -f night; export PWD
        night; cuts=0 switched=0
        for cut in {1..40}; do
          rm -f calls; before=$(last)
          if FIRST=$PWD/first setsid --wait bash -c "night TOOLS='$PWD/first' CUT=$cut GROUP=\\$\\$" 2> /dev/null
          then break; fi
          sound; cuts=$((cuts + 1))
          for run in nights/[0-9]*; do wgan-sample $run/checkpoint -n 1 > /dev/null; done
          [ "$(last)" = "$before" ] || switched=$((switched + 1))
        done
        sound; [ -e calls ]; [ $(runs) = 2 ]; absent nights/next nights/current.next
        echo $cuts $switched
        """)
    let counts = result.numbers
    // At least two failures come after the switch. One leaves an extra run, and the next call removes
    // it before the switch.
    try #require(counts.count == 2)
    #expect(counts[0] > 15 && counts[1] >= 2, "\(counts)")
  }

  @Test(DiskTests.mounts)
  func `a full disk at any point leaves a valid published run`() throws {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        mkdir nights; export -f night sound last
        export TOOLS
        unshare -rm bash -c '
          source "$CHECKS"
          mount -t tmpfs -o size=40m none nights; night
          before=$(last) failed=0
          for room in 0 16 64 256 1024 2048 4096 8192 16384; do
            rm -rf nights/next
            free=$(df --output=avail -k nights | tail -n 1)
            head -c $(((free - room) * 1024)) /dev/zero > nights/fill
            status=0; night 2> words || status=$?
            rm nights/fill
            if [ $status = 0 ]; then break; fi
            [ $status = 2 ]; has -i "no space left" words; [ "$(last)" = "$before" ]
            sound; failed=$((failed + 1))
          done
          sound; [ $status = 0 ]; [ "$(last)" != "$before" ]; echo $failed
          # If kept runs fill the disk, a smaller KEEP frees space.
          for n in {1..9}; do cp -r "nights/$(last)" nights/2020010${n}T000000Z; done
          free=$(df --output=avail -k nights | tail -n 1)
          head -c $(((free - 16) * 1024)) /dev/zero > nights/fill; before=$(last)
          exits 2 night KEEP=10 2> /dev/null; sound; [ "$(last)" = "$before" ]
          night KEEP=2; sound; [ "$(last)" != "$before" ]; [ $(ls -d nights/2* | wc -l) = 2 ]'
        """)
    #expect(result.numbers.first ?? 0 >= 3, "\(result)")
  }
}

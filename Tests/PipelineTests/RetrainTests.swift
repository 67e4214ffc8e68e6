import Foundation
import Testing

/// `scripts/retrain` night after night, in fast motion: `current` always names a checkpoint that samples.
@Suite struct RetrainTests {
  /// The environment of cron, and small runs. `night NAME=VALUE …` is one; `sound` looks at `current`.
  private let prelude = """
    night() {
      env -i PATH="${FIRST:+$FIRST:}/usr/bin:/bin" TOOLS="$TOOLS" DATA="$PWD/images.idx" PRESET=mlp-gp BATCH=20 \\
        EPOCHS=1 KEEP=2 "$@" '\(Shell.checkout)/scripts/retrain' "$PWD/nights"
    }
    sound() { wgan-sample nights/current/checkpoint -n 1 > /dev/null || { echo unsound; exit 99; }; }
    last() { readlink nights/current; }
    runs() { ls nights | grep -c '^[0-9]'; }

    """

  private func folder() throws -> Shell {
    let shell = try Shell()
    try shell.write("images.idx", idx([110, 8, 8]))
    return shell
  }

  @Test func `calm nights say nothing, publish a run each and keep the last ones`() throws {
    let shell = try folder()
    let result = try shell.succeed(
      prelude + """
        for count in 1 2 2 2; do
          before=$(last); night; sound
          [[ $(last) > $before && $(runs) = $count && ! -e nights/next ]] || exit 3
        done
        [[ $(ls -A nights | wc -l) = 3 && -s nights/current/samples/epoch-0001.png ]] || exit 4
        # A clock that was set back makes the run in force the oldest by its name.
        cp -r nights/current/ nights/29991231T000000Z; ln -s /dev/null nights/current.next
        night KEEP=1; sound; [[ $(runs) = 2 && $(last) < 2999 ]] || exit 5
        rm -r nights/2999*
        cp nights/current/checkpoint kept; SEED=$(sed -n 's/^seed //p' nights/current/config)
        night SEED=1; cmp -s nights/current/checkpoint kept && exit 6
        night SEED=$SEED; cmp nights/current/checkpoint kept
        """)
    #expect(result.output.isEmpty && result.words.isEmpty, "\(result.words)")
  }

  /// Under systemd, as in these tests, SIGPIPE is ignored: a reader that stops early is an error in words.
  @Test func `a slow tool is heard to its end`() throws {
    let shell = try folder()
    let result = try shell.succeed(
      prelude + """
        mkdir slow; cp -s "$TOOLS"/{idx2tensor,tensor2png,wgan-{init,step,sample}} slow
        printf '#!/bin/bash\\n"%s" "$@" | while IFS= read -r line; do echo "$line"; sleep 0.003; done\\n' "$TOOLS/tensor-info" > slow/tensor-info
        chmod +x slow/tensor-info; trap '' PIPE
        night TOOLS="$PWD/slow"; night TOOLS="$PWD/slow"; sound; [ $(runs) = 2 ]
        sed '/^train: /d' nights/*/log >&2
        """)
    #expect(result.output.isEmpty && result.words.isEmpty, "\(result.words)")
  }

  @Test func `a night trains until its time is up, and not at all is a failure`() throws {
    let shell = try folder()
    let result = try shell.succeed(
      prelude + """
        night EPOCHS= TIME=1.3s; sound; before=$(last)
        [ $(wc -l < nights/current/metrics.jsonl) -gt 5 ] && [ -s nights/current/samples.png ] || exit 3
        night TIME=0s; echo $?; sound
        night TIME=soon; echo $?; sound
        night SCORE='nothing at all'; echo $?; sound
        [ "$(last)" = "$before" ]
        """)
    #expect(String(decoding: result.output, as: UTF8.self) == "2\n64\n64\n")
    #expect(
      result.words
        == """
        retrain: no generator step was done in TIME=0s; use a longer time
        retrain: TIME: the value 'soon' is invalid for '--time-budget <time>': expected 90s, 50m, 1.5h or 2d
        retrain: SCORE: nothing: command not found

        """)
  }

  @Test func `a night that fails says why, and the next one clears what it left`() throws {
    let shell = try folder()
    let result = try shell.succeed(
      prelude + """
        night; before=$(last)
        cp images.idx good; head -c 3000 good > images.idx
        night; echo $?; sound
        night DATA=/nowhere; echo $?; sound
        night KEEP=0; echo $?; sound
        [ "$(last)" = "$before" ] && [ $(runs) = 1 ] || exit 3
        mv good images.idx
        night; [ "$(last)" != "$before" ] && [ ! -e nights/next ]
        """)
    #expect(String(decoding: result.output, as: UTF8.self) == "2\n2\n64\n")
    #expect(result.words.contains("images.idx: data is truncated"), "\(result.words)")
    #expect(result.words.contains("retrain: training failed: idx2tensor: /nowhere: no such file\n"))
    #expect(result.words.split(separator: "\n").count == 3)
    #expect(result.words.hasSuffix("retrain: KEEP must be an integer from 1 to 999999, not '0'\n"))
  }

  @Test func `what was said of a published run stays with it, and too few images are refused`()
    throws
  {
    let shell = try folder()
    let result = try shell.succeed(
      prelude + """
        idx2tensor images.idx -o made.tensor; mkdir set
        for n in {0..79}; do tensor2png made.tensor -n 1 --first $n --padding 0 -o set/$n.png; done
        pictures() { night DATA="$PWD/set" SIZE=8 EPOCHS=6 "$@"; }
        pictures; before=$(last); grep -q 'new run with 80 images' nights/current/log || exit 3
        for n in {0..30}; do head -c 60 images.idx > set/$n.png; done
        pictures; [ "$(last)" != "$before" ] || exit 4; before=$(last)
        [ $(grep -c 'is an IDX file, not a PNG file; skipped' nights/current/log) = 31 ] || exit 5
        for n in {31..56}; do rm set/$n.png; done
        pictures; echo $?; [ "$(last)" = "$before" ] || exit 6
        pictures LEAST=0.4; [ "$(last)" != "$before" ]
        """)
    #expect(String(decoding: result.output, as: UTF8.self) == "1\n")
    #expect(
      result.words
        == "retrain: not published: DATA has 23 images, the published run 49, and LEAST is 0.5\n")
  }

  @Test func `a request that makes no sense is refused, and --help answers`() throws {
    let shell = try folder()
    let result = try shell.succeed(
      prelude + """
        '\(Shell.checkout)/scripts/retrain' --help | sed -n 1p
        '\(Shell.checkout)/scripts/retrain' --now; echo $?
        night TOOLS=/nowhere; echo $?
        mkdir -p nights/current; night; echo $?; ls nights/current
        """)
    #expect(
      String(decoding: result.output, as: UTF8.self) == """
        Trains a new run on the current images, checks it and publishes it. For cron and systemd.
        64
        64
        73

        """)
    #expect(
      result.words == """
        retrain: unknown option --now; --help prints the usage
        retrain: TOOLS: /nowhere does not contain wgan-step
        retrain: \(shell.folder.path)/nights/current: is not a symbolic link

        """)
  }

  @Test func `SIGTERM ends all that a night has begun`() throws {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        night; before=$(last)
        export -f night
        with_signals setsid bash -c 'night EPOCHS= TIME=1h' & group=$!
        await '[ -s nights/next/metrics.jsonl ]'
        pkill -TERM -g $group -f scripts/retrain; wait $group; echo $?
        pgrep -f "$PWD/nights" && exit 3
        [ ! -e nights/next ] && [ "$(last)" = "$before" ] && night && [ "$(last)" != "$before" ]
        """)
    #expect(result.status == 0 && String(decoding: result.output, as: UTF8.self) == "143\n")
    #expect(result.words == "retrain: terminated by signal 15\n")
  }

  @Test func `a run that scores worse is not published`() throws {
    let shell = try folder()
    let result = try shell.succeed(
      prelude + """
        printf '#!/bin/sh\\ntest -e "$2" && case $1 in */next/*) echo $NEW ;; *) echo 2.5 ;; esac\\n' > score
        chmod +x score; score=$PWD/score
        night SCORE=$score NEW=9; first=$(last)
        night SCORE=$score NEW=2.6; echo $?; sound; [ "$(last)" = $first ] || exit 3
        night SCORE=$score NEW=nan; echo $?; [ "$(last)" = $first ] || exit 4
        night SCORE=false; echo $?; [ "$(last)" = $first ] || exit 5
        night SCORE=$score NEW=2.6 TOLERANCE=.05; second=$(last); [ $second != $first ] || exit 6
        night SCORE=$score NEW=25e-1; [ "$(last)" != $second ] && cat nights/current/score
        """)
    #expect(String(decoding: result.output, as: UTF8.self) == "1\n2\n2\n25e-1\n")
    #expect(
      result.words.hasPrefix(
        "retrain: not published: the score of the new run is 2.6, that of the published run 2.5\n"))
    #expect(result.words.contains("/nights/next is not a number: nan\n"))
  }

  @Test func `an overlap ends at once, and so does what a kill has left running`() throws {
    let shell = try folder()
    let result = try shell.run(
      prelude + """
        export -f night
        night; before=$(last)
        setsid bash -c 'night EPOCHS=1000000 2> /dev/null' & group=$!
        trap 'pkill -KILL -f "$PWD/nights"' EXIT
        await '[ -s nights/next/metrics.jsonl ]'
        night; echo $?; sound
        # A tool is held, and outlives the script and make.
        await 'pkill -STOP -f "wgan-step $PWD/nights"'
        pkill -KILL -f "scripts/(retrain|train) $PWD/nights" || exit 4
        night 2> /dev/null; echo $?; sound
        pkill -KILL -f "wgan-step $PWD/nights"; wait $group 2> /dev/null
        [ "$(last)" = "$before" ] || exit 3
        night && [ "$(last)" != "$before" ] && sound
        """)
    #expect(result.status == 0 && String(decoding: result.output, as: UTF8.self) == "75\n75\n")
    #expect(
      result.words
        == "retrain: \(shell.folder.path)/nights: another retrain is using this folder; try again later\n"
    )
  }

  @Test func `a power cut before any step that changes the disk leaves a run in force`() throws {
    let shell = try folder()
    // Programs that end the night, themselves included, at the CUT-th call of any of them; a removal
    // has begun by then.
    let result = try shell.succeed(
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
          FIRST=$PWD/first setsid --wait bash -c "night TOOLS='$PWD/first' CUT=$cut GROUP=\\$\\$" 2> /dev/null && break
          sound; cuts=$((cuts + 1))
          for run in nights/[0-9]*; do wgan-sample $run/checkpoint -n 1 > /dev/null || exit 4; done
          [ "$(last)" = "$before" ] || switched=$((switched + 1))
        done
        sound; [ -e calls ] && [ $(runs) = 2 ] && [ ! -e nights/next ] && [ ! -e nights/current.next ] || exit 3
        echo $cuts $switched
        """)
    let counts = String(decoding: result.output, as: UTF8.self)
      .split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    // Two come after the switch at least: one leaves a run too many, and the next night begins by
    // removing it, which comes before the switch.
    try #require(counts.count == 2)
    #expect(counts[0] > 15 && counts[1] >= 2, "\(counts)")
  }

  @Test(.enabled(if: DiskTests.canMount))
  func `a disk that is full sooner or later leaves a run in force`() throws {
    let shell = try folder()
    let result = try shell.succeed(
      prelude + """
        mkdir nights; export -f night sound last
        export TOOLS
        unshare -rm bash -c '
          mount -t tmpfs -o size=40m none nights && night || exit 3
          before=$(last) failed=0
          for room in 0 16 64 256 1024 2048 4096 8192 16384; do
            rm -rf nights/next
            free=$(df --output=avail -k nights | tail -n 1)
            head -c $(((free - room) * 1024)) /dev/zero > nights/fill
            night 2> words; status=$?
            rm nights/fill
            [ $status = 0 ] && break
            [ $status = 2 ] && grep -qi "no space left" words && [ "$(last)" = "$before" ] || exit 4
            sound; failed=$((failed + 1))
          done
          sound; [ $status = 0 ] && [ "$(last)" != "$before" ] && echo $failed
          # A disk that the kept runs fill has room again when fewer are kept.
          for n in {1..9}; do cp -r "nights/$(last)" nights/2020010${n}T000000Z || exit 5; done
          free=$(df --output=avail -k nights | tail -n 1)
          head -c $(((free - 16) * 1024)) /dev/zero > nights/fill; before=$(last)
          night KEEP=10 2> /dev/null && exit 6; sound; [ "$(last)" = "$before" ] || exit 7
          night KEEP=2 || exit 8; sound; [ "$(last)" != "$before" ] && [ $(ls -d nights/2* | wc -l) = 2 ]'
        """)
    let failed = Int(String(decoding: result.output, as: UTF8.self).dropLast()) ?? 0
    #expect(failed >= 3, "\(result.words)")
  }
}

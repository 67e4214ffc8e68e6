import Foundation
import TensorIO
import Testing

/// Tests of signals, kills and concurrent writers: no data is lost, and a resume gives the same bytes.
@Suite struct InterruptionTests {
  @Test(arguments: ["INT", "TERM", "HUP"])
  func `a signal ends the run after the current step with a saved checkpoint`(
    _ signal: String
  ) throws {
    let shell = try workshop()
    let number = try #require(["INT": Int32(2), "TERM": 15, "HUP": 1][signal])
    // Job control gives the background process its own group and the default action for SIGINT.
    let result = try shell.run(
      """
      set -m
      cp mlp-gp.bin run.bin
      with_signals wgan-step run.bin --data images.tensor --epochs 1000000 --metrics log -o run.bin &
      await '[ -s log ]'
      kill -\(signal) $!
      exits \(128 + number) wait $!
      """)
    #expect(result.standardError.contains("wgan-step: stopping after this step"))
    #expect(try shell.files()["run.bin.partial"] == nil)
    // The checkpoint equals that of an uninterrupted run after the number of steps in the log.
    try shell.run(
      """
      steps=$(tail -n 1 log | sed 's/.*"critic_step":\\([0-9]*\\).*/\\1/')
      generator=$(tail -n 1 log | sed 's/.*"generator_step":\\([0-9]*\\).*/\\1/')
      saved=$(head -c 4096 run.bin | grep -ao '"progress.critic_steps":"[0-9]*"' | tr -dc 0-9)
      test $saved -ge $steps; test $saved -lt $((steps + 5))
      wgan-step mlp-gp.bin --data images.tensor --steps $((generator + 1)) > calm.bin
      wgan-step run.bin --data images.tensor --steps 1 | cmp - calm.bin
      """)
  }

  @Test func `a signal leaves a complete trace of the finished steps`() throws {
    let shell = try workshop()
    try shell.run(
      """
      set -m; mkfifo pipe; exec 9<>pipe
      # The pipe has room for one page of metrics, so that the run blocks until the signal arrives.
      head -c 61440 /dev/zero >&9
      with_signals wgan-step mlp-gp.bin --data images.tensor --steps 49 --metrics pipe --trace trace -o end &
      # A generator step and its critic steps need less than 1 MB in the trace.
      await '(($(stat -c %s trace.partial 2> /dev/null || echo 0) > 3000000))'
      kill -TERM $!
      exits 143 wait $!
      """)
    let trace = try TensorFile(shell.folder.appending(path: "trace").path)
    let end = try TensorFile(shell.folder.appending(path: "end").path)
    let steps = try ["critic", "generator"].map { name in
      let count = try #require(end.header.metadata["progress.\(name)_steps"].flatMap { Int($0) })
      let traced = trace.header.metadata.keys.filter { $0.hasPrefix("\(name).") }
      #expect(Set(traced) == Set((0..<count).map { "\(name).\($0 + 1)" }))
      return count
    }
    #expect(1..<49 ~= steps[1])
    #expect(
      trace.checksum(of: "generator.\(steps[1]).after.generator.0.weight")
        == end.checksum(of: "generator.0.weight"))
  }

  @Test func `a second signal ends the run immediately, without a new file`() throws {
    let shell = try workshop()
    // The checkpoint goes to a pipe without a reader. Saving blocks, so the second signal arrives in
    // time.
    let result = try shell.run(
      """
      set -m
      mkfifo pipe; exec 9<>pipe
      with_signals wgan-step mlp-gp.bin --data images.tensor --epochs 1000000 --metrics log -o pipe &
      await '[ -s log ]'
      kill -TERM $!; sleep 0.3; kill -TERM $!
      exits 143 wait $!
      """)
    #expect(result.standardError.contains("a second signal stops immediately"))
  }

  @Test func `an interrupted filter removes its partial output`() throws {
    let shell = try workshop()
    try shell.run(
      """
      set -m
      echo precious > out.tensor
      mkfifo pipe; exec 9<>pipe
      head -c 5000 images.idx >&9
      with_signals idx2tensor pipe -o out.tensor &
      await '[ -e out.tensor.partial ]'; sleep 0.1
      kill -INT $!
      exits 130 wait $!
      """)
    #expect(try shell.files()["out.tensor.partial"] == nil)
    #expect(try shell.read("out.tensor") == Data("precious\n".utf8))
  }

  @Test func `a second writer of a file fails with status 75`() throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      cp mlp-gp.bin run.bin
      with_signals wgan-step run.bin --data images.tensor --epochs 1000000 --metrics log -o run.bin 2> first &
      await '[ -s log ]'
      exits 75 wgan-step run.bin --data images.tensor --epochs 1 -o run.bin
      kill -TERM $!; exits 143 wait $!
      """)
    #expect(result.standardError == "wgan-step: run.bin: is being written by another process\n")
  }

  @Test func `an ignored signal stays ignored`() throws {
    let shell = try workshop()
    try shell.run(
      """
      cp mlp-gp.bin run.bin
      (trap '' HUP; exec wgan-step run.bin --data images.tensor --steps 300 --metrics log -o run.bin) &
      await '[ -s log ]'
      kill -HUP $!
      wait $!
      test $(tail -n 1 log | grep -c '"generator_step":300,') = 1
      """)
  }

  @Test func `after SIGKILL at random times, a resumed run gives the same bytes`()
    throws
  {
    let shell = try workshop()
    // setsid puts make and its descendants into one process group.
    let result = try shell.run(
      """
      train() { make -s -C \(Shell.checkout) train TOOLS="$TOOLS" DATA="$PWD/images.idx" BATCH=20 \\
        EPOCHS=60 OUT="$PWD/$1" 2> /dev/null; }
      export -f train
      start=$(date +%s%N); train calm; whole=$((($(date +%s%N) - start) / 1000000))
      hits=0
      for round in {1..30}; do
        setsid bash -c 'train killed' &
        group=$!
        await 'kill -0 -- -$group 2> /dev/null'
        # At most 1/40 of the time of a complete run.
        pause=$((20 + RANDOM % (whole / 40)))
        sleep $(printf '%d.%03d' $((pause / 1000)) $((pause % 1000)))
        if kill -KILL -- -$group; then hits=$((hits + 1)); fi
        wait $group || true
        if [ -e killed/checkpoint ]; then wgan-sample killed/checkpoint -n 1 > /dev/null; fi
      done
      ls killed/samples | wc -l
      echo $hits
      train killed
      cmp calm/checkpoint killed/checkpoint
      diff <(sed 's/"seconds.*//' calm/metrics.jsonl) <(sed 's/"seconds.*//' killed/metrics.jsonl)
      diff -r calm/samples killed/samples
      [ -z "$(find killed -name '*partial*')" ]
      """)
    // The kills arrived during the training.
    try #require(result.numbers.count == 2, "\(result)")
    #expect(result.numbers[0] < 60 && result.numbers[1] >= 25, "\(result)")
  }

  @Test func `a run waits for the processes that a killed make left running`() throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      train() { make -s -C \(Shell.checkout) train TOOLS="$TOOLS" DATA="$PWD/images.idx" BATCH=20 \\
        EPOCHS=30 OUT="$PWD/$1"; }
      export -f train
      train calm 2> /dev/null
      setsid bash -c 'train killed' 2> /dev/null &
      await '[ -e killed/samples/epoch-0002.png ]'
      pkill -KILL -g $! make
      train killed
      cmp calm/checkpoint killed/checkpoint
      """)
    #expect(result.standardError.contains("waiting for another call"))
  }

  @Test func `a signal while saving is not lost`() throws {
    let shell = try workshop()
    // The checkpoint goes to a pipe without a reader, so that the signal arrives while it is written.
    try shell.run(
      """
      set -m
      mkfifo pipe; exec 9<>pipe
      with_signals wgan-step mlp-gp.bin --data images.tensor --steps 1 --metrics log -o pipe &
      await '[ -s log ]'; sleep 0.3
      kill -TERM $!
      exits 143 wait $!
      """)
  }

  @Test func `a full pipe of metrics does not prevent a stop by a signal`() throws {
    let shell = try workshop()
    try shell.run(
      """
      set -m
      cp mlp-gp.bin run.bin; mkfifo pipe; exec 9<>pipe
      with_signals wgan-step run.bin --data images.tensor --epochs 1000000 --metrics pipe -o run.bin &
      sleep 1; kill -TERM $!
      exits 143 wait $!
      differ run.bin mlp-gp.bin; wgan-sample run.bin -n 1 > /dev/null
      """)
  }

  @Test func `a second writer of a metrics file fails with status 75`() throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      with_signals wgan-step mlp-gp.bin --data images.tensor --epochs 1000000 --metrics log -o a.bin 2> first &
      await '[ -s log ]'
      exits 75 wgan-step mlp-gp.bin --data images.tensor --epochs 1 --metrics log -o b.bin
      kill -TERM $!; exits 143 wait $!
      """)
    #expect(result.standardError == "wgan-step: log: is being written by another process\n")
    #expect(try shell.files()["b.bin"] == nil)
  }
}

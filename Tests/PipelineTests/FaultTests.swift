import Foundation
import Testing

/// Fault injection: a preloaded library (`Tests/Fixtures/faults.c`) makes each file system call of a
/// tool fail in turn. The result is a one-line error with a documented status, and the output is the
/// old file or the complete new one.
@Suite struct FaultTests {
  @Test(
    .requires("clang"),
    arguments: [
      "idx2tensor images.idx --labels labels.idx", "wgan-init --preset mlp-gp --like images.tensor",
      "wgan-step mlp-gp.bin --data images.tensor --steps 2 --metrics log", "wgan-sample mlp-gp.bin",
      "tensor2png images.tensor", "image2tensor --strict grids", "cifar2tensor batch.bin",
      "npy2tensor \(Shell.checkout)/Tests/Fixtures/numpy/bytes.npy",
      "wgan-export mlp-gp.bin", "wgan-critic mlp-gp.bin --data images.tensor",
    ])
  func `a failed system call is a one-line error, and keeps the output`(_ command: String) throws {
    try failEachCall(of: command)
  }

  @Test(.requires("clang", "gnuplot"))
  func `a failed system call of wgan-plot is a one-line error, and keeps the output`() throws {
    // SIGPIPE kills the writer of the pipe if wgan-plot does not read it.
    try failEachCall(of: "wgan-plot --format svg <(cat metrics.jsonl || true)")
  }

  /// Without --strict, an invalid picture is skipped. A failure of the system is not a property of a picture.
  @Test(.requires("clang")) func `a failed system call never skips a picture`() throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      mkdir -p grids/a; for n in 1 2 3; do tensor2png images.tensor -o grids/a/$n.png; done
      printf '%s\\n' grids/a/* > list
      clang -O1 -shared -fPIC -o faults.so '\(Shell.checkout)/Tests/Fixtures/faults.c'
      EIO=5 ENOMEM=12 ENFILE=23 EMFILE=24 ESTALE=116 failed=0
      try() {
        local status=0
        rm -f new
        LD_PRELOAD=$PWD/faults.so FAULT="$1 $2 $3" image2tensor "${arguments[@]}" -o new 2> words || status=$?
        context="fault $* of ${arguments[*]}: status $status, $(cat words)"
        if ((status == 0)); then cmp new calm; test ! -s words; return; fi
        [[ $status == 7[34] ]]; test $(wc -l < words) = 1; absent new
        failed=$((failed + 1))
      }
      for call in grids '--files-from list'; do
        read -ra arguments <<< "$call"; image2tensor "${arguments[@]}" -o calm
        for error in $EIO $ENOMEM $ENFILE $EMFILE $ESTALE; do
          for number in {1..12}; do try open $number $error; done
        done
        for number in {1..25}; do try read $number $EIO; try stat $number $ESTALE; done
        for number in {1..6}; do try opendir $number $EMFILE; try readdir $number $EIO; done
      done
      context="$failed failed"
      ((failed > 100))
      # The limit of the shell: no descriptor is left for a picture.
      arguments=(grids); status=0
      (ulimit -n 4; image2tensor grids -o new 2> words) || status=$?
      context="status $status, $(cat words)"
      [[ $status == 7[34] ]]; has 'too many open files' words
      """)
    #expect(result.standardOutput.isEmpty && result.standardError.isEmpty, "\(result)")
  }

  private func failEachCall(of command: String) throws {
    let shell = try workshop()
    // Without a gap, which would be reported.
    try shell.write("labels.idx", idx([150]).prefix(8) + (0..<150).map { UInt8($0) })
    try shell.write("batch.bin", (0..<5 * 3073).map { UInt8($0 % 7) })
    try shell.run(
      "mkdir grids; for n in 1 2 3; do tensor2png images.tensor -o grids/$n.png; done")
    try shell.run(
      "wgan-step mlp-gp.bin --data images.tensor --steps 3 --metrics metrics.jsonl > trained.bin")
    let result = try shell.run(
      """
      clang -O1 -shared -fPIC -o faults.so \
        '\(Shell.checkout)/Tests/Fixtures/faults.c'
      \(command) -o calm
      EIO=5 EINTR=4 PART=0 failed=0 passed=0
      try() {
        local status=0
        echo precious > old; rm -f log
        LD_PRELOAD=$PWD/faults.so FAULT="$1 $2 $3" \(command) -o old 2> words || status=$?
        context="fault $*: status $status, $(cat words)"
        if ((status == 0)); then
          cmp old calm; test ! -s words
          passed=$((passed + 1))
        else
          [[ $status == 6[56] || $status == 7[345] ]]
          test $(wc -l < words) = 1; has '^\(command.prefix { $0 != " " }): ' words
          grep -q precious old || cmp old calm
          failed=$((failed + 1))
        fi
        absent old.partial
      }
      try clock 0 0
      for name in open read write pwrite mmap fsync close fchmod ftruncate rename realpath; do
        for number in {1..4}; do try $name $number $EIO; done
      done
      for name in read write pwrite; do
        for number in {1..4}; do try $name $number $EINTR; try $name $number $PART; done
      done
      context="$failed failed, $passed passed"
      ((failed > 7 && passed > 9))
      """)
    #expect(result.standardOutput.isEmpty && result.standardError.isEmpty, "\(result)")
  }
}

import Foundation
import Testing

/// Tests on machines that lack something: /proc, locks, threads, cores, a folder for temporary files.
@Suite struct MachineTests {
  @Test(DiskTests.mounts) func `without /proc, every tool has its arguments`() throws {
    let shell = try workshop()
    try shell.run(
      """
      expected=$(wgan-init --version); wgan-init --preset mlp-gp --like images.tensor --batch-size 20 -o calm.bin
      export expected
      unshare -rm bash -c '
        source "$CHECKS"; mount -t tmpfs none /proc; absent /proc/self
        for tool in \(Multicall.tools.joined(separator: " ")) wgan; do
          context=$tool; [ "$($tool --version)" = "$expected" ]
        done
        [ "$(wgan wgan-step --version)" = "$expected" ]
        exits 66 wgan-sample nothing 2> words; has "^wgan-sample: nothing: no such file" words
        exits 64 idx2tensor $(printf "\\\\377") 2> words; has "^idx2tensor: argument 1 is not UTF-8" words
        wgan-init --preset mlp-gp --like images.tensor --batch-size 20 -o new.bin; cmp new.bin calm.bin'
      """)
  }

  @Test(DiskTests.mounts) func `without /proc, make train works and other scripts report it`()
    throws
  {
    let shell = try workshop()
    try shell.run(
      """
      train() {
        timeout 60 make -s -C '\(Shell.checkout)' "$@" TOOLS="$TOOLS" DATA="$PWD/images.idx" BATCH=20 PRESET=mlp-gp \\
          EPOCHS=1 THREADS=1
      }
      export -f train; train train OUT="$PWD/calm"
      unshare -rm bash -c '
        source "$CHECKS"; mount -t tmpfs none /proc
        train train OUT="$PWD/run"; cmp run/checkpoint calm/checkpoint
        for script in film report; do
          exits 69 "\(Shell.checkout)/scripts/$script" run 2> words; has "/dev/fd does not exist; mount /proc" words
        done
        exits 69 env TOOLS="$TOOLS" DATA="$PWD/images.idx" "\(Shell.checkout)/scripts/retrain" nights 2> words
        has "^retrain: /dev/fd does not exist; mount /proc" words; absent nights'
      """)
  }

  /// A shell with `faults.so`, and the variable `NOLOCKS` for `env`, with which no file can be locked.
  private func withoutLocks() throws -> Shell {
    let shell = try workshop()
    try shell.run(
      "clang -O1 -shared -fPIC -o faults.so '\(Shell.checkout)/Tests/Fixtures/faults.c'")
    return shell
  }

  @Test(
    .requires("clang"),
    arguments: [
      "idx2tensor images.idx", "wgan-init --preset mlp-gp", "wgan-sample mlp-gp.bin -n 3",
      "tensor2png images.tensor",
    ], [ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL])
  func `without locks, an output is written after a warning`(
    _ command: String, _ error: Int32
  ) throws {
    let shell = try withoutLocks()
    let result = try shell.run(
      """
      \(command) -o calm; echo garbage > new.partial
      LD_PRELOAD=$PWD/faults.so FAULT="flock 0 \(error)" \(command) -o new
      cmp new calm; absent new.partial
      """)
    #expect(
      result.standardError
        == "\(command.prefix { $0 != " " }): warning: new: cannot be locked: \(reason(error)); "
        + "do not write it from two processes at the same time\n")
  }

  private func reason(_ error: Int32) -> String {
    let text = String(cString: strerror(error))
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  @Test(.requires("clang"))
  func `without locks, a run warns once about each file, and trains the same bytes`() throws {
    let shell = try withoutLocks()
    let result = try shell.run(
      """
      train() { wgan-step mlp-gp.bin --data images.tensor --epochs 3 --save-every 1 --metrics $1.log -o $1; }
      train calm
      export LD_PRELOAD=$PWD/faults.so FAULT="flock 0 \(ENOLCK)"
      train new; cmp new calm; [ $(wc -l < new.log) = $(wc -l < calm.log) ]
      """)
    let lines = result.standardError.split(separator: "\n").filter { $0.contains("warning") }
    #expect(lines.count == 2 && lines.allSatisfy { $0.contains("cannot be locked") }, "\(result)")
  }

  @Test(.requires("clang"))
  func `without locks, two writers of one file do not mix their bytes`() throws {
    let shell = try withoutLocks()
    let result = try shell.run(
      """
      idx2tensor images.idx -o calm.tensor; mkfifo slow
      export LD_PRELOAD=$PWD/faults.so FAULT="flock 0 \(ENOLCK)"
      idx2tensor slow -o out.tensor 2> words & first=$!
      exec 8> slow; head -c 5000 images.idx >&8
      await '[ -e out.tensor.partial ]'
      idx2tensor images.idx -o out.tensor 2> /dev/null; cmp out.tensor calm.tensor
      tail -c +5001 images.idx >&8; exec 8>&-
      exits 74 wait $first; cmp out.tensor calm.tensor; absent out.tensor.partial
      cat words >&2
      """)
    #expect(
      result.standardError.hasSuffix(
        "out.tensor.partial was removed or replaced before it was complete\n"), "\(result)")
  }

  @Test(.requires("clang"))
  func `without locks, make train warns and trains`() throws {
    let shell = try withoutLocks()
    let result = try shell.run(
      """
      train() {
        make -s -C '\(Shell.checkout)' train TOOLS="$TOOLS" DATA="$PWD/images.idx" BATCH=20 PRESET=mlp-gp EPOCHS=1 "$@"
      }
      train OUT="$PWD/calm" 2> /dev/null
      LD_PRELOAD=$PWD/faults.so FAULT="flock 0 \(ENOLCK)" train OUT="$PWD/run"; cmp run/checkpoint calm/checkpoint
      """)
    let lines = result.standardError.split(separator: "\n").filter {
      $0.hasPrefix("train: warning")
    }
    #expect(
      lines == [
        "train: warning: \(shell.folder.path)/run: cannot be locked: No locks available; "
          + "do not train this run twice at the same time"
      ], "\(result)")
  }

  @Test func `where the system starts fewer threads, these give the same bytes`() throws {
    let shell = try workshop()
    try shell.write("large.idx", idx([100, 28, 28]))
    let result = try shell.run(
      """
      wgan-sample mlp-gp.bin --threads 1 -n 5 -o calm
      idx2tensor large.idx -o large.tensor; wgan-init --preset dcgan-gp --like large.tensor -o start.bin
      wgan-step start.bin --data large.tensor --steps 1 -o calm.bin
      # Each thread also needs memory for its work.
      ulimit -v 2000000
      wgan-sample mlp-gp.bin --threads 1024 -n 5 -o new; cmp new calm
      wgan-step start.bin --data large.tensor --steps 1 --threads 1024 -o new.bin; cmp new.bin calm.bin
      """)
    let lines = result.standardError.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      let match = line.wholeMatch(of: /wgan-(step|sample): started only ([0-9]+) of 1024 threads/)
      let started = try #require(match.flatMap { Int($0.2) }, "\(result)")
      #expect(2..<1024 ~= started)
    }
  }

  /// Runs `wgan-step` after the commands of `start`, and prints its number of threads.
  private func threads(_ start: String) throws -> [Int] {
    try workshop().run(
      """
      bash -c '\(start) "$@"' - wgan-step mlp-gp.bin --data images.tensor --epochs 1000000 --metrics log -o out & step=$!
      await '[ -s log ]'; ls /proc/$step/task | wc -l; kill -KILL $step
      exits 137 wait $step 2> /dev/null
      """
    ).numbers
  }

  @Test(.requires("taskset")) func `the default number of threads follows the CPU affinity`() throws
  {
    let first = #"first=$(taskset -cp $$ | sed "s/.*: //; s/[^0-9].*//")"#
    #expect(try threads("\(first); exec taskset -c $first") == [1])
  }

  /// Requires that control groups with a CPU quota can be made, as root of a machine with version 1.
  private static let quotas = ConditionTrait.requires("a control group of its own", isCI: false) {
    let script =
      "g=/sys/fs/cgroup/cpu/wgan-$$; mkdir $g && [ -w $g/cpu.cfs_quota_us ]; s=$?; rmdir $g; exit $s"
    return (try? Shell().attempt(script).status) == 0
  }

  @Test(quotas) func `the default number of threads follows the CPU quota`() throws {
    let group = "/sys/fs/cgroup/cpu/wgan-\(getpid())"
    let shell = try Shell()
    try shell.run("mkdir -p \(group)/job; echo 100000 > \(group)/cpu.cfs_quota_us")
    let number = try? threads("echo $$ > \(group)/job/cgroup.procs; exec")
    try shell.run("await 'rmdir \(group)/job 2> /dev/null'; rmdir \(group)")
    #expect(number == [1])
  }

  @Test(.requires("gnuplot", "pamcat", "apngasm", "jq"))
  func `a folder for temporary files that does not exist is an error that names it`() throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      tensor2png images.tensor -n 1 -o 1.png; echo 1.png > list
      make -s -C '\(Shell.checkout)' train TOOLS="$TOOLS" DATA="$PWD/images.idx" BATCH=20 EPOCHS=2 PRESET=mlp-gp \\
        OUT="$PWD/run" 2> /dev/null
      export TMPDIR=/nowhere
      exits 73 wgan-plot run/metrics.jsonl -o curves.svg
      exits 73 '\(Shell.checkout)/scripts/film' run
      exits 73 '\(Shell.checkout)/scripts/report' run
      exits 73 '\(Shell.checkout)/scripts/deb' dist
      """)
    #expect(
      result.standardError == """
        wgan-plot: /nowhere: cannot create a temporary file: no such file or directory; set TMPDIR to a folder for temporary files
        film: cannot create a temporary folder in /nowhere; set TMPDIR
        report: cannot create a temporary folder in /nowhere; set TMPDIR
        deb: cannot create a temporary folder in /nowhere; set TMPDIR

        """)
  }

  @Test(.requires("git")) func `a clone with the line ends of Windows has scripts that start`()
    throws
  {
    let shell = try Shell()
    try shell.run(
      """
      git clone -q -c core.autocrlf=true '\(Shell.checkout)' clone; cd clone
      git ls-files --eol > ../eol; has w/lf ../eol; lacks w/crlf ../eol
      for file in scripts/train Makefile Tests/Fixtures/checkpoints/0.1.0/quick.checkpoint; do
        git show HEAD:$file | cmp - $file
      done
      """)
  }
}

import Foundation
import Testing

/// Tests with full and read-only file systems, and with links to another file system.
@Suite struct DiskTests {
  /// Requires a private mount namespace, to mount full and read-only file systems.
  static let mounts = ConditionTrait.requires("a mount namespace of its own") {
    (try? Shell().attempt("unshare -rm mount -t tmpfs -o size=64k none /mnt").status) == 0
  }

  @Test(
    mounts,
    arguments: [
      ("size=8k", 74, "no space left on device"), ("ro", 73, "read-only file system"),
    ],
    [
      "idx2tensor images.idx", "wgan-init --preset mlp-gp", "wgan-sample mlp-gp.bin",
      "wgan-step mlp-gp.bin --data images.tensor --steps 1",
      "tensor2png noise.tensor -n 150", "wgan-export mlp-gp.bin",
    ])
  func `a full or read-only disk is an error, and the old file is kept`(
    _ disk: (options: String, status: Int32, message: String), _ command: String
  ) throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      mkdir disk; ln -s disk/old link
      { head -c 16 images.idx; head -c 9600 /dev/urandom; } | idx2tensor -o noise.tensor
      unshare -rm bash -c '
        source "$CHECKS"
        mount -t tmpfs -o size=8k none disk; echo precious > disk/old
        mount -o remount,\(disk.options) disk
        exits \(disk.status) \(command) -o link
        ls disk; cat disk/old
        [ -L link ]'
      """)
    #expect(result.standardError == "\(command.prefix { $0 != " " }): link: \(disk.message)\n")
    #expect(result.text == "old\nprecious\n")
  }

  @Test(mounts)
  func `writing through a link to another file system keeps the link`() throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      mkdir disk; ln -s disk/old link
      unshare -rm bash -c '
        source "$CHECKS"
        mount -t tmpfs -o size=4m none disk; echo precious > disk/old
        wgan-sample mlp-gp.bin -o link
        wgan-sample mlp-gp.bin | cmp - disk/old
        [ -L link ]; ls disk'
      """)
    #expect(result.text == "old\n")
  }

  @Test func `exceeding the file size limit is a one-line error, also on standard output`() throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      ulimit -f 4
      for tool in 'idx2tensor images.idx' 'wgan-sample mlp-gp.bin' 'wgan-init --preset mlp-gp'; do
        exits 74 env --default-signal=XFSZ $tool > out
        exits 74 env --default-signal=XFSZ $tool -o other
        absent other
      done
      """)
    let lines = result.standardError.split(separator: "\n")
    #expect(lines.count == 6)
    for line in lines { #expect(line.hasSuffix(": file too large"), "\(line)") }
  }
}

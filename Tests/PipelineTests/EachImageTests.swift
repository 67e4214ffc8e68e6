import Foundation
import Testing

/// Tests of `tensor2png --each`: one PNG file per image.
@Suite struct EachImageTests {
  /// 150 images of 8 × 8 with labels.
  private func labeled() throws -> Shell {
    let shell = try workshop()
    try shell.write("labels.idx", [0, 0, 8, 1, 0, 0, 0, 150] + (0..<150).map { UInt8($0 % 10) })
    try shell.run("idx2tensor images.idx --labels labels.idx -o labeled.tensor")
    return shell
  }

  @Test func `the files are the images, from a file and from a pipe, on any number of threads`()
    throws
  {
    try labeled().run(
      """
      tensor2png labeled.tensor --each a
      test $(ls a | wc -l) = 150
      tensor2png --threads 1 --each b < labeled.tensor; diff -r a b
      cat labeled.tensor | tensor2png --threads 3 --each c/; diff -r a c
      for n in 000-0 042-2 149-9; do
        tensor2png labeled.tensor --first $((10#${n%-*})) -n 1 --padding 0 | cmp - a/$n.png
      done
      png2tensor a -o back.tensor
      cmp <(tail -c 9600 back.tensor) <(tail -c 9600 images.tensor)
      tensor2png images.tensor --first 7 -n 3 --spread --scale 2 --each d
      test "$(echo d/*)" = 'd/007.png d/054.png d/102.png'
      tensor2png images.tensor --first 54 -n 1 --padding 0 --scale 2 | cmp - d/054.png
      """)
  }

  @Test func `the same call replaces its files, and other files are refused`() throws {
    let result = try labeled().run(
      """
      tensor2png labeled.tensor -n 5 --each out; cp -r out calm
      # An interrupted call leaves a part of the files, and perhaps the partial file.
      rm out/003-3.png; echo > out/001-1.png; echo > out/next.partial; touch out/.hidden
      tensor2png labeled.tensor -n 5 --each out
      rm out/.hidden; diff -r calm out
      exits 73 tensor2png labeled.tensor -n 4 --each out
      exits 73 tensor2png images.tensor -n 5 --each out
      diff -r calm out
      mkdir other; touch other/$'a\\n\\377'
      exits 73 tensor2png images.tensor -n 5 --each other
      exits 73 tensor2png images.tensor -n 5 --each images.tensor
      exits 73 tensor2png images.tensor -n 5 --each lost/out
      (flock 9; exits 75 tensor2png labeled.tensor -n 5 --each out) 9< out
      """)
    #expect(
      result.standardError == """
        tensor2png: out: contains other files, such as "004-4.png"; use a new folder, or remove them
        tensor2png: out: contains other files, such as "000-0.png"; use a new folder, or remove them
        tensor2png: other: contains other files, such as "a\\u{a}\\xff"; use a new folder, or remove them
        tensor2png: images.tensor: not a directory
        tensor2png: lost/out: no such file or directory
        tensor2png: out: is being written by another process

        """)
  }

  @Test func `options of grids are refused, and nothing is created`() throws {
    let result = try workshop().run(
      """
      for option in '--columns 2' '--padding 2' '-o x' '--band -1' '--band 0 --alpha keep' '--alpha no'; do
        exits 64 tensor2png images.tensor --each out $option
      done
      exits 64 tensor2png images.tensor --each ''
      exits 64 tensor2png images.tensor --each out --band 1
      exits 64 tensor2png images.tensor --each out --first 150
      exits 64 tensor2png images.tensor --each out --scale 9999
      exits 65 tensor2png mlp-gp.bin --each out
      absent out
      """)
    #expect(result.standardError.contains("--columns cannot be combined with --each"))
    #expect(result.standardError.split(separator: "\n").count == 11)
  }

  @Test(DiskTests.mounts)
  func `a full disk is an error with the number of written images, all complete`() throws {
    let result = try workshop().run(
      """
      mkdir disk
      unshare -rm bash -c '
        source "$CHECKS"
        mount -t tmpfs -o size=128k none disk
        exits 74 tensor2png images.tensor --each disk/out
        absent disk/out/next.partial
        png2tensor --strict disk/out > /dev/null
        ls disk/out | wc -l
        mount -o remount,ro disk
        exits 73 tensor2png images.tensor --each disk/new
        exits 73 tensor2png images.tensor --each disk/out'
      """)
    let count = result.text.trimmingCharacters(in: .whitespacesAndNewlines)
    let lines = result.standardError.split(separator: "\n")
    #expect(lines.count == 3 && Int(count) ?? 0 > 10)
    #expect(
      lines.first?.hasSuffix(".png: no space left on device (\(count) of 150 images were written)")
        == true)
  }

  @Test func `a stopped call leaves complete files only`() throws {
    try workshop().run(
      """
      wgan-sample mlp-gp.bin -n 20000 -o many.tensor
      with_signals tensor2png many.tensor --scale 4 --each out & job=$!
      await '[ -e out/00100.png ]'
      kill -TERM $job; exits 143 wait $job
      absent out/next.partial out/19999.png
      png2tensor --strict out > /dev/null
      """)
  }
}

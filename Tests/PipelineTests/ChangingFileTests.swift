import Foundation
import Testing

/// Tests with files that change while a tool uses them.
@Suite struct ChangingFileTests {
  @Test(arguments: [1, 3])
  func `truncating the training images ends the run with a one-line error`(
    _ threads: Int
  ) throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      echo precious > out.bin
      with_signals wgan-step mlp-gp.bin --data images.tensor --epochs 1000000 --threads \(threads) \\
        --metrics log -o out.bin &
      await '[ -s log ]'
      truncate -s 100 images.tensor
      exits 74 wait $!
      """)
    #expect(
      result.standardError
        == "wgan-step: images.tensor: was truncated or failed while it was in use\n")
    #expect(try shell.files()["out.bin.partial"] == nil)
    #expect(try shell.read("out.bin") == Data("precious\n".utf8))
  }

  @Test func `replacing or removing open inputs does not change the result`() throws {
    let shell = try workshop()
    try shell.run(
      """
      wgan-step mlp-gp.bin --data images.tensor --steps 400 -o calm.bin
      cp mlp-gp.bin a.bin; cp images.tensor a.tensor
      wgan-step a.bin --data a.tensor --steps 400 --metrics log -o b.bin &
      await '[ -s log ]'
      echo other > a.new; mv a.new a.tensor; rm a.bin
      wait $!
      cmp b.bin calm.bin
      """)
  }

  @Test func `a stream that ends early is an error with its size`() throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      echo precious > old; mkfifo pipe
      idx2tensor pipe -o old &
      { head -c 5000 images.idx; sleep 0.1; } > pipe
      exits 65 wait $!
      """)
    #expect(
      result.standardError
        == "idx2tensor: pipe: data is truncated (expected 9600 bytes, found 4984)\n")
    #expect(try shell.read("old") == Data("precious\n".utf8))
  }

  @Test func `removing a partial output is an error, and another writer's file is kept`() throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      echo precious > out.tensor; mkfifo first second
      idx2tensor first -o out.tensor & first=$!
      exec 8> first; head -c 5000 images.idx >&8
      await '[ -e out.tensor.partial ]'
      rm out.tensor.partial
      idx2tensor second -o out.tensor 2> other 8>&- & other=$!
      exec 9> second; head -c 100 images.idx >&9
      await '[ -e out.tensor.partial ]'
      tail -c +5001 images.idx >&8; exec 8>&-
      exits 74 wait $first
      has precious out.tensor; [ -e out.tensor.partial ]
      tail -c +101 images.idx >&9; exec 9>&-
      wait $other; cmp out.tensor images.tensor
      """)
    #expect(
      result.standardError.hasSuffix(
        "out.tensor.partial was removed or replaced before it was complete\n"),
      "\(result.standardError)")
    #expect(try shell.files()["out.tensor.partial"] == nil)
  }

  @Test func `a write that writes zero bytes is an error`() throws {
    let shell = try workshop()
    // Writing to the memory of a process that has ended writes zero bytes and reports no error.
    let result = try shell.run(
      "(exec > /proc/self/mem; exec timeout 10 wgan-sample mlp-gp.bin)", status: 74)
    #expect(result.standardError == "wgan-sample: standard output: input/output error\n")
  }
}

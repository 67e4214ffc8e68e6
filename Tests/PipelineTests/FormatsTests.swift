import Foundation
import Testing

/// Tests of docs/FORMATS.md with the reader and writer on that page.
@Suite(.requires("python3")) struct FormatsTests {
  /// A folder with files of every kind and the program on the page.
  private func folder() throws -> Shell {
    let shell = try workshop(presets: ["mlp-gp", "dcgan-clip"])
    try shell.write("labels.idx", idx([150]))
    let program = try Page("docs/FORMATS.md").blocks(of: "python").map(\.code).joined()
    try shell.write("formats.py", Array(program.utf8))
    try shell.run(
      """
      idx2tensor images.idx --labels labels.idx -o labelled.tensor
      mkdir -p "photos/a \\"b\\"" photos/ö; tensor2png images.tensor -n 1 > "photos/a \\"b\\"/1.png"
      cp photos/a*/1.png photos/ö; png2tensor --labels-from-folders photos -o photos.tensor
      wgan-step mlp-gp.bin --data images.tensor --steps 3 --trace steps.trace -o trained.bin
      wgan-sample trained.bin -n 5 --truncation 1.5 -o samples.tensor
      idx2tensor images.idx | cat > piped.tensor
      """)
    return shell
  }

  @Test func `the page's reader and writer copy files byte for byte`() throws {
    let shell = try folder()
    try shell.write(
      "copy.py",
      Array(
        """
        import sys
        from formats import *
        words, tensors = read(sys.argv[1])
        own = ("tensorio.kind", "tensorio.version", "crc32")
        write("copy", words["tensorio.kind"], {k: v for k, v in words.items() if k not in own}, tensors)
        """.utf8))
    for file in [
      "images.tensor", "labelled.tensor", "photos.tensor", "samples.tensor", "mlp-gp.bin",
      "trained.bin", "dcgan-clip.bin",
    ] {
      try shell.run("python3 copy.py \(file); cmp copy \(file)")
    }
    // A file from a pipe has no checksum, and a trace has more padding.
    try shell.run("python3 copy.py piped.tensor; cmp copy images.tensor")
    let trace = try shell.run("python3 copy.py steps.trace; tensor-info copy")
    #expect(trace.text.contains("(ok)"))
    let damaged = try shell.run(
      """
      printf '\\1' | dd of=trained.bin bs=1 seek=20000 conv=notrunc
      exits 1 python3 copy.py trained.bin
      """)
    #expect(damaged.standardError.contains("trained.bin is damaged"), "\(damaged)")
  }

  @Test func `the tools read images from the page's writer`() throws {
    let shell = try folder()
    try shell.write(
      "make.py",
      Array(
        """
        from formats import *
        images = memoryview(bytes(range(192)) * 70).cast("B", [70, 3, 8, 8])
        labels = memoryview(bytes(70))
        write("made.tensor", "images", {"range": "0,255", "label.0": "dawn"},
              {"images": ("U8", images), "labels": ("U8", labels)})
        """.utf8))
    let result = try shell.run(
      """
      python3 make.py; tensor-info made.tensor
      tensor2png made.tensor -o made.png
      wgan-init --preset mlp-gp --like made.tensor | wgan-step --data made.tensor --steps 1 > made.bin
      """)
    let text = result.text
    #expect(text.contains("crc32") && text.contains("(ok)") && text.contains("70x3x8x8"))
    #expect(text.contains("dawn") && text.contains("labels: 70 of 0"))
  }
}

/// Tests of the documentation as a whole.
@Suite struct DocumentationTests {
  @Test func `every relative link in the documentation points to a file`() throws {
    let pages =
      try FileManager.default.contentsOfDirectory(atPath: "\(Shell.checkout)/docs")
      .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" } + ["README.md"]
    #expect(pages.count > 5)
    for page in pages {
      for target in try Page(page).targets {
        #expect(FileManager.default.fileExists(atPath: target.path), "\(page): \(target.path)")
      }
    }
  }
}

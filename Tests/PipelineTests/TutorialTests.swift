import Foundation
import Testing

/// Runs the code blocks of docs/TUTORIAL.md with 8 × 8 images.
///
/// The words after `sh` are external commands. If one is not installed, the block is skipped. `torch`
/// stands for a Python with the packages that the replay needs.
@Suite struct TutorialTests {
  /// Replacements in each block: the path of the images, and smaller numbers.
  private let changes = [
    ("/usr/share/datasets/fashion-mnist", "fashion-mnist"), ("500", "40"),
    ("EPOCHS=200", "EPOCHS=2"),
  ]

  /// The files of a clone, and small files instead of Fashion-MNIST and the reader's pictures.
  private func clone() throws -> Shell {
    let shell = try Shell()
    try shell.write("train-images-idx3-ubyte", idx([150, 8, 8]))
    try shell.write("train-labels-idx1-ubyte", idx([150]))
    try shell.write("t10k-images-idx3-ubyte", idx([70, 8, 8], salt: 5))
    try shell.run(
      """
      ln -s \(Shell.checkout)/{Makefile,Package.swift,Sources,scripts} .
      gzip *ubyte; mkdir -p fashion-mnist photos/{one,two}; mv *.gz fashion-mnist
      idx2tensor fashion-mnist/train-images-idx3-ubyte.gz -o images
      for i in {0..39}; do
        tensor2png images --first $i -n 1 > photos/one/$i.png
        tensor2png images --first $i -n 2 --scale 2 > photos/two/$i.png
      done
      rm images
      """)
    return shell
  }

  private func isThere(_ need: String, _ shell: Shell) throws -> Bool {
    if need != "torch" { return isInstalled(need) }
    return try shell.attempt(
      """
      python3 -c 'import numpy, safetensors, torch'
      mkdir -p venv/bin; printf '#!/bin/sh\nexec python3 "$@"\n' > venv/bin/python
      chmod +x venv/bin/python
      """
    ).status == 0
  }

  @Test func `every block of the tutorial runs`() throws {
    let shell = try clone()
    let blocks = try Page("docs/TUTORIAL.md").blocks(of: "sh")
    #expect(blocks.count > 15)
    var counts: [String: Int] = [:]
    for (commands, code) in blocks {
      guard try commands.allSatisfy({ try isThere($0, shell) }) else { continue }
      var code = code
      for (text, other) in changes {
        counts[text, default: 0] += code.components(separatedBy: text).count - 1
        code = code.replacingOccurrences(of: text, with: other)
      }
      // Unset the variables of `make train`, which `make test` may have exported.
      try shell.run(
        """
        unset BATCH EPOCHS OUT PRESET RUN SEED THREADS
        export DATA=$PWD/fashion-mnist/train-images-idx3-ubyte.gz
        \(code)
        """)
    }
    for (text, _) in changes {
      #expect(counts[text] ?? 0 > 0, "\(text) does not occur in any block")
    }
    // The results that the page describes.
    try shell.run(
      """
      cmp runs/try/checkpoint runs/calm/checkpoint
      test -s runs/try/samples/epoch-0004.png; test -s own.png; test -s path.png
      test -s runs/photos/samples/epoch-0002.png
      cmp ckpt.bin once.bin
      test "$(grep -c held_out metrics.jsonl) $(grep -c held_out own.jsonl)" = "4 40"
      """)
  }
}

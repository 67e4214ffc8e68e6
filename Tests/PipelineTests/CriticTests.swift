import Foundation
import TensorIO
import Testing

/// Tests of `wgan-critic`: the critic's score of each image.
@Suite struct CriticTests {
  @Test func `each score is that of the critic's layers, to the last digits`() throws {
    let shell = try workshop()
    let lines = try shell.run(
      """
      wgan-step mlp-gp.bin --data images.tensor --steps 2 -o mlp-gp.bin
      wgan-critic mlp-gp.bin --data images.tensor
      """
    ).text.split(separator: "\n")
    let checkpoint = try TensorFile(shell.folder.appending(path: "mlp-gp.bin").path)
    let images = try TensorFile(shell.folder.appending(path: "images.tensor").path)
    let pixels = try #require(images.numbers(of: "images", as: UInt8.self))
    func tensor(_ name: String) throws -> [Double] {
      try #require(checkpoint.numbers(of: "critic.\(name)", as: Float.self)).map(Double.init)
    }
    let layers = try [0, 2, 4].map { (try tensor("\($0).weight"), try tensor("\($0).bias")) }
    try #require(lines.count == 150)
    for (index, line) in lines.enumerated() {
      var values = pixels[index * 64..<(index + 1) * 64].map { Double($0) / 127.5 - 1 }
      for (layer, (weight, bias)) in layers.enumerated() {
        let inputs = values
        values = bias.indices.map { row in
          let sum = zip(weight[row * inputs.count..<(row + 1) * inputs.count], inputs)
            .reduce(bias[row]) { $0 + $1.0 * $1.1 }
          return layer < 2 && sum < 0 ? 0.2 * sum : sum
        }
      }
      let score = try #require(Float(line))
      #expect("\(score)" == line)
      #expect(abs(Double(score) - values[0]) < 1e-5 * max(1, abs(values[0])), "image \(index)")
    }
    #expect(Set(lines).count > 10)
  }

  /// `dcgan-clip` has batch norm in the critic, and `keras-gp` dropout.
  @Test(arguments: ["dcgan-clip", "keras-gp"])
  func `a score depends only on its image, not on the others, the threads or the input`(
    _ preset: String
  ) throws {
    let shell = try workshop(presets: [preset])
    try shell.write("many.idx", idx([300, 8, 8]))
    try shell.run(
      """
      idx2tensor many.idx -o many
      wgan-step \(preset).bin --data images.tensor --only critic --steps 1 -o critic.bin
      score() { wgan-critic critic.bin "$@"; }
      score --data many > scores; test $(wc -l < scores) = 300
      score --data images.tensor | cmp - <(head -n 150 scores)
      score --data many --threads 1 | cmp - scores; score --data many --threads 3 | cmp - scores
      score --data - < many | cmp - scores
      wgan-critic --data many -q -o file < critic.bin; cmp file scores
      wgan-sample critic.bin -n 5 | score --data - > fakes; test $(wc -l < fakes) = 5
      """)
  }

  @Test func `--json has the index, the score and the label of each image`() throws {
    let shell = try workshop()
    try shell.write("labels.idx", idx([150]))
    let result = try shell.run(
      """
      idx2tensor images.idx --labels labels.idx -o labelled
      wgan-critic mlp-gp.bin --data images.tensor > scores
      wgan-critic mlp-gp.bin --data images.tensor --json > json
      sed 's/{"index":[0-9]*,"score":\\(.*\\)}/\\1/' json | cmp - scores
      wgan-critic mlp-gp.bin --data labelled --json
      """)
    let lines = result.text.split(separator: "\n")
    let scores = try String(decoding: shell.read("scores"), as: UTF8.self).split(separator: "\n")
    try #require(lines.count == 150 && scores.count == 150)
    for (index, line) in lines.enumerated() {
      let label = index * 89 % 241
      #expect(line == #"{"index":\#(index),"score":\#(scores[index]),"label":\#(label)}"#)
    }
  }

  @Test func `images that do not fit and scores that overflow are one-line errors`() throws {
    let shell = try workshop()
    try shell.write("wide.idx", idx([20, 8, 9]))
    let result = try shell.run(
      """
      echo precious > old; idx2tensor wide.idx -o wide.tensor
      exits 65 wgan-critic mlp-gp.bin --data wide.tensor -o old
      wgan-init --preset mlp-gp --like images.tensor --batch-size 150 --learning-rate 1e30 -o wild.bin
      wgan-step wild.bin --only critic --data images.tensor --epochs 1 -o wild.bin
      exits 65 wgan-critic wild.bin --data images.tensor -o old
      exits 64 wgan-critic --data - < mlp-gp.bin
      grep -q precious old; absent old.partial
      """)
    let lines = result.standardError.split(separator: "\n")
    #expect(
      lines.first == "wgan-critic: wide.tensor: images are 1x8x9 (expected 1x8x8)", "\(result)")
    #expect(
      result.standardError.contains(
        /wgan-critic: wild.bin: the score of image \d+, counted from 0, is not finite; the critic overflows\n/
      ), "\(result)")
    #expect(result.standardError.contains("wgan-critic: only one input can be standard input"))
  }
}

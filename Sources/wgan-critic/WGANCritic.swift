import ArgumentParser
import Engine
import TensorIO
import ToolSupport
import WGAN

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { WGANCritic.self }

struct WGANCritic: Tool {
  static let configuration = CommandConfiguration(
    commandName: "wgan-critic",
    abstract: "Print the critic's score of each image.",
    usage: "wgan-critic [CHECKPOINT] --data IMAGES [--json] [-o FILE]",
    discussion: """
      Prints one number per image, in the order of the file. The critic is trained to give real images \
      higher scores than generated ones, so images with unusually low scores are unlike the training images. \
      Only differences between scores of the same checkpoint have a meaning, not their absolute values.

      Dropout is off and batch norm uses the running statistics, so the score of an image does not depend on \
      the other images. A number has the fewest digits that give the single-precision value back.

      EXAMPLES:
        wgan-critic ckpt.bin --data test.tensor > scores.txt
        wgan-critic ckpt.bin --data test.tensor | nl -v 0 | sort -k 2 -g | head
        wgan-sample ckpt.bin | wgan-critic ckpt.bin --data -

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "Checkpoint; - is standard input.", completion: .file())
  var checkpoint = "-"

  @Option(
    help: ArgumentHelp(
      "Images with the shape of the training images: a tensor, .npy or .npz file; - is standard input.",
      valueName: "images"), completion: .file())
  var data: String

  @Flag(
    help: """
      Print one JSON object per line with the members index (counted from 0), score, and label if the \
      images have labels.
      """)
  var json = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write to this file instead of standard output. It is replaced atomically at the end.",
      valueName: "file"), completion: .file())
  var output = "-"

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    guard checkpoint != "-" || data != "-" else {
      throw ValidationError("only one input can be standard input")
    }
  }

  func run() throws {
    let output = try OutputFile(output, force: true, keeping: [checkpoint, data])
    let pool = ThreadPool(count: threads.count)
    Self.report(started: pool.count, of: threads.count)
    let scores = try CriticScores(try Self.open(checkpoint: checkpoint), pool: pool)
    let file = try Self.open(images: data, ImageReading(isForTraining: true))
    let images = try TrainingImages(file)
    let labels = json ? try file.labels(count: images.count) : nil
    var meter = Self.meter("images", progress)
    defer { meter.clear() }
    var index = 0
    do {
      try scores.compute(for: images) { chunk in
        let lines = try chunk.map { score in
          guard score.isFinite else {
            throw FileError(
              .invalid, checkpoint,
              "the score of image \(index), counted from 0, is not finite; the critic overflows")
          }
          defer { index += 1 }
          return line(index, score, label: labels?[index])
        }
        meter.clear()
        try output.write(Array(lines.joined().utf8))
        meter.update(index, of: images.count)
      }
    } catch let error as TrainingError {
      throw FileError(.invalid, file.path, error.description)
    }
    try output.commit()
  }

  private func line(_ index: Int, _ score: Float, label: Int?) -> String {
    guard json else { return "\(score)\n" }
    var members: [(name: String, value: JSONValue)] = [
      ("index", .integer(index)),
      // The digits of the single-precision number, which are fewer.
      ("score", JSONValue(Double("\(score)"))),
    ]
    if let label { members.append(("label", .integer(label))) }
    return "\(JSONValue.object(members))\n"
  }
}

extension TensorFile {
  /// The labels of `count` images; `nil` if there are none.
  fileprivate func labels(count: Int) throws(FileError) -> [Int]? {
    guard let entry = header["labels"] else { return nil }
    let bytes = numbers(of: "labels", as: UInt8.self)?.map(Int.init)
    let integers = numbers(of: "labels", as: Int64.self)?.map(Int.init)
    guard let labels = bytes ?? integers, entry.shape == [count] else {
      throw FileError(
        .invalid, path,
        "tensor labels is \(entry.type.rawValue) \(entry.shape) (expected U8 or I64 [\(count)])")
    }
    return labels
  }
}

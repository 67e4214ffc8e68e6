import Foundation
import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// A unique path in the temporary folder, removed at the end.
final class ScratchFile {
  let path = NSTemporaryDirectory() + "wgan-tests-" + UUID().uuidString

  deinit { unlink(path) }

  var exists: Bool { FileManager.default.fileExists(atPath: path) }

  var bytes: [UInt8] { FileManager.default.contents(atPath: path).map { Array($0) } ?? [] }

  func write(_ text: String) throws {
    try text.write(toFile: path, atomically: false, encoding: .utf8)
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A small file with images.
struct ScratchImages {
  let file = ScratchFile()

  func images() throws -> TrainingImages { try TrainingImages(TensorFile(file.path)) }
}

/// Makes a file with images of a fixed pattern.
func scratchImages(
  count: Int, shape: [Int] = [1, 6, 6], salt: Int = 0
) throws -> ScratchImages {
  let images = ScratchImages()
  let numbers = 0..<count * shape.reduce(1, *)
  let pixels = numbers.map { UInt8(truncatingIfNeeded: ($0 + salt) * 37 % 251) }
  let header = TensorHeader(
    kind: "images", metadata: ["range": "0,255"],
    entries: [TensorEntry("images", .u8, [count] + shape)])
  try pixels.withUnsafeBytes { try header.write([$0], to: OutputFile(images.file.path)) }
  return images
}

/// The configuration of a preset for small images and batches of ten.
func smallConfiguration(_ preset: String, _ shape: String = "1x6x6") throws -> TrainingConfiguration
{
  let shape = try #require(Shape(shape))
  var configuration = try #require(Preset(preset)).configuration(image: shape, seed: 7)
  configuration.batchSize = 10
  configuration.latent = 9
  return configuration
}

/// Makes a trainer whose learning rates are 0. The networks do not change, so the mean of C
/// identifies the samples of a step.
func frozenTrainer(_ configuration: TrainingConfiguration, _ data: ScratchImages) throws -> Trainer
{
  var configuration = configuration
  configuration.schedule = Schedule(.linear(steps: 1))
  let state = TrainingState(initial: configuration)
  state.progress.generatorSteps = 1
  return try Trainer(state, images: data.images(), pool: ThreadPool(count: 1))
}

extension Buffer {
  /// A copy of the elements.
  var numbers: [Element] { (0..<count).map { self[$0] } }

  /// Replaces all elements.
  func copy(_ numbers: [Element]) {
    #expect(numbers.count == count)
    for (index, number) in numbers.enumerated() { self[index] = number }
  }
}

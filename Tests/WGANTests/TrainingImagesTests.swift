import TensorIO
import Testing

@testable import Engine
@testable import WGAN

@Suite struct TrainingImagesTests {
  static let ranges = [nil, "0,255", "-1,1", "0,1", "0,255 ", "0.0,255.0"]

  @Test(arguments: [ElementType.u8, .f32], ranges)
  func `pitfall 17: training requires the range of the values in the metadata`(
    _ type: ElementType, _ range: String?
  ) throws {
    let file = try images(type, range)
    guard range == (type == .u8 ? "0,255" : "-1,1") else {
      let error = #expect(throws: FileError.self) { try file.images() }
      #expect(error?.kind == .invalid)
      #expect(error?.message.contains("with range ") == true)
      #expect(error?.message.contains(range ?? "unknown") == true)
      return
    }
    let workspace = Workspace<Double>()
    let numbers = workspace.matrix(rows: 2, columns: 3)
    let images = try file.images()
    images.gather([2, 0, 1][...], into: numbers)
    // Bytes 0 and 255 become −1 and 1. Floats do not change.
    let expected =
      type == .u8
      ? [[128.0, 0, 255], [7, 51, 204]].map { $0.map { (2 * $0 - 255) / 255 } }
      : [[0.25, -1, 1], [0.5, -0.75, 0]]
    for row in 0..<2 {
      for column in 0..<3 { #expect(abs(numbers[row, column] - expected[row][column]) < 1e-15) }
    }
  }

  @Test func `pitfall 17: values outside the range of the metadata are refused`() throws {
    let file = try images(.f32, "-1,1", [-1, 0, 1, 0.5, 1.001, 0])
    let error = #expect(throws: FileError.self) { try file.images() }
    #expect(error?.message.contains("outside its range") == true)
  }

  @Test func `pitfall 17: samples have range -1,1 in their metadata and can be used for training`()
    throws
  {
    let file = ScratchImages()
    try Sampler(
      TrainingState(initial: smallConfiguration("mlp-gp")), pool: ThreadPool(count: 1)
    ).write(Latents(seed: 0, first: 0, count: 20), to: OutputFile(file.file.path))
    #expect(try TensorFile(file.file.path).header.metadata["range"] == "-1,1")
    #expect(try file.images().count == 20)
  }

  @Test func `bytes in memory train as the same bytes in a file`() throws {
    let shape = try #require(Shape(channels: 2, height: 3, width: 1))
    let file = try scratchImages(count: 5, shape: [2, 3, 1])
    let stored = try file.images()
    let pixels: [UInt8] = try #require(TensorFile(file.file.path).numbers(of: "images"))
    let images = try TrainingImages(pixels: pixels, shape: shape)
    #expect(images.count == 5 && images.shape == shape)
    #expect(images.fingerprint == stored.fingerprint)
    let workspace = Workspace<Double>()
    let numbers = [images, stored].map { images in
      let matrix = workspace.matrix(rows: 6, columns: 3)
      images.gather([4, 0, 2][...], into: matrix)
      return (0..<3).map { column in (0..<6).map { matrix[$0, column] } }
    }
    #expect(numbers[0] == numbers[1] && Set(numbers[0].joined()).count > 10)
  }

  @Test func `images that also occur in another set are counted with their multiplicity`() throws {
    let floats = try images(.f32, "-1,1").images()
    let others = try images(.f32, "-1,1", [0.25, 0.5, -0.75, 1, 0.25, 0.5]).images()
    #expect(floats.count(among: others) == 1 && others.count(among: floats) == 2)
    let bytes = try images(.u8, "0,255").images()
    #expect(bytes.count(among: bytes) == 3 && bytes.count(among: floats) == 0)
  }

  /// Three images of two pixels.
  private func images(
    _ type: ElementType, _ range: String?, _ floats: [Float] = [-1, -0.75, 1, 0, 0.25, 0.5]
  ) throws -> ScratchImages {
    let images = ScratchImages()
    let header = TensorHeader(
      kind: "images", metadata: range.map { ["range": $0] } ?? [:],
      entries: [TensorEntry("images", type, [3, 1, 1, 2])])
    let output = try OutputFile(images.file.path)
    if type == .u8 {
      let bytes: [UInt8] = [0, 51, 255, 204, 128, 7]
      try bytes.withUnsafeBytes { try header.write([$0], to: output) }
    } else {
      try floats.withUnsafeBytes { try header.write([$0], to: output) }
    }
    return images
  }
}

import TensorIO
import TestSupport
import Testing

@testable import IDXFormat

@Suite struct OrientationTests {
  let folder: Folder
  init() throws { folder = try Folder() }

  func convert(_ file: [UInt8], _ flags: String) throws -> TensorFile {
    var conversion = IDXConversion()
    conversion.orientation.transpose = flags.contains("t")
    conversion.orientation.mirror = flags.contains("m")
    conversion.orientation.flip = flags.contains("f")
    let images = try folder.write(file, to: "images")
    _ = try conversion.run(images: images, labels: nil, to: OutputFile(folder.file("out")))
    return try TensorFile(folder.file("out"))
  }

  /// The result for the image of two rows, 1 2 3 and 4 5 6.
  static let results: [(flags: String, shape: [Int], pixels: [UInt8])] = [
    ("", [2, 3], [1, 2, 3, 4, 5, 6]),
    ("m", [2, 3], [3, 2, 1, 6, 5, 4]),
    ("f", [2, 3], [4, 5, 6, 1, 2, 3]),
    ("mf", [2, 3], [6, 5, 4, 3, 2, 1]),
    ("t", [3, 2], [1, 4, 2, 5, 3, 6]),
    ("tm", [3, 2], [4, 1, 5, 2, 6, 3]),
    ("tf", [3, 2], [3, 6, 2, 5, 1, 4]),
    ("tmf", [3, 2], [6, 3, 5, 2, 4, 1]),
  ]

  @Test(arguments: results)
  func `the flags give all eight orientations, in every image and channel`(
    flags: String, shape: [Int], pixels: [UInt8]
  ) throws {
    let image: [UInt8] = [1, 2, 3, 4, 5, 6]
    let channels: [UInt8] = [0, 100, 200, 50]
    let file = try convert(
      idx([2, 2, 2, 3], channels.flatMap { offset in image.map { $0 + offset } }), flags)
    #expect(file.header["images"]?.shape == [2, 2] + shape)
    #expect(
      file.numbers(of: "images") == channels.flatMap { offset in pixels.map { $0 + offset } })
  }

  @Test func `images are turned whole across buffers`() throws {
    let (count, height, width) = (5, 700, 900)
    let data = pattern(count * height * width)
    let file = try convert(idx([5, 700, 900], data), "t")
    var expected: [UInt8] = []
    for image in 0..<count {
      for column in 0..<width {
        for row in 0..<height {
          expected.append(data[(image * height + row) * width + column])
        }
      }
    }
    #expect(file.header["images"]?.shape == [5, 1, 900, 700])
    #expect(file.numbers(of: "images") == expected)
  }

  @Test func `an image to be turned is limited, so a header cannot allocate memory`() throws {
    let error = fileError { _ = try convert(idx([1, 4097, 4096], [1]), "m") }
    #expect(
      error?.message == "images are too large to be turned (the limit is 16777216 values each)")
    #expect(
      fileError { _ = try convert(idx([1, 4096, 4096], [1]), "m") }?.message
        == "data is truncated (expected 16777216 bytes, found 1)")
  }
}

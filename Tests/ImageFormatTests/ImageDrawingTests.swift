import Foundation
import TensorIO
import TestSupport
import Testing

@testable import ImageFormat

@Suite("Drawing a tensor file as a PNG") struct ImageDrawingTests {
  /// Draws images and decodes the PNG.
  func drawn(
    _ file: TensorFile, columns: Int? = nil, padding: Int = 0, scale: Int = 1, first: Int = 0,
    count: Int? = nil, spread: Bool = false, band: Int? = nil, alpha: AlphaMode = .checkerboard
  ) throws -> DecodedPNG {
    let png = try drawImages(
      of: file, ImageSelection(first: first, count: count, spread: spread, band: band),
      columns: columns, padding: padding, scale: scale, alpha: alpha)
    return try #require(DecodedPNG(png: png))
  }

  @Test("Bytes are drawn unchanged") func bytes() throws {
    let all = Array(UInt8.min...UInt8.max)
    let decoded = try drawn(images([1, 1, 16, 16], all))
    #expect(decoded == DecodedPNG(width: 16, height: 16, channels: 1, pixels: all))
  }

  @Test("The range of the file maps values to pixels") func samples() throws {
    let values: [Float] = [-1, 0, 1, 1.5, -7, 0.5]
    let pixels: [UInt8] = [0, 128, 255, 255, 0, 191]
    #expect(try drawn(images([1, 1, 2, 3], values)).pixels == pixels)
    #expect(
      try drawn(images([1, 1, 1, 3], [0, 2, 4] as [Float], range: "0,4")).pixels == [0, 128, 255])
  }

  @Test func `pitfall 24: an image is never normalized to its own range`() throws {
    // An image of low contrast, one that saturates, and one with the full range.
    let values: [Float] = [0, 0.25, -0.25, 0.5, 1, 0.996, 1, 1, -1, 0, 0.5, 1]
    let pixels: [UInt8] = [128, 159, 96, 191, 255, 254, 255, 255, 0, 128, 191, 255]
    #expect(try drawn(images([3, 1, 1, 4], values), columns: 1).pixels == pixels)
    #expect(try drawn(images([1, 1, 1, 2], [0, 0.25] as [Float])).pixels == [128, 159])
  }

  @Test("Color, padding and scale together") func color() throws {
    let file = try images([2, 3, 1, 2], [1, 2, 11, 12, 21, 22, 3, 4, 13, 14, 23, 24])
    let decoded = try drawn(file, columns: 1, padding: 3, scale: 2)
    #expect(decoded.channels == 3 && decoded.width == 10 && decoded.height == 13)
    #expect(decoded.pixel(3, 3) == [1, 11, 21] && decoded.pixel(4, 4) == [1, 11, 21])
    #expect(decoded.pixel(5, 3) == [2, 12, 22] && decoded.pixel(6, 4) == [2, 12, 22])
    #expect(decoded.pixel(3, 8) == [3, 13, 23] && decoded.pixel(6, 9) == [4, 14, 24])
    for (x, y) in [(0, 0), (2, 3), (3, 5), (3, 7), (7, 3), (9, 12)] {
      #expect(decoded.pixel(x, y) == [255, 255, 255])
    }
  }

  @Test func `images are selected at equal distances with --spread`() throws {
    let file = try images([100, 1, 1, 1], Array(0..<100))
    for (first, count, rows) in [
      (0, 4, [0, 25, 50, 75]), (1, 4, [1, 25, 50, 75]), (0, 1, [0]), (97, 3, [97, 98, 99]),
      (90, 7, [90, 91, 92, 94, 95, 97, 98]),
    ] as [(Int, Int, [UInt8])] {
      let decoded = try drawn(file, columns: count, first: first, count: count, spread: true)
      #expect(decoded.rows == [rows], "\(first) \(count)")
    }
    let many = try images([300, 1, 1, 1], (0..<300).map { UInt8($0 % 256) })
    let some = try drawn(many, spread: true)
    #expect(some.rows.joined().map(Int.init) == (0..<64).map { $0 * 300 / 64 % 256 })
    let rest = try drawn(many, first: 44, spread: true)
    #expect(rest.rows.joined().map(Int.init) == (0..<256).map { ($0 + 44) % 256 })
  }

  @Test func `the default is all images up to 256, otherwise 64`() throws {
    let many = try images([257, 1, 1, 1], (0..<257).map { UInt8($0 % 256) })
    #expect(try drawn(many).rows == (0..<8).map { y in (0..<8).map { x in 8 * y + x } })
    #expect(try drawn(many, columns: 1, first: 1).height == 256)
    let file = try images([100, 1, 1, 1], Array(0..<100))
    #expect(try drawn(file).rows.joined().map(Int.init) == Array(0..<100))
    let rest = try drawn(file, columns: 40, first: 60)
    #expect(rest.rows == [Array(60..<100)])
    #expect(try drawn(file, columns: 3, first: 97, count: 3).rows == [[97, 98, 99]])
    let few = try images([3, 1, 1, 1], [7, 8, 9])
    #expect(try drawn(few).rows == [[7, 8], [9, 255]])
  }

  static let beyondTheEnd: [(first: Int, count: Int?, message: String)] = [
    (100, nil, "--first 100 is out of range (expected 0 to 99; the file has 100 images)"),
    (200, 1, "--first 200 is out of range (expected 0 to 99; the file has 100 images)"),
    (.max, .max, "--first \(Int.max) is out of range (expected 0 to 99; the file has 100 images)"),
    (
      0, 101,
      "-n 101 is out of range (expected at most 100 from --first 0 on; the file has 100 images)"
    ),
    (
      99, 2, "-n 2 is out of range (expected at most 1 from --first 99 on; the file has 100 images)"
    ),
    (
      1, .max,
      "-n \(Int.max) is out of range (expected at most 99 from --first 1 on; the file has 100 images)"
    ),
  ]

  @Test func `the message for one image is singular`() throws {
    let file = try images([1, 1, 1, 1], [7])
    let error = fileError { _ = try drawImages(of: file, ImageSelection(first: 1)) }
    #expect(error?.message == "--first 1 is out of range (expected 0 to 0; the file has 1 image)")
  }

  @Test("Images past the end of the file are an error", arguments: beyondTheEnd)
  func beyond(first: Int, count: Int?, message: String) throws {
    let file = try images([100, 1, 1, 1], Array(0..<100))
    let error = fileError {
      _ = try drawImages(of: file, ImageSelection(first: first, count: count))
    }
    #expect(error?.kind == .usage && error?.message == message)
  }

  @Test("A grid that is too large is an error before it is drawn") func tooLarge() throws {
    let file = try images([1, 1, 1, 1], [0])
    let error = fileError { _ = try drawImages(of: file, scale: 70_000) }
    #expect(error?.kind == .usage)
    #expect(
      error?.message
        == "the picture would be too large (the limits are 65535 pixels per side and 2 GiB)")
  }

  @Test("NaN is an error that names the image") func notANumber() throws {
    var values = [Float](repeating: 0, count: 5 * 4)
    values[3 * 4 + 1] = .nan
    let file = try images([5, 1, 2, 2], values)
    let error = fileError { _ = try drawImages(of: file, ImageSelection(first: 2)) }
    #expect(error?.kind == .invalid)
    #expect(error?.message == "image 3 (counted from 0) contains NaN")
    #expect(throws: Never.self) { try drawImages(of: file, ImageSelection(count: 3)) }
  }

  @Test func `RGBA is drawn over a checkerboard that begins at each image`() throws {
    // Two images of 1 × 5: opaque, transparent, and alpha 128, 1 and 254.
    let alphas: [UInt8] = [255, 0, 128, 1, 254]
    let image: [UInt8] =
      [10, 20, 30, 40, 50] + [60, 70, 80, 90, 100] + [255, 0, 255, 0, 255] + alphas
    let file = try images([2, 4, 1, 5], image + image)
    let decoded = try drawn(file, columns: 1, padding: 1, scale: 4)
    #expect(decoded.channels == 3 && decoded.width == 22 && decoded.height == 11)
    for top in [1, 6] {
      // Output pixels 0 to 7 of a row are over the light square, 8 to 15 over the dark one.
      #expect(decoded.pixel(1, top) == [10, 60, 255])
      #expect(
        decoded.pixel(5, top) == [204, 204, 204] && decoded.pixel(8, top) == [204, 204, 204])
      #expect(
        decoded.pixel(9, top) == [91, 116, 204] && decoded.pixel(12, top + 3) == [91, 116, 204])
      #expect(decoded.pixel(13, top) == [153, 153, 152])
      #expect(decoded.pixel(17, top) == [51, 100, 255])
    }
    #expect(decoded.pixel(0, 0) == [255, 255, 255] && decoded.pixel(21, 5) == [255, 255, 255])
  }

  @Test func `the squares of the checkerboard have 8 output pixels per side`() throws {
    let clear = try images([1, 2, 10, 17], [UInt8](repeating: 0, count: 340))
    let decoded = try drawn(clear)
    #expect(decoded.channels == 1)
    let row = Array(repeating: UInt8(204), count: 8) + Array(repeating: 153, count: 8) + [204]
    let inverse = row.map { $0 == 204 ? UInt8(153) : 204 }
    #expect(Array(decoded.rows[..<8]) == Array(repeating: row, count: 8))
    #expect(Array(decoded.rows[8...]) == [inverse, inverse])
  }

  @Test func `alpha of samples is mapped by the range like colors`() throws {
    let file = try images([1, 2, 1, 3], [-1, 1, 0, 1, 0, -1.5] as [Float])
    #expect(try drawn(file).pixels == [0, 230, 204])
    let kept = try drawn(file, padding: 1, alpha: .keep)
    #expect(kept.channels == 2 && kept.pixel(0, 0) == [255, 255])
    #expect((1...3).map { kept.pixel($0, 1) } == [[0, 255], [255, 128], [128, 0]])
  }

  @Test func `alpha is kept with all values`() throws {
    let file = try images([1, 4, 1, 2], [1, 2, 11, 12, 21, 22, 0, 7])
    let kept = try drawn(file, alpha: .keep)
    #expect(kept.channels == 4 && kept.pixels == [1, 11, 21, 0, 2, 12, 22, 7])
    let color = try images([1, 3, 1, 2], [1, 2, 11, 12, 21, 22])
    #expect(try drawn(color, alpha: .keep) == drawn(color))
  }

  @Test func `a band is drawn as gray, for any number of channels`() throws {
    let file = try images([2, 5, 1, 2], Array(0..<20))
    #expect(try drawn(file, band: 0).pixels == [0, 1, 10, 11])
    let last = try drawn(file, band: 4)
    #expect(last.channels == 1 && last.pixels == [8, 9, 18, 19])
    #expect(try drawn(images([1, 2, 1, 1], [3, 9]), band: 1).pixels == [9])
    let error = fileError { _ = try drawn(file, band: 5) }
    #expect(
      error?.description
        == "\(file.path): --band 5 is out of range (expected 0 to 4; the images have 5 channels)")
    let all = fileError { _ = try drawImages(of: file) }
    #expect(
      all?.message
        == "images have 5 channels (expected 1 to 4: gray or RGB, each with or without alpha); use --band "
        + "to draw one channel, 0 to 4")
    #expect(error?.kind == .usage && all?.kind == .usage)
  }

  @Test func `only the drawn band must not contain NaN`() throws {
    let file = try images([1, 2, 1, 1], [.nan, 1])
    #expect(try drawn(file, band: 1).pixels == [255])
    #expect(fileError { _ = try drawn(file) }?.kind == .invalid)
  }

  static let invalidFiles: [(kind: String, range: String?, tensor: TensorEntry, message: String)] =
    [
      (
        "checkpoint", "0,255", TensorEntry("images", .u8, [1, 1, 1, 1]),
        "is a checkpoint, not images"
      ),
      ("images", "0,255", TensorEntry("image", .u8, [1, 1, 1, 1]), "has no tensor \"images\""),
      (
        "images", "0,255", TensorEntry("images", .i64, [1, 1, 1, 1]),
        "tensor images has an unsupported type (expected U8 or F32, found I64)"
      ),
      (
        "images", "0,255", TensorEntry("images", .u8, [1, 1, 1]),
        "tensor images has an unsupported rank (expected 4, N×C×H×W; found 3)"
      ),
      ("images", "0,255", TensorEntry("images", .u8, [0, 1, 1, 1]), "has 0 images"),
      (
        "images", "0,255", TensorEntry("images", .u8, [1, 0, 1, 1]), "images have 0 channels"
      ),
      ("images", "0,255", TensorEntry("images", .u8, [1, 1, 0, 9]), "images have no pixels (0×9)"),
      (
        "images", nil, TensorEntry("images", .u8, [1, 1, 1, 1]),
        "metadata has no \"range\" (expected two numbers, such as \"-1,1\")"
      ),
      (
        "images", "1,0", TensorEntry("images", .u8, [1, 1, 1, 1]),
        "invalid range (expected two numbers, such as \"-1,1\"; found \"1,0\")"
      ),
      (
        "images", "-1,1\n", TensorEntry("images", .u8, [1, 1, 1, 1]),
        "invalid range (expected two numbers, such as \"-1,1\"; found \"-1,1\n\")"
      ),
    ]

  @Test("A file that cannot be drawn is an error with the reason", arguments: invalidFiles)
  func invalid(kind: String, range: String?, tensor: TensorEntry, message: String) throws {
    let zeros = [UInt8](repeating: 0, count: tensor.byteCount)
    let file = try tensorFile(kind: kind, range: range, [(tensor, zeros)])
    let error = fileError { _ = try drawImages(of: file) }
    #expect(error?.kind == .invalid && error?.path == file.path)
    let found = error?.message ?? "no error"
    #expect(found.hasPrefix(message))
    #expect(error?.description.contains("\n") == false)
  }

  @Test("An error of libpng contains its message") func libpngMessage() {
    let error = fileError {
      _ = try encodePNG([], width: 0, height: 0, channels: 1, path: "file")
    }
    #expect(error?.description == "file: libpng: Invalid IHDR data")
    #expect(error?.kind == .bug)
  }
}

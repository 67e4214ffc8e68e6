// Images that are converted with their alpha channel.
import TensorIO
import TestSupport
import Testing

@testable import ImageFormat

@Suite struct AlphaTests {
  @Test(arguments: PNGDecodingTests.kinds)
  func `every color type and bit depth is decoded exactly with alpha`(_ kind: PNGDecodingTests.Kind)
    throws
  {
    let png = PNGDecodingTests.random(kind, 13, 7, seed: 3)
    let expected = PNGDecodingTests.colors(png).map { $0.map { UInt16($0.rounded()) } }
    let color = try decodeImage(png.bytes, channels: 4, over: Color(gray: 9), path: "x").bitmap
    #expect(color.channels == 4 && color.pixels == Array(expected.joined()))
    let gray = try decodeImage(png.bytes, channels: 2, over: Color(gray: 9), path: "x").bitmap
    #expect(
      gray.pixels
        == expected.flatMap { [Color(red: $0[0], green: $0[1], blue: $0[2]).luma, $0[3]] })
  }

  @Test func `alpha is turned with the colors`() throws {
    for (orientation, rows) in OrientationTests.stored {
      let png = HandmadePNG(
        width: rows[0].count, height: rows.count, colorType: 4,
        samples: rows.joined().flatMap { [Int($0), Int($0) + 1] })
      var chunks = png.chunks
      chunks.insert(("eXIf", OrientationTests.orientation(orientation)), at: 1)
      let bitmap = try decodeImage(
        HandmadePNG.file(chunks), channels: 2, over: .black, path: "x"
      ).bitmap
      #expect(
        bitmap.levels == OrientationTests.upright.joined().flatMap { [$0, $0 + 1] },
        "\(orientation)")
    }
  }

  /// Pairs of level and alpha, target width, mode, and the expected levels and alphas.
  static let transparentCases: [([(UInt8, UInt8)], Int, ResizeMode, [UInt8], [UInt8])] = [
    // Without resizing, visible pixels keep their values, and the others get 0
    ([(200, 255), (77, 1), (9, 0)], 3, .crop, [200, 77, 0], [255, 1, 0]),
    // An invisible color does not count, and a nearly invisible one counts little
    ([(200, 255), (10, 0)], 1, .stretch, [200], [128]),
    ([(200, 254), (72, 2)], 1, .stretch, [199], [128]),
    ([(10, 0), (20, 0)], 1, .stretch, [0], [0]),
    // Alpha 1/3 is rounded to 0, and 2/3 to 1
    ([(90, 1), (90, 0), (90, 0)], 1, .stretch, [0], [0]),
    ([(90, 1), (60, 1), (10, 0)], 1, .stretch, [75], [1]),
    // Padding is transparent: each pixel of two covers half of the width of four
    ([(60, 255)], 2, .pad, [60, 60], [128, 128]),
  ]

  @Test func `colors are averaged by alpha, and padding is transparent`() {
    for (pixels, width, mode, levels, alphas) in Self.transparentCases {
      for channels in [2, 4] {
        var bitmap = Bitmap(height: 1, width: pixels.count, channels: channels)
        for (x, (level, alpha)) in pixels.enumerated() {
          bitmap.set(x, 0, Color(gray: level), alpha: 257 * UInt16(alpha))
        }
        let planes = bitmap.resized(height: 1, width: width, mode, background: Color(gray: 99))
        #expect(
          planes == Array(repeating: levels, count: channels - 1).joined() + alphas,
          "\(pixels) to \(width)")
      }
    }
  }

  @Test func `--rgba and --gray-alpha keep the alpha of all kinds of files`() throws {
    var transparent = HandmadePNG(width: 1, height: 1, samples: [50])
    transparent.transparency = [0, 50]
    let folder = try Folder([
      "a.png": ImageConversionTests.red(1, 1),
      "b.png": HandmadePNG(width: 1, height: 1, colorType: 6, samples: [10, 20, 30, 40]).bytes,
      "c.png": HandmadePNG(
        width: 1, height: 1, depth: 16, colorType: 4, samples: [257 * 8, 257 * 9 + 120]
      ).bytes,
      "d.png": HandmadePNG(
        width: 1, height: 1, colorType: 3, palette: [1, 2, 3, 0, 255, 0], transparency: [0, 7],
        samples: [1]
      ).bytes, "e.png": transparent.bytes,
      "f.jpg": HandmadeJPEG(columns: 1, blocks: [100]).bytes,
    ])
    let color = try ImageConversionTests.convert(folder) { ($0.channels, $0.size) = (4, (1, 1)) }
    #expect(color.file.header["images"]?.shape == [6, 4, 1, 1])
    #expect(
      color.file.numbers(of: "images") == [
        [255, 0, 0, 255], [10, 20, 30, 40], [8, 8, 8, 9], [0, 255, 0, 7], [0, 0, 0, 0],
        [100, 100, 100, 255],
      ].flatMap(\.self) as [UInt8])
    let gray = try ImageConversionTests.convert(folder) { ($0.channels, $0.size) = (2, (1, 1)) }
    #expect(
      gray.file.numbers(of: "images") == [
        [76, 255], [18, 40], [8, 9], [150, 7], [0, 0], [100, 255],
      ].flatMap(\.self) as [UInt8])
    // A range applies to colors, not to alpha.
    let ranged = try ImageConversionTests.convert(folder) {
      ($0.channels, $0.size, $0.range) = (4, (1, 1), SampleRange("10,30"))
    }
    let values: [UInt8] = try #require(ranged.file.numbers(of: "images"))
    #expect(values[4..<8] == [0, 128, 255, 40])
  }
}

// Every color type and bit depth of PNG. The expected pixels are computed here, from the definition.
import TestSupport
import Testing

@testable import ImageFormat

@Suite struct PNGDecodingTests {
  struct Kind: Sendable, CustomTestStringConvertible {
    let colorType: UInt8
    let depth: Int
    let isInterlaced: Bool
    let isTransparent: Bool
    var testDescription: String {
      "type \(colorType), \(depth) bits\(isInterlaced ? ", interlaced" : "")"
        + (isTransparent ? ", tRNS" : "")
    }
  }

  static let kinds: [Kind] = [
    (UInt8(0), [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]),
  ].flatMap { type, depths in
    depths.flatMap { depth in
      [false, true].flatMap { isInterlaced in
        (type < 4 ? [false, true] : [false]).map {
          Kind(colorType: type, depth: depth, isInterlaced: isInterlaced, isTransparent: $0)
        }
      }
    }
  }

  /// An image of random samples.
  static func random(_ kind: Kind, _ width: Int, _ height: Int, seed: UInt64) -> HandmadePNG {
    var random = SplitMix(state: seed)
    var png = HandmadePNG(
      width: width, height: height, depth: kind.depth, colorType: kind.colorType,
      isInterlaced: kind.isInterlaced, samples: [])
    let top = 1 << kind.depth
    png.samples = (0..<width * height * png.sampleCount).map { _ in
      .random(in: 0..<top, using: &random)
    }
    if kind.colorType == 3 {
      png.palette = (0..<3 * top).map { _ in .random(in: 0...255, using: &random) }
      if kind.isTransparent {
        png.transparency = (0..<top - 1).map { _ in .random(in: 0...255, using: &random) }
      }
    } else if kind.isTransparent {
      png.transparency = png.samples.suffix(png.sampleCount).flatMap {
        [UInt8($0 >> 8), UInt8($0 & 255)]
      }
    }
    return png
  }

  /// Red, green, blue and alpha of each pixel, 0 to 65535, by the definition of the format.
  static func colors(_ png: HandmadePNG) -> [[Double]] {
    let top = Double(1 << png.depth - 1)
    return stride(from: 0, to: png.samples.count, by: png.sampleCount).map { start in
      let samples = Array(png.samples[start..<start + png.sampleCount])
      let levels = samples.map { Double($0) * (65535 / top) }
      let bytes = samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
      let key: Double = bytes == png.transparency ? 0 : 65535
      switch png.colorType {
      case 0: return [levels[0], levels[0], levels[0], key]
      case 2: return levels + [key]
      case 3:
        let (palette, alphas) = (png.palette ?? [], png.transparency ?? [])
        let alpha = samples[0] < alphas.count ? alphas[samples[0]] : 255
        return (palette[3 * samples[0]..<3 * samples[0] + 3] + [alpha]).map { 257 * Double($0) }
      case 4: return [levels[0], levels[0], levels[0], levels[1]]
      default: return levels
      }
    }
  }

  @Test(arguments: kinds)
  func `every color type and bit depth is decoded exactly, to color and to gray`(_ kind: Kind)
    throws
  {
    let background = Color(10, 200, 77)
    for (width, height) in [(1, 1), (2, 3), (5, 7), (13, 4), (33, 9)] {
      let png = Self.random(kind, width, height, seed: UInt64(width))
      var expected: [UInt16] = []
      for pixel in Self.colors(png) {
        for (front, back) in zip(pixel, [10.0, 200.0, 77.0]) {
          let mixed = (front * pixel[3] + 257 * back * (65535 - pixel[3])) / 65535
          expected.append(UInt16(mixed.rounded()))
        }
      }
      let color = try decodeImage(png.bytes, channels: 3, over: background, path: "x").bitmap
      #expect(color.pixels == expected)
      #expect((color.width, color.height, color.channels) == (width, height, 3))
      let gray = try decodeImage(png.bytes, channels: 1, over: background, path: "x").bitmap
      #expect(
        gray.pixels
          == stride(from: 0, to: expected.count, by: 3).map {
            Color(red: expected[$0], green: expected[$0 + 1], blue: expected[$0 + 2]).luma
          })
    }
  }

  @Test func `the output of tensor2png is decoded exactly`() throws {
    for channels in 1...4 {
      let pixels = (0..<30 * 20 * channels).map { UInt8(truncatingIfNeeded: $0 &* 37 ^ $0 >> 3) }
      let file = try encodePNG(pixels, width: 30, height: 20, channels: channels, path: "x")
      let bitmap = try decodeImage(file, channels: channels, over: .black, path: "x").bitmap
      #expect(bitmap.levels == pixels)
    }
  }

  @Test func `every 16-bit value is rounded to the nearest 8-bit value`() throws {
    let png = HandmadePNG(width: 256, height: 256, depth: 16, samples: Array(0...65535))
    let bitmap = try decodeImage(png.bytes, channels: 1, over: .black, path: "x").bitmap
    // There are no ties, because 257 is odd.
    #expect(bitmap.levels == (0...65535).map { UInt8((Double($0) / 257).rounded()) })
  }

  @Test func `a transparent color is compared with all 16 bits`() throws {
    var png = HandmadePNG(width: 2, height: 1, depth: 16, samples: [0xFFFF, 0xFFFE])
    png.transparency = [0xFF, 0xFE]
    let bitmap = try decodeImage(png.bytes, channels: 1, over: Color(gray: 9), path: "x").bitmap
    #expect(bitmap.levels == [255, 9])
  }

  @Test func `gamma, profiles, text and bytes after the end change nothing`() throws {
    let png = HandmadePNG(width: 2, height: 2, samples: [1, 50, 100, 255])
    var chunks = png.chunks
    chunks.insert(("gAMA", bigEndian(1)), at: 1)
    chunks.insert(("iCCP", [1, 2, 3]), at: 2)
    chunks.insert(("bKGD", []), at: 3)
    chunks.insert(("sBIT", [3]), at: 4)
    // libpng's own limits are 8,000,000 bytes and 1000 chunks.
    chunks.insert(("tEXt", Array(repeating: 65, count: 9_000_000)), at: 5)
    for _ in 0..<1100 { chunks.insert(("zTXt", [65, 0, 0, 1]), at: chunks.count - 1) }
    let file = HandmadePNG.file(chunks) + [1, 2, 3]
    #expect(
      try decodeImage(file, channels: 1, over: .black, path: "x").bitmap.levels == [
        1, 50, 100, 255,
      ])
  }

  @Test func `data that uses a larger window than it declares is decoded`() throws {
    var random = SplitMix(state: 1)
    let row = (0..<1000).map { _ in Int.random(in: 0...255, using: &random) }
    let png = HandmadePNG(width: 1000, height: 2, samples: row + row)
    // Without a filter, the second row is a match at a distance of 1001 bytes.
    let bytes = row.map(UInt8.init)
    var data = zlib([0] + bytes + [0] + bytes)
    #expect(data.count < 1200)
    // Declares a window of 256 bytes, with the matching check bits.
    data[0] = 0x08
    data[1] = UInt8(31 - 0x08 * 256 % 31)
    let file = HandmadePNG.file([("IHDR", png.header), ("IDAT", data), ("IEND", [])])
    let bitmap = try decodeImage(file, channels: 1, over: .black, path: "x").bitmap
    #expect(bitmap.levels == bytes + bytes)
  }
}

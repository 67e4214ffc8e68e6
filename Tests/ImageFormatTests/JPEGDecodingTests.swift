// Every color space of JPEG. The expected pixels are computed here, from the definition.
import CJPEG
import TensorIO
import TestSupport
import Testing

@testable import ImageFormat

@Suite struct JPEGDecodingTests {
  static func decode(_ file: [UInt8], channels: Int = 3) throws -> Bitmap {
    try decodeImage(file, channels: channels, over: .black, path: "x.jpg").bitmap
  }

  /// 4 × 3 blocks of random samples.
  static func random(_ space: J_COLOR_SPACE, seed: UInt64 = 1) -> HandmadeJPEG {
    var random = SplitMix(state: seed)
    var jpeg = HandmadeJPEG(columns: 4, space: space, blocks: [])
    jpeg.blocks = random.bytes(12 * jpeg.components)
    return jpeg
  }

  /// Whether each pixel of 8 bits differs from that of its block by at most `tolerance`.
  static func agrees(
    _ bitmap: Bitmap, _ jpeg: HandmadeJPEG, tolerance: Double, _ color: ([Double]) -> [Double]
  ) -> Bool {
    let blocks = stride(from: 0, to: jpeg.blocks.count, by: jpeg.components).map { start in
      color(jpeg.blocks[start..<start + jpeg.components].map(Double.init))
    }
    let isSize = (bitmap.width, bitmap.height) == (8 * jpeg.columns, 8 * jpeg.rows)
    return isSize
      && bitmap.pixels.indices.allSatisfy { index in
        let (x, y) = (index / 3 % bitmap.width, index / 3 / bitmap.width)
        let expected = blocks[y / 8 * jpeg.columns + x / 8][index % 3]
        return abs(Double(bitmap.pixels[index]) / 257 - expected) <= tolerance
      }
  }

  /// The colors of ITU-T T.871, before rounding.
  static func rgb(_ ycc: [Double]) -> [Double] {
    let (y, cb, cr) = (ycc[0], ycc[1] - 128, ycc[2] - 128)
    return [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb].map {
      min(max($0, 0), 255)
    }
  }

  @Test(arguments: [false, true]) func `gray, RGB and YCbCr are decoded`(isProgressive: Bool) throws
  {
    for restartInterval in [UInt32(0), 1, 3] {
      for (space, tolerance, color) in [
        (JCS_GRAYSCALE, 0.0, { [$0[0], $0[0], $0[0]] }), (JCS_RGB, 0.0, { $0 }),
        (JCS_YCbCr, 1.0, Self.rgb),
      ] as [(J_COLOR_SPACE, Double, ([Double]) -> [Double])] {
        var jpeg = Self.random(space)
        (jpeg.isProgressive, jpeg.restartInterval) = (isProgressive, restartInterval)
        let bitmap = try Self.decode(jpeg.bytes)
        #expect(
          Self.agrees(bitmap, jpeg, tolerance: tolerance, color), "\(space), \(restartInterval)")
        let gray = try Self.decode(jpeg.bytes, channels: 1)
        #expect(
          gray.pixels
            == stride(from: 0, to: bitmap.pixels.count, by: 3).map {
              Color(
                red: bitmap.pixels[$0], green: bitmap.pixels[$0 + 1], blue: bitmap.pixels[$0 + 2]
              ).luma
            })
      }
    }
  }

  @Test func `colors of lower resolution are repeated, not blended`() throws {
    for subsampling in [(2, 1), (1, 2), (2, 2)] as [(Int32, Int32)] {
      var jpeg = Self.random(JCS_YCbCr)
      jpeg.columns = 4
      jpeg.blocks = (0..<4 * 4 * 3).map { index in
        let (column, row, component) = (index / 3 % 4, index / 12, index % 3)
        return UInt8(100 + (component == 0 ? index % 40 : 17 * (column / 2) + 31 * (row / 2)))
      }
      jpeg.subsampling = subsampling
      let bitmap = try Self.decode(jpeg.bytes)
      #expect(Self.agrees(bitmap, jpeg, tolerance: 1, Self.rgb), "\(subsampling)")
    }
  }

  @Test func `inks are multiplied, inverted if Adobe's marker says so`() throws {
    let jpeg = Self.random(JCS_CMYK)
    // libjpeg writes the marker in every CMYK file.
    let file = jpeg.bytes
    let inverted = try Self.decode(file)
    #expect(
      Self.agrees(inverted, jpeg, tolerance: 0.5 / 257 + 1e-9) { inks in
        (0..<3).map { inks[$0] * inks[3] / 255 }
      })
    let marker = try #require(file.firstRange(of: [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8)))
    let plain = Array(file[..<marker.lowerBound] + file[(marker.lowerBound + 16)...])
    #expect(
      Self.agrees(try Self.decode(plain), jpeg, tolerance: 0.5 / 257 + 1e-9) { inks in
        (0..<3).map { (255 - inks[$0]) * (255 - inks[3]) / 255 }
      })
    let ycck = Self.random(JCS_YCCK)
    #expect(
      Self.agrees(try Self.decode(ycck.bytes), ycck, tolerance: 1) { samples in
        Self.rgb(samples).map { (255 - $0) * samples[3] / 255 }
      })
  }

  @Test func `a file truncated anywhere is an error`() throws {
    for isProgressive in [false, true] {
      var jpeg = Self.random(JCS_YCbCr)
      jpeg.isProgressive = isProgressive
      let file = jpeg.bytes
      for count in 0..<file.count {
        let error = fileError { _ = try Self.decode(Array(file[..<count])) }
        #expect(error?.kind == .invalid, "\(count) of \(file.count) bytes")
        let message = error?.message ?? ""
        #expect(
          count == 0 || message == "is truncated after \(count) bytes"
            || message.hasPrefix("cannot be decoded: ") || message.hasPrefix("declares "),
          "\(count): \(message)")
      }
    }
  }

  @Test func `a damaged file is an error or an image of the declared size`() throws {
    var random = SplitMix(state: 3)
    for isProgressive in [false, true] {
      var jpeg = Self.random(JCS_YCbCr)
      (jpeg.isProgressive, jpeg.restartInterval) = (isProgressive, 2)
      let file = jpeg.bytes
      var errors = 0
      for _ in 0..<3000 {
        var damaged = file
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          damaged[Int.random(in: 0..<file.count, using: &random)] = .random(
            in: 0...255, using: &random)
        }
        let error = fileError {
          let bitmap = try Self.decode(damaged)
          #expect(bitmap.pixels.count == bitmap.width * bitmap.height * 3)
        }
        if let error {
          #expect(error.kind == .invalid && error.description.utf8.count < 300)
          errors += 1
        }
      }
      #expect(errors > 500)
    }
  }

  /// The file with other bytes in the frame header: precision, height, width and number of components.
  static func changed(_ bytes: [UInt8], at offset: Int) throws -> [UInt8] {
    var file = random(JCS_GRAYSCALE).bytes
    let frame = try #require(file.firstRange(of: [0xFF, 0xC0, 0, 11]))
    for (index, byte) in bytes.enumerated() { file[frame.upperBound + offset + index] = byte }
    return file
  }

  @Test(arguments: [
    ([12], 0, "has 12 bits per sample (expected 8); convert it to 8 bits"),
    ([0, 0], 1, "has an invalid size: 32×0 (width × height)"),
    (
      [255, 255, 255, 255], 1,
      "is too large: 65535×65535 (width × height; the limits are 65535 pixels per side and 67108864 in total)"
    ),
    ([32, 0, 32, 0], 1, "declares 8192×8192 pixels, more than its "),
    ([2], 5, "cannot be decoded: "),
  ])
  func `an image that cannot be decoded is an error`(bytes: [UInt8], offset: Int, prefix: String)
    throws
  {
    let file = try Self.changed(bytes, at: offset)
    let error = fileError { _ = try Self.decode(file) }
    #expect(error?.kind == .invalid && error?.message.hasPrefix(prefix) == true, "\(error as Any)")
  }

  @Test func `a file without a frame or with many scans is an error`() throws {
    for (name, file) in [
      ("end", [0xFF, 0xD8, 0xFF, 0xD9]), ("scan", [0xFF, 0xD8, 0xFF, 0xDA, 0, 2]),
      ("length", [0xFF, 0xD8, 0xFF, 0xE0, 0, 1]),
      ("garbage", [0xFF, 0xD8, 0xFF, 0xFE, 0, 2, 7, 7]),
    ] as [(String, [UInt8])] {
      #expect(
        fileError { _ = try Self.decode(file) }?.message == "is a JPEG file without a frame header",
        "\(name)")
    }
    var jpeg = Self.random(JCS_GRAYSCALE)
    jpeg.isProgressive = true
    var file = jpeg.bytes
    let scans = file.indices.dropLast().filter { file[$0] == 0xFF && file[$0 + 1] == 0xDA }
    // The last scan, of the lowest bits, once more and again.
    let last = Array(file[try #require(scans.last)..<file.count - 2])
    file.removeLast(2)
    file += (0..<200).flatMap { _ in last } + [0xFF, 0xD9]
    let error = fileError { _ = try Self.decode(file) }
    #expect(error?.message.hasPrefix("cannot be decoded: ") == true, "\(error as Any)")
  }

  @Test func `large segments before the image and bytes after it are accepted`() throws {
    var jpeg = Self.random(JCS_GRAYSCALE)
    jpeg.exif = (0..<20).map { _ in Array(repeating: 0xFF, count: 65_000) }
    let folder = try Folder(["a.jpg": jpeg.bytes + [1, 2, 3]])
    let (header, bytes) = try ImageHeader.read(InputFile(folder.file("a.jpg")), whole: false)
    #expect(header.isGray && header.width == 32 && header.height == 24 && bytes.count > 1_300_000)
    #expect(
      try Self.agrees(Self.decode(jpeg.bytes + [1, 2, 3]), jpeg, tolerance: 0) {
        [$0[0], $0[0], $0[0]]
      })
  }
}

import TestSupport
import Testing

@testable import ImageFormat

@Suite struct ResizeModeTests {
  /// A gray image with these rows.
  static func image(_ rows: [[UInt8]]) -> Bitmap {
    var bitmap = Bitmap(height: rows.count, width: rows[0].count, channels: 1)
    for (y, row) in rows.enumerated() {
      for (x, level) in row.enumerated() { bitmap.set(x, y, Color(gray: level)) }
    }
    return bitmap
  }

  static func random(_ height: Int, _ width: Int, channels: Int, seed: UInt64) -> Bitmap {
    var random = SplitMix(state: seed)
    var bitmap = Bitmap(height: height, width: width, channels: channels)
    for y in 0..<height {
      for x in 0..<width {
        let color = Color(red: random.level(), green: random.level(), blue: random.level())
        // Transparent, opaque, nearly transparent, and between.
        let alpha = [0, 65535, random.level() >> 8, random.level()].randomElement(using: &random)
        bitmap.set(x, y, color, alpha: channels % 2 == 0 ? alpha ?? 0 : 65535)
      }
    }
    return bitmap
  }

  /// Rows, target height and width, mode, background, and the expected pixels.
  static let cases: [([[UInt8]], Int, Int, ResizeMode, UInt8, [UInt8])] = [
    // Means; halves are rounded up
    ([[0, 10], [20, 31]], 1, 1, .stretch, 0, [15]),
    ([[0, 1]], 1, 1, .stretch, 0, [1]),
    ([[10, 20, 30, 40], [50, 60, 70, 80]], 1, 2, .crop, 0, [35, 55]),
    // Three pixels to two: each covers one and a half
    ([[0, 90, 240]], 1, 2, .stretch, 0, [30, 190]),
    // Two pixels to three, and to four
    ([[0, 90]], 1, 3, .stretch, 0, [0, 45, 90]),
    ([[0, 90]], 1, 4, .stretch, 0, [0, 0, 90, 90]),
    // One pixel covers the middle of three, and half of each of the middle two of four
    ([[10, 20, 30]], 1, 1, .crop, 0, [20]),
    ([[10, 20, 30, 40]], 1, 1, .crop, 0, [25]),
    ([[10], [20], [30], [40]], 1, 1, .crop, 0, [25]),
    // The whole image, with equal padding above and below
    (
      [[10, 20, 30, 40]], 4, 4, .pad, 99,
      [99, 99, 99, 99, 55, 60, 65, 70, 55, 60, 65, 70, 99, 99, 99, 99]
    ),
    ([[10, 20, 30]], 3, 3, .pad, 7, [7, 7, 7, 10, 20, 30, 7, 7, 7]),
    ([[10, 20], [30, 40]], 1, 2, .pad, 100, [60, 65]),
  ]

  @Test func `a pixel is the mean of the area that it covers`() {
    for (rows, height, width, mode, background, expected) in Self.cases {
      let levels = Self.image(rows).resized(
        height: height, width: width, mode, background: Color(gray: background))
      #expect(levels == expected, "\(rows) to \(height)×\(width), \(mode)")
    }
  }

  @Test(arguments: ResizeMode.allCases)
  func `resizing to the same size only separates the channels`(_ mode: ResizeMode) {
    let bitmap = Self.random(6, 9, channels: 3, seed: 1)
    let planes = bitmap.resized(height: 6, width: 9, mode, background: .black)
    for (index, level) in bitmap.levels.enumerated() {
      #expect(planes[index % 3 * 54 + index / 3] == level)
    }
  }

  /// The definition in Double: a sum over all source pixels, weighted by the areas of the overlaps.
  static func reference(
    _ bitmap: Bitmap, _ height: Int, _ width: Int, _ mode: ResizeMode, _ background: Double
  ) -> [Double] {
    var scales = (
      y: Double(bitmap.height) / Double(height), x: Double(bitmap.width) / Double(width)
    )
    switch mode {
    case .crop: scales = (min(scales.y, scales.x), min(scales.y, scales.x))
    case .pad: scales = (max(scales.y, scales.x), max(scales.y, scales.x))
    case .stretch: break
    }
    let top = (Double(bitmap.height) - Double(height) * scales.y) / 2
    let left = (Double(bitmap.width) - Double(width) * scales.x) / 2
    func overlap(_ start: Double, _ length: Double, _ pixel: Int) -> Double {
      max(0, min(start + length, Double(pixel) + 1) - max(start, Double(pixel)))
    }
    let alpha = bitmap.channels % 2 == 0 ? bitmap.channels - 1 : nil
    return (0..<bitmap.channels * height * width).map { index in
      let (channel, y, x) = (index / (height * width), index / width % height, index % width)
      var (sum, covered, opacity) = (0.0, 0.0, 0.0)
      for row in 0..<bitmap.height {
        for column in 0..<bitmap.width {
          let area =
            overlap(top + Double(y) * scales.y, scales.y, row)
            * overlap(left + Double(x) * scales.x, scales.x, column)
          covered += area
          let pixel = (row * bitmap.width + column) * bitmap.channels
          let weight = area * (alpha.map { Double(bitmap.pixels[pixel + $0]) / 65535 } ?? 1)
          opacity += weight
          sum += weight * (channel == alpha ? 255 : Double(bitmap.pixels[pixel + channel]) / 257)
        }
      }
      if let alpha {
        let isVisible = opacity / (scales.y * scales.x) * 255 >= 0.5
        return !isVisible ? 0 : sum / (channel == alpha ? scales.y * scales.x : opacity)
      }
      return (sum + (scales.y * scales.x - covered) * background) / (scales.y * scales.x)
    }
  }

  @Test(arguments: ResizeMode.allCases, UInt64(0)..<20)
  func `resizing agrees with the definition for any sizes`(_ mode: ResizeMode, seed: UInt64) {
    var random = SplitMix(state: seed)
    let sizes = (0..<4).map { _ in Int.random(in: 1...20, using: &random) }
    let bitmap = Self.random(
      sizes[0], sizes[1], channels: 1 + Int(seed % 4), seed: seed)
    let levels = bitmap.resized(
      height: sizes[2], width: sizes[3], mode, background: Color(gray: 200))
    let expected = Self.reference(bitmap, sizes[2], sizes[3], mode, 200)
    #expect(levels.count == expected.count)
    for (level, mean) in zip(levels, expected) {
      #expect(abs(Double(level) - mean) < 0.5 + 1e-9, "\(sizes)")
    }
  }

  @Test func `the largest sizes do not overflow`() {
    let row = Bitmap(height: 1, width: 65535, channels: 1)
    for mode in ResizeMode.allCases {
      let levels = row.resized(height: 2, width: 1, mode, background: Color(gray: 255))
      // With padding, 1/65535 of the height is black, half of it in each pixel.
      #expect(levels == (mode == .pad ? [255, 255] : [0, 0]), "\(mode)")
    }
    // The largest sums: a long row that covers all of a target of its size.
    var long = Bitmap(height: 1024, width: 65535, channels: 2)
    for index in 0..<1024 * 65535 { long.set(index, Color(gray: 254)) }
    #expect(
      long.resized(height: 1, width: 1, .pad, background: .black) == [254, 4])
    #expect(
      long.resized(height: 1, width: 1, .stretch, background: .black) == [254, 255])
    var column = Bitmap(height: 65535, width: 1, channels: 1)
    for y in 0..<65535 { column.set(0, y, Color(gray: 255)) }
    #expect(
      column.resized(height: 65534, width: 1, .stretch, background: .black)
        .allSatisfy { $0 == 255 })
  }
}

@Suite struct ColorTests {
  @Test func `gray is the luma that PIL computes`() {
    let known: [(Color, UInt8)] = [
      (Color(255, 0, 0), 76), (Color(0, 255, 0), 150), (Color(0, 0, 255), 29),
      (Color(255, 255, 0), 226), (Color(1, 2, 3), 2), (Color(200, 100, 50), 124),
    ]
    for (color, luma) in known { #expect(Self.level(color.luma) == luma, "\(color)") }
  }

  @Test func `16-bit luma rounded to 8 bits is the 8-bit luma of every 8-bit color`() {
    var wrong = 0
    for red in 0...255 {
      for green in 0...255 {
        for blue in 0...255 {
          let color = Color(UInt8(red), UInt8(green), UInt8(blue))
          let luma = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16
          if Int(Self.level(color.luma)) != luma { wrong += 1 }
        }
      }
    }
    #expect(wrong == 0)
  }

  /// A 16-bit value rounded to 8 bits.
  static func level(_ number: UInt16) -> UInt8 { UInt8((Int(number) + 128) / 257) }

  @Test func `compositing rounds to the nearest value`() {
    let background = Color(gray: 100)
    for (alpha, level) in [(UInt16(0), UInt16(25700)), (65535, 0), (32768, 12850), (1, 25700)] {
      #expect(
        Color.black.over(background, alpha: alpha) == Color(red: level, green: level, blue: level),
        "\(alpha)")
    }
  }

  @Test func `only colors are parsed as colors`() {
    #expect(Color("black") == Color(gray: 0) && Color("white") == Color(gray: 255))
    #expect(Color("17") == Color(gray: 17) && Color("#0aC84d") == Color(10, 200, 77))
    for text in [
      "", "256", "-1", "+1", "red", "#fff", "#0ac84dx", "#+ac84d", "0x11", " 1", "#-00001",
    ] {
      #expect(Color(text) == nil, "\(text)")
    }
  }
}

extension SplitMix {
  fileprivate mutating func level() -> UInt16 { .random(in: 0...65535, using: &self) }
}

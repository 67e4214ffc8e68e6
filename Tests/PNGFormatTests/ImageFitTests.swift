import TestSupport
import Testing

@testable import PNGFormat

@Suite struct ImageFitTests {
  /// A gray picture of rows.
  static func picture(_ rows: [[UInt8]]) -> Bitmap {
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
        bitmap.set(x, y, Color(deep: random.level(), random.level(), random.level()))
      }
    }
    return bitmap
  }

  /// Rows, target, fit, background, and what comes.
  static let cases: [([[UInt8]], Int, Int, ImageFit, UInt8, [UInt8])] = [
    // Means, halves upwards
    ([[0, 10], [20, 31]], 1, 1, .stretch, 0, [15]),
    ([[0, 1]], 1, 1, .stretch, 0, [1]),
    ([[10, 20, 30, 40], [50, 60, 70, 80]], 1, 2, .crop, 0, [35, 55]),
    // Three pixels into two: one and a half each
    ([[0, 90, 240]], 1, 2, .stretch, 0, [30, 190]),
    // Two pixels into three, and into four
    ([[0, 90]], 1, 3, .stretch, 0, [0, 45, 90]),
    ([[0, 90]], 1, 4, .stretch, 0, [0, 0, 90, 90]),
    // The middle of three by one; of four by one half of each of the inner two
    ([[10, 20, 30]], 1, 1, .crop, 0, [20]),
    ([[10, 20, 30, 40]], 1, 1, .crop, 0, [25]),
    ([[10], [20], [30], [40]], 1, 1, .crop, 0, [25]),
    // All of it, with as much background above and below
    (
      [[10, 20, 30, 40]], 4, 4, .pad, 99,
      [99, 99, 99, 99, 55, 60, 65, 70, 55, 60, 65, 70, 99, 99, 99, 99]
    ),
    ([[10, 20, 30]], 3, 3, .pad, 7, [7, 7, 7, 10, 20, 30, 7, 7, 7]),
    ([[10, 20], [30, 40]], 1, 2, .pad, 100, [60, 65]),
  ]

  @Test func `pixels are means of what they cover`() {
    for (rows, height, width, fit, background, expected) in Self.cases {
      let levels = Self.picture(rows).resized(
        height: height, width: width, fit, background: Color(gray: background))
      #expect(levels == expected, "\(rows) to \(height)×\(width), \(fit)")
    }
  }

  @Test(arguments: ImageFit.allCases)
  func `the same size is the same picture, its channels apart`(_ fit: ImageFit) {
    let bitmap = Self.random(6, 9, channels: 3, seed: 1)
    let planes = bitmap.resized(height: 6, width: 9, fit, background: .black)
    for (index, level) in bitmap.levels.enumerated() {
      #expect(planes[index % 3 * 54 + index / 3] == level)
    }
  }

  /// The definition, in Double: the area of each overlap.
  static func slow(
    _ bitmap: Bitmap, _ height: Int, _ width: Int, _ fit: ImageFit, _ background: Double
  ) -> [Double] {
    var scales = (
      y: Double(bitmap.height) / Double(height), x: Double(bitmap.width) / Double(width)
    )
    switch fit {
    case .crop: scales = (min(scales.y, scales.x), min(scales.y, scales.x))
    case .pad: scales = (max(scales.y, scales.x), max(scales.y, scales.x))
    case .stretch: break
    }
    let top = (Double(bitmap.height) - Double(height) * scales.y) / 2
    let left = (Double(bitmap.width) - Double(width) * scales.x) / 2
    func overlap(_ start: Double, _ length: Double, _ pixel: Int) -> Double {
      max(0, min(start + length, Double(pixel) + 1) - max(start, Double(pixel)))
    }
    return (0..<bitmap.channels * height * width).map { index in
      let (channel, y, x) = (index / (height * width), index / width % height, index % width)
      var (sum, covered) = (0.0, 0.0)
      for row in 0..<bitmap.height {
        for column in 0..<bitmap.width {
          let area =
            overlap(top + Double(y) * scales.y, scales.y, row)
            * overlap(left + Double(x) * scales.x, scales.x, column)
          covered += area
          let place = (row * bitmap.width + column) * bitmap.channels + channel
          sum += area * Double(bitmap.pixels[place]) / 257
        }
      }
      return (sum + (scales.y * scales.x - covered) * background) / (scales.y * scales.x)
    }
  }

  @Test(arguments: ImageFit.allCases, UInt64(0)..<20)
  func `any size from any size is the definition, rounded`(_ fit: ImageFit, seed: UInt64) {
    var random = SplitMix(state: seed)
    let sizes = (0..<4).map { _ in Int.random(in: 1...20, using: &random) }
    let bitmap = Self.random(
      sizes[0], sizes[1], channels: seed.isMultiple(of: 2) ? 1 : 3, seed: seed)
    let levels = bitmap.resized(
      height: sizes[2], width: sizes[3], fit, background: Color(gray: 200))
    let expected = Self.slow(bitmap, sizes[2], sizes[3], fit, 200)
    #expect(levels.count == expected.count)
    for (level, mean) in zip(levels, expected) {
      #expect(abs(Double(level) - mean) < 0.5 + 1e-9, "\(sizes)")
    }
  }

  @Test func `the largest sides do not overflow`() {
    let row = Bitmap(height: 1, width: 65535, channels: 1)
    for fit in ImageFit.allCases {
      let levels = row.resized(height: 2, width: 1, fit, background: Color(gray: 255))
      // Of what is padded a 65535th of the height, half of it in each pixel, is black.
      #expect(levels == (fit == .pad ? [255, 255] : [0, 0]), "\(fit)")
    }
    var column = Bitmap(height: 65535, width: 1, channels: 1)
    for y in 0..<65535 { column.set(0, y, Color(gray: 255)) }
    #expect(
      column.resized(height: 65534, width: 1, .stretch, background: .black)
        .allSatisfy { $0 == 255 })
  }
}

@Suite struct ColorTests {
  @Test func `gray is the luma that PIL has`() {
    let known: [(Color, UInt8)] = [
      (Color(255, 0, 0), 76), (Color(0, 255, 0), 150), (Color(0, 0, 255), 29),
      (Color(255, 255, 0), 226), (Color(1, 2, 3), 2), (Color(200, 100, 50), 124),
    ]
    for (color, luma) in known { #expect(Self.level(color.luma) == luma, "\(color)") }
  }

  @Test func `luma of 16 bits, rounded to 8, is the luma of every color of 8`() {
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

  /// A number of 16 bits rounded to 8.
  static func level(_ number: UInt16) -> UInt8 { UInt8((Int(number) + 128) / 257) }

  @Test func `half a color over another is rounded to the nearest`() {
    let background = Color(gray: 100)
    for (alpha, level) in [(UInt16(0), UInt16(25700)), (65535, 0), (32768, 12850), (1, 25700)] {
      #expect(
        Color.black.over(background, alpha: alpha) == Color(deep: level, level, level),
        "\(alpha)")
    }
  }

  @Test func `colors are read, and nothing else is`() {
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

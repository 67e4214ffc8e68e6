import Testing

@testable import ImageFormat

@Suite("Mapping values to pixels") struct PixelRangeTests {
  @Test("A range is two finite numbers, the lower one first") func valid() throws {
    let symmetric = try #require(PixelRange("-1,1"))
    #expect(symmetric.lowest == -1 && symmetric.highest == 1)
    let other = try #require(PixelRange("-2.5e-1,1E2"))
    #expect(other.lowest == -0.25 && other.highest == 100)
  }

  @Test(
    "Any other text is not a range",
    arguments: [
      "", ",", "1", "0,", ",1", "0,1,2", "0, 1", " 0,1", "0,1 ", "0;1", "0,x", "1,1", "1,0",
      "-1,nan", "-inf,inf", "0,1e39", "0x0,0xff", "0,1\n", "0,1e", "--1,1", "0,1\u{0}", "０,１",
    ])
  func invalid(text: String) {
    #expect(PixelRange(text) == nil)
  }

  @Test("The range 0,255 maps bytes to themselves") func identity() throws {
    let range = try #require(PixelRange("0,255"))
    for byte in UInt8.min...UInt8.max { #expect(range.pixel(Float(byte)) == byte) }
  }

  static let examples: [(value: Float, pixel: UInt8?)] = [
    (-1, 0), (1, 255),
    // 127.5 is rounded up.
    (0, 128), (-0.0, 128), (-1e-7, 127), (1e-7, 128),
    (1.5, 255), (-1.5, 0), (1e30, 255), (.infinity, 255), (-.infinity, 0),
    (.nan, nil), (-.nan, nil), (.signalingNaN, nil),
    (0.5, 191), (-0.5, 64), (0.996, 254), (0.997, 255),
  ]

  @Test(arguments: examples)
  func `pitfall 24: values are rounded and clamped`(value: Float, pixel: UInt8?) throws {
    let range = try #require(PixelRange("-1,1"))
    #expect(range.pixel(value) == pixel)
  }

  @Test("The widest range does not overflow") func widest() throws {
    let range = try #require(PixelRange("-3.4e38,3.4e38"))
    #expect(range.pixel(0) == 128)
    #expect(range.pixel(-3.4e38) == 0)
    #expect(range.pixel(3.4e38) == 255)
  }
}

// Colors as stored in a file, with explicit rounding. As in PIL and torchvision, sums and means are of
// the stored values, not of linear light.

/// A color with 16 bits per channel. An 8-bit value v is stored as 257 · v.
public struct Color: Sendable, Equatable {
  var red: UInt16
  var green: UInt16
  var blue: UInt16

  /// Black.
  public static let black = Color(gray: 0)

  /// Creates a color from 16-bit values.
  init(red: UInt16, green: UInt16, blue: UInt16) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// Creates a color from 8-bit values.
  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.init(red: 257 * UInt16(red), green: 257 * UInt16(green), blue: 257 * UInt16(blue))
  }

  /// Creates a gray from an 8-bit value.
  init(gray: UInt8) { self.init(gray, gray, gray) }

  /// Parses a color: `black`, `white`, a gray level from 0 to 255, or `#rrggbb`. Returns nil for any
  /// other text.
  public init?(_ text: String) {
    let digits = Array(text.utf8.dropFirst())
    switch text {
    case "black": self.init(gray: 0)
    case "white": self.init(gray: 255)
    case _ where text.first == "#" && digits.count == 6:
      let bytes =
        digits.allSatisfy { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }
        ? UInt32(text.dropFirst(), radix: 16) : nil
      guard let bytes else { return nil }
      self.init(UInt8(bytes >> 16), UInt8(bytes >> 8 & 255), UInt8(bytes & 255))
    default:
      guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
        let level = UInt8(text)
      else { return nil }
      self.init(gray: level)
    }
  }

  /// The luma of ITU-R BT.601 with 16-bit weights, as in PIL. For an 8-bit color, the result rounded to
  /// 8 bits is the luma that PIL computes from 8 bits.
  var luma: UInt16 {
    let (red, green, blue) = (Int(red), Int(green), Int(blue))
    return UInt16((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16)
  }

  /// Composites this color over a background, rounded to the nearest value. `alpha` is 0 to 65535.
  func over(_ background: Color, alpha: UInt16) -> Color {
    let alpha = Int(alpha)
    func mix(_ front: UInt16, _ back: UInt16) -> UInt16 {
      // There are no ties, because 65535 is odd.
      UInt16((Int(front) * alpha + Int(back) * (65535 - alpha) + 32767) / 65535)
    }
    return Color(
      red: mix(red, background.red), green: mix(green, background.green),
      blue: mix(blue, background.blue))
  }

  /// The values of the channels of padding. With alpha, padding is transparent and has no color.
  func padding(channels: Int) -> [UInt16] {
    hasAlpha(channels)
      ? Array(repeating: 0, count: channels) : channels == 1 ? [luma] : [red, green, blue]
  }
}

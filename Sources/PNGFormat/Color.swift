// Colours as they are stored, with all rounding spelt out. Sums and means are of the stored values, as
// in PIL and torchvision, not of light.

/// A colour of 16 bits a channel, as pictures are kept; a level of 8 bits is 257 times as much.
public struct Color: Sendable, Equatable {
  var red: UInt16
  var green: UInt16
  var blue: UInt16

  /// Black.
  public static let black = Color(gray: 0)

  init(deep red: UInt16, _ green: UInt16, _ blue: UInt16) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// A colour of 8 bits a channel.
  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.init(deep: 257 * UInt16(red), 257 * UInt16(green), 257 * UInt16(blue))
  }

  init(gray: UInt8) { self.init(gray, gray, gray) }

  /// Reads `black`, `white`, a level from 0 to 255, or `#rrggbb`; nil for anything else.
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

  /// The gray of the same brightness: ITU-R BT.601's luma in 16 bits of fraction, as PIL has it.
  /// Rounded once more, to 8 bits, that of a colour of 8 bits is the luma of the 8 bits.
  var luma: UInt16 {
    let (red, green, blue) = (Int(red), Int(green), Int(blue))
    return UInt16((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16)
  }

  /// This colour, so opaque of 65535, before another one; rounded to the nearest.
  func over(_ background: Color, alpha: UInt16) -> Color {
    let alpha = Int(alpha)
    func mix(_ front: UInt16, _ back: UInt16) -> UInt16 {
      // A half cannot be: 65535 is odd.
      UInt16((Int(front) * alpha + Int(back) * (65535 - alpha) + 32767) / 65535)
    }
    return Color(
      deep: mix(red, background.red), mix(green, background.green), mix(blue, background.blue))
  }

  /// The channels of a gray or a coloured picture.
  func levels(_ channels: Int) -> [UInt16] { channels == 1 ? [luma] : [red, green, blue] }
}

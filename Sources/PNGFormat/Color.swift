// Colours as they are stored, with all rounding spelt out. Sums and means are of the stored values, as
// in PIL and torchvision, not of light.

/// A colour of 8 bits a channel.
public struct Color: Sendable, Equatable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  /// Black.
  public static let black = Color(gray: 0)

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
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
  var luma: UInt8 {
    let (red, green, blue) = (Int(red), Int(green), Int(blue))
    return UInt8((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16)
  }

  /// This colour, so opaque, before another one; rounded to the nearest.
  func over(_ background: Color, alpha: UInt8) -> Color {
    let alpha = Int(alpha)
    func mix(_ front: UInt8, _ back: UInt8) -> UInt8 {
      let (front, back) = (Int(front), Int(back))
      // A half cannot be: 255 is odd.
      return UInt8((front * alpha + back * (255 - alpha) + 127) / 255)
    }
    return Color(
      mix(red, background.red), mix(green, background.green), mix(blue, background.blue))
  }

  /// The channels of a gray or a coloured picture.
  func levels(_ channels: Int) -> [UInt8] { channels == 1 ? [luma] : [red, green, blue] }
}

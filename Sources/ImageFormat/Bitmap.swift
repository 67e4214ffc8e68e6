/// An image in memory, 16 bits per channel. Intermediate rounding errors are therefore far below those
/// of the final rounding to 8 bits.
public struct Bitmap: Sendable, Equatable {
  /// The height in pixels.
  public let height: Int
  /// The width in pixels.
  public let width: Int
  /// The number of channels: 1 (gray), 2 (gray, alpha), 3 (red, green, blue) or 4 (red, green, blue, alpha).
  public let channels: Int
  /// height×width×channels. An 8-bit value v is stored as 257 · v. Colors are not premultiplied by alpha.
  public private(set) var pixels: [UInt16]

  /// Creates an image of zeros: black, and transparent if it has alpha.
  init(height: Int, width: Int, channels: Int) {
    (self.height, self.width, self.channels) = (height, width, channels)
    pixels = Array(repeating: 0, count: height * width * channels)
  }

  /// Sets a pixel, as `set(_:_:alpha:)` does.
  mutating func set(_ x: Int, _ y: Int, _ color: Color, alpha: UInt16 = .max) {
    set(y * width + x, color, alpha: alpha)
  }

  /// Sets the pixel with this index in the order of rows. A gray image stores the luma of the color; an
  /// image without an alpha channel ignores alpha.
  @inline(__always)
  mutating func set(_ index: Int, _ color: Color, alpha: UInt16 = .max) {
    let offset = index * channels
    if channels <= 2 {
      pixels[offset] = color.luma
    } else {
      pixels[offset] = color.red
      pixels[offset + 1] = color.green
      pixels[offset + 2] = color.blue
    }
    if hasAlpha(channels) { pixels[offset + channels - 1] = alpha }
  }
}

// Images with 2 channels (gray, alpha) or 4 (red, green, blue, alpha).

/// How images with an alpha channel are drawn.
public enum AlphaMode: String, Sendable, CaseIterable {
  /// Over a checkerboard of light and dark gray squares, in a PNG file without alpha.
  case checkerboard
  /// Unchanged, in a PNG file with an alpha channel.
  case keep

  /// The number of channels of the PNG file.
  ///
  /// - Parameter channels: The number of channels of the images, 1 to 4.
  func pictureChannels(_ channels: Int) -> Int {
    hasAlpha(channels) && self == .checkerboard ? channels - 1 : channels
  }
}

/// Whether the last of 1 to 4 channels is alpha.
func hasAlpha(_ channels: Int) -> Bool { channels.isMultiple(of: 2) }

/// The pattern behind transparent pixels.
enum Checkerboard {
  /// The side of a square in pixels of the picture.
  static let side = 8
  /// The square at the top left of an image.
  static let light: UInt8 = 204
  /// The squares beside it.
  static let dark: UInt8 = 153

  /// The level at a position, counted from the top left of the image.
  static func level(_ x: Int, _ y: Int) -> UInt8 {
    (x / side + y / side).isMultiple(of: 2) ? light : dark
  }

  /// A value composited over the checkerboard, rounded to the nearest level. Colors are not
  /// premultiplied by alpha.
  static func composite(_ value: UInt8, alpha: UInt8, _ x: Int, _ y: Int) -> UInt8 {
    let (alpha, background) = (Int(alpha), Int(level(x, y)))
    // There are no ties, because 255 is odd.
    return UInt8((Int(value) * alpha + background * (255 - alpha) + 127) / 255)
  }
}

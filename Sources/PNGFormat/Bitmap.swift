/// A picture in memory, 16 bits a channel, so that all roundings on the way are far below the last
/// one to 8.
public struct Bitmap: Sendable, Equatable {
  /// The height in pixels.
  public let height: Int
  /// The width in pixels.
  public let width: Int
  /// 1, gray, or 3, red, green and blue.
  public let channels: Int
  /// height×width×channels; a level of 8 bits is 257 times as much.
  public private(set) var pixels: [UInt16]

  /// A black picture.
  init(height: Int, width: Int, channels: Int) {
    (self.height, self.width, self.channels) = (height, width, channels)
    pixels = Array(repeating: 0, count: height * width * channels)
  }

  /// Sets a pixel; a colour becomes its luma in a gray picture.
  mutating func set(_ x: Int, _ y: Int, _ color: Color) {
    let place = (y * width + x) * channels
    if channels == 1 {
      pixels[place] = color.luma
    } else {
      pixels[place] = color.red
      pixels[place + 1] = color.green
      pixels[place + 2] = color.blue
    }
  }
}

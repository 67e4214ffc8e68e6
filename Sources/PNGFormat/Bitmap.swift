/// A picture in memory, 8 bits a channel.
public struct Bitmap: Sendable, Equatable {
  /// The height in pixels.
  public let height: Int
  /// The width in pixels.
  public let width: Int
  /// 1, gray, or 3, red, green and blue.
  public let channels: Int
  /// height×width×channels.
  public private(set) var pixels: [UInt8]

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

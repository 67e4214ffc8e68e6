// A grid of images in reading order: the first at the top left, then along the row.

/// The layout of images in a grid. All sizes are in pixels of the canvas.
public struct ImageGrid: Sendable, Equatable {
  /// The number of images.
  public let count: Int
  /// The number of channels of the canvas: 1 to 4.
  public let channels: Int
  /// The number of images in a row.
  public let columns: Int
  /// The number of rows.
  public let rows: Int
  /// The width of the canvas.
  public let width: Int
  /// The height of the canvas.
  public let height: Int

  /// The number of channels of the images; one more than on the canvas if they are drawn over a
  /// checkerboard.
  private let imageChannels: Int
  private let imageHeight: Int
  private let imageWidth: Int
  private let padding: Int
  private let scale: Int

  /// The largest height and width of a canvas.
  public static let sideLimit = 65_535
  /// The largest size of a canvas, in bytes.
  public static let byteLimit = 1 << 31
  /// The value of the padding and of empty cells in all channels: white and opaque, so that the edges of
  /// black images are visible.
  public static let background: UInt8 = 255

  /// Lays out images of C×H×W; nil if the canvas would exceed a limit.
  ///
  /// - Parameters:
  ///   - count: The number of images, at least 1.
  ///   - channels: C, 1 to 4: gray or red, green, blue; with 2 or 4, then alpha.
  ///   - imageHeight: H, at least 1.
  ///   - imageWidth: W, at least 1.
  ///   - columns: The number of images in a row; by default the square root of `count`, rounded up.
  ///   - padding: The space between images and around them, in pixels; not scaled.
  ///   - scale: Each pixel of an image is drawn as a square of `scale` × `scale` pixels.
  ///   - alpha: How images with alpha are drawn. A checkerboard begins at the top left of each image.
  public init?(
    count: Int, channels: Int, imageHeight: Int, imageWidth: Int, columns: Int? = nil,
    padding: Int = 0, scale: Int = 1, alpha: AlphaMode = .checkerboard
  ) {
    precondition(count > 0 && imageHeight > 0 && imageWidth > 0 && 1...4 ~= channels)
    precondition(columns.map { $0 > 0 } ?? true && padding >= 0 && scale > 0)
    self.count = count
    self.channels = alpha.pictureChannels(channels)
    imageChannels = channels
    self.imageHeight = imageHeight
    self.imageWidth = imageWidth
    self.padding = padding
    self.scale = scale
    self.columns = min(columns ?? Int(Double(count).squareRoot().rounded(.up)), count)
    rows = (count - 1) / self.columns + 1

    // Double does not overflow, and is exact within the limit.
    func side(_ images: Int, _ size: Int) -> Int? {
      let cell = Double(size) * Double(scale) + Double(padding)
      return Int(exactly: Double(images) * cell + Double(padding)).flatMap {
        $0 <= Self.sideLimit ? $0 : nil
      }
    }
    guard let width = side(self.columns, imageWidth), let height = side(rows, imageHeight),
      width * height * self.channels <= Self.byteLimit
    else { return nil }
    self.width = width
    self.height = height
  }

  /// Draws images.
  ///
  /// - Parameter pixels: N×C×H×W.
  /// - Returns: The canvas, height×width×`channels`.
  /// - Precondition: The number of pixels matches the layout.
  public func draw(_ pixels: [UInt8]) -> [UInt8] {
    let plane = imageHeight * imageWidth
    let imageSize = imageChannels * plane
    let isComposited = channels < imageChannels
    precondition(pixels.count == count * imageSize, "the number of pixels does not match the grid")
    var canvas = [UInt8](repeating: Self.background, count: height * width * channels)
    for image in 0..<count {
      let top = padding + image / columns * (imageHeight * scale + padding)
      let left = padding + image % columns * (imageWidth * scale + padding)
      for y in 0..<imageHeight * scale {
        var target = ((top + y) * width + left) * channels
        let row = image * imageSize + y / scale * imageWidth
        for x in 0..<imageWidth {
          for step in 0..<scale {
            for channel in 0..<channels {
              let value = pixels[row + channel * plane + x]
              canvas[target] =
                isComposited
                ? Checkerboard.composite(
                  value, alpha: pixels[row + channels * plane + x], x * scale + step, y)
                : value
              target += 1
            }
          }
        }
      }
    }
    return canvas
  }
}

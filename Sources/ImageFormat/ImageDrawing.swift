// Draws the images of a tensor file as one PNG: the work of the tool `tensor2png`.
import TensorIO

/// Draws images of a tensor file of the kind `images` as a grid.
///
/// The tensor `images` is N×C×H×W, U8 or F32, with C = 1 (gray), 2 (gray, alpha), 3 (red, green, blue)
/// or 4 (red, green, blue, alpha); any C with `selection.band`. The metadata `range` states the values
/// that are drawn as 0 and 255 (see `PixelRange`), also of alpha.
///
/// - Parameters:
///   - file: The images.
///   - selection: Which images; by default all from `first` on if they are at most 256, otherwise 64.
///   - columns: The number of images in a row; by default the square root of their number, rounded up.
///   - padding: The space between images and around them, in pixels.
///   - scale: Each pixel is drawn as a square of `scale` × `scale` pixels.
///   - alpha: How images with alpha are drawn.
/// - Returns: The bytes of a PNG file.
/// - Precondition: `columns` and `scale` are at least 1, `padding` at least 0.
/// - Throws: `.usage` if the file does not have the images, cannot be drawn without a band, or the grid is
///   too large; `.invalid` if the file is not as described, or a pixel is NaN.
public func drawImages(
  of file: TensorFile, _ selection: ImageSelection = ImageSelection(), columns: Int? = nil,
  padding: Int = 2, scale: Int = 1, alpha: AlphaMode = .checkerboard
) throws(FileError) -> [UInt8] {
  let images = try SelectedImages(selection, of: file) { $0 <= 256 ? $0 : 64 }
  let grid = try ImageGrid(
    images, count: images.indices.count, columns: columns, padding: padding, scale: scale,
    alpha: alpha, path: file.path)
  var pixels: [UInt8] = []
  pixels.reserveCapacity(grid.count * images.channels * images.height * images.width)
  for image in images.indices { pixels += try images.pixels(of: image) }
  return try grid.encode(pixels, path: file.path)
}

extension ImageGrid {
  /// Lays out `count` of the images.
  ///
  /// - Throws: `.usage` if the canvas would exceed a limit.
  init(
    _ images: SelectedImages, count: Int, columns: Int? = nil, padding: Int = 0, scale: Int,
    alpha: AlphaMode, path: String
  ) throws(FileError) {
    guard
      let grid = ImageGrid(
        count: count, channels: images.channels, imageHeight: images.height,
        imageWidth: images.width, columns: columns, padding: padding, scale: scale, alpha: alpha)
    else {
      throw FileError(
        .usage, path,
        "the \(count == 1 ? "picture" : "grid") would be too large (the limits are \(Self.sideLimit) "
          + "pixels per side and \(Self.byteLimit >> 30) GiB)")
    }
    self = grid
  }

  /// Draws images as a PNG file. `path` is for an error.
  func encode(_ pixels: [UInt8], path: String) throws(FileError) -> [UInt8] {
    try encodePNG(draw(pixels), width: width, height: height, channels: channels, path: path)
  }
}

// PNG encoding by libpng's simplified API, which needs no setjmp: it returns errors as messages. It
// encodes into memory, and `OutputFile` writes the result.
import CPNG
import TensorIO

/// Encodes an image as a PNG file with 8 bits per channel.
///
/// - Parameters:
///   - pixels: height×width×channels.
///   - width: The width in pixels, at least 1.
///   - height: The height in pixels, at least 1.
///   - channels: 1 (gray), 2 (gray, alpha), 3 (red, green, blue) or 4 (red, green, blue, alpha). Colors are
///     sRGB, not premultiplied by alpha.
///   - path: The name of the source, for an error.
/// - Returns: The bytes of the file.
/// - Throws: `.bug` with libpng's message. The limits of `ImageGrid` are below those of libpng.
public func encodePNG(
  _ pixels: [UInt8], width: Int, height: Int, channels: Int, path: String
) throws(FileError) -> [UInt8] {
  precondition(1...4 ~= channels && pixels.count == height * width * channels)
  var image = unsafe png_image()
  unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
  unsafe image.width = png_uint_32(width)
  unsafe image.height = png_uint_32(height)
  unsafe image.format =
    (channels > 2 ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0)
    | (hasAlpha(channels) ? png_uint_32(PNG_FORMAT_FLAG_ALPHA) : 0)

  // A buffer that is too small receives nothing, but the call computes the size. Most files fit at once.
  var size = min(pixels.count + pixels.count / 8 + 1024, 1 << 20)
  while true {
    var file = [UInt8](repeating: 0, count: size)
    if unsafe png_image_write_to_memory(&image, &file, &size, 0, pixels, 0, nil) != 0 {
      file.removeLast(file.count - size)
      return file
    }
    guard size > file.count else { throw FileError(.bug, path, unsafe message(of: image)) }
  }
}

private func message(of image: png_image) -> String {
  let message = unsafe withUnsafeBytes(of: image.message) { bytes in
    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
  return "libpng: \(message)"
}

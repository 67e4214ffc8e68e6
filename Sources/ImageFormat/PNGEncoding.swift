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
///   - channels: 1 (gray) or 3 (red, green, blue; sRGB).
///   - path: The name of the source, for an error.
/// - Returns: The bytes of the file.
/// - Throws: `.bug` with libpng's message. The limits of `ImageGrid` are below those of libpng.
public func encodePNG(
  _ pixels: [UInt8], width: Int, height: Int, channels: Int, path: String
) throws(FileError) -> [UInt8] {
  precondition([1, 3].contains(channels) && pixels.count == height * width * channels)
  var image = unsafe png_image()
  unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
  unsafe image.width = png_uint_32(width)
  unsafe image.height = png_uint_32(height)
  unsafe image.format = channels == 3 ? PNG_FORMAT_RGB : png_uint_32(PNG_FORMAT_GRAY)

  // Without a buffer, the first call only computes the size.
  var size = 0
  guard unsafe png_image_write_to_memory(&image, nil, &size, 0, pixels, 0, nil) != 0 else {
    throw FileError(.bug, path, unsafe message(of: image))
  }
  var file = [UInt8](repeating: 0, count: size)
  guard unsafe png_image_write_to_memory(&image, &file, &size, 0, pixels, 0, nil) != 0 else {
    throw FileError(.bug, path, unsafe message(of: image))
  }
  return file
}

private func message(of image: png_image) -> String {
  let message = unsafe withUnsafeBytes(of: image.message) { bytes in
    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
  return "libpng: \(message)"
}

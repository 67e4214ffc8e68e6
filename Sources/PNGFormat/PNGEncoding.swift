// PNG through libpng's simplified interface, the one that needs no setjmp: its errors come back as
// words. It writes to memory, so that the output goes through our own checked writes.
import CPNG
import TensorIO

/// Encodes a picture as a PNG file of 8 bits a channel.
///
/// - Parameters:
///   - pixels: height×width×channels.
///   - width: The width in pixels, at least 1.
///   - height: The height in pixels, at least 1.
///   - channels: 1, grey, or 3, red, green and blue (sRGB).
///   - path: What the picture is of, for an error.
///
/// Throws `.bug` with libpng's words; `ImageGrid` keeps below its limits.
public func encodePNG(
  _ pixels: [UInt8], width: Int, height: Int, channels: Int, path: String
) throws(FileError) -> [UInt8] {
  precondition([1, 3].contains(channels) && pixels.count == height * width * channels)
  var image = unsafe png_image()
  unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
  unsafe image.width = png_uint_32(width)
  unsafe image.height = png_uint_32(height)
  unsafe image.format = channels == 3 ? PNG_FORMAT_RGB : png_uint_32(PNG_FORMAT_GRAY)

  // Without memory the first call only tells the size.
  var size = 0
  guard unsafe png_image_write_to_memory(&image, nil, &size, 0, pixels, 0, nil) != 0 else {
    throw FileError(.bug, path, unsafe words(of: image))
  }
  var file = [UInt8](repeating: 0, count: size)
  guard unsafe png_image_write_to_memory(&image, &file, &size, 0, pixels, 0, nil) != 0 else {
    throw FileError(.bug, path, unsafe words(of: image))
  }
  return file
}

private func words(of image: png_image) -> String {
  let words = unsafe withUnsafeBytes(of: image.message) { bytes in
    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
  return "libpng: \(words)"
}

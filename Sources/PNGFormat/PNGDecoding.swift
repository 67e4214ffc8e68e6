// PNG decoding by libpng, to pixels without transparency.
import CPNGReader
import Glibc
import TensorIO

/// Decodes a PNG file of any color type and bit depth.
///
/// Samples are scaled to 16 bits, then composited over the background. Gamma and color profiles are
/// ignored.
///
/// - Parameters:
///   - file: The bytes of the file.
///   - isGray: Whether to return a gray image, of the luma of colors; otherwise it has three channels.
///   - background: The color behind transparent pixels.
///   - path: The name in messages.
/// - Returns: The image.
/// - Throws: `.invalid` if the file is corrupted, or declares more pixels than its bytes can encode: memory
///   is bounded by the size of the file, and by 2²⁶ pixels. `.inputOutput` if there is not enough memory.
public func decodePNG(
  _ file: [UInt8], isGray: Bool, over background: Color, path: String
) throws(FileError) -> Bitmap {
  let header = try PNGHeader(file, path: path)
  let (width, height) = (header.width, header.height)
  guard width * height * header.bitsPerPixel <= file.count * PNGHeader.ratioLimit * 8 else {
    throw FileError(
      .invalid, path,
      "declares \(width)×\(height) pixels, more than its \(file.count) bytes can encode")
  }
  var target = DecodingTarget(
    bitmap: Bitmap(height: height, width: width, channels: isGray ? 1 : 3),
    background: background)
  var row = [UInt16](repeating: 0, count: 4 * width)
  var message = [UInt8](repeating: 0, count: 100)
  let code = unsafe message.withUnsafeMutableBytes { message in
    unsafe withUnsafeMutablePointer(to: &target) { target in
      unsafe decode_png(
        file, file.count, UInt32(width), UInt32(height), &row,
        { target, y, x, step, count, pixels in
          let pixels = unsafe UnsafeBufferPointer(start: pixels, count: 4 * Int(count))
          guard let target = unsafe target?.assumingMemoryBound(to: DecodingTarget.self)
          else { return }
          unsafe target.pointee.setPixels(pixels.span, y: Int(y), x: Int(x), step: Int(step))
        }, target, message.baseAddress?.assumingMemoryBound(to: CChar.self), message.count)
    }
  }
  switch code {
  case 0: break
  case ENODATA: throw FileError(.invalid, path, "is truncated after \(file.count) bytes")
  case ENOMEM: throw FileError(.inputOutput, path, errno: code)
  default:
    let message = String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
    throw FileError(.invalid, path, "cannot be decoded: \(message)")
  }
  return target.bitmap
}

/// The image that receives decoded rows, or parts of rows if the file is interlaced.
private struct DecodingTarget {
  var bitmap: Bitmap
  let background: Color

  /// Sets pixels of row `y`, the first at column `x`, each `step` columns after the previous one. Each
  /// pixel is red, green, blue and alpha.
  mutating func setPixels(_ pixels: Span<UInt16>, y: Int, x: Int, step: Int) {
    for index in 0..<pixels.count / 4 {
      let color = Color(
        red: pixels[4 * index], green: pixels[4 * index + 1], blue: pixels[4 * index + 2])
      let alpha = pixels[4 * index + 3]
      bitmap.set(
        x + index * step, y, alpha == 65535 ? color : color.over(background, alpha: alpha))
    }
  }
}

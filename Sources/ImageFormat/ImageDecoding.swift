// Decoding of PNG by libpng and of JPEG by libjpeg, to upright pixels.
import CImageReader
import Glibc
import TensorIO

/// A decoded image file.
public struct DecodedImage: Sendable {
  /// The pixels, upright.
  public let bitmap: Bitmap
  /// The smallest and the largest stored sample of a 16-bit file, without those of alpha and of fully
  /// transparent pixels; nil for any other file.
  let values16: ClosedRange<Int>?
}

/// Decodes a PNG file of any color type and bit depth, or a JPEG file with 8 bits per sample. The content
/// determines the format.
///
/// Samples are scaled to 16 bits, and colors are mapped by `range`. Without an alpha channel, the image is then
/// composited over the background. It is turned as its EXIF orientation says. Gamma and color profiles are
/// ignored.
///
/// - Parameters:
///   - file: The bytes of the file.
///   - channels: The number of channels of the image: 1 (the luma of colors), 2 (luma, alpha), 3 (red, green,
///     blue) or 4 (red, green, blue, alpha). The alpha of a file without transparency is the largest value.
///   - background: The color behind transparent pixels of an image without an alpha channel.
///   - range: The stored values that become the smallest and the largest one; nil for all values.
///   - path: The name in messages.
/// - Returns: The image.
/// - Throws: `.invalid` if the file is corrupted, or declares more pixels than its bytes can encode: memory
///   is bounded by the size of the file, and by 2²⁶ pixels. `.inputOutput` if there is not enough memory.
public func decodeImage(
  _ file: [UInt8], channels: Int, over background: Color, range: SampleRange? = nil, path: String
) throws(FileError) -> DecodedImage {
  let header = try ImageHeader(ofFile: file, path: path)
  let (width, height) = (header.width, header.height)
  guard header.leastByteCount <= file.count else {
    throw FileError(
      .invalid, path,
      "declares \(width)×\(height) pixels, more than its \(file.count) bytes can encode")
  }
  var target = DecodingTarget(
    header, Orientation(of: file, header.format), channels: channels, background: background,
    table: range?.table(sampleBits: header.sampleBits))
  var row = [UInt16](repeating: 0, count: 4 * width)
  var message = [UInt8](repeating: 0, count: 200)
  let decode = unsafe header.format == .png ? decode_png : decode_jpeg
  let code = unsafe message.withUnsafeMutableBytes { message in
    unsafe withUnsafeMutablePointer(to: &target) { target in
      unsafe decode(
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
  return DecodedImage(bitmap: target.bitmap, values16: target.values16)
}

/// The image that receives decoded rows, or parts of rows if the file is interlaced.
private struct DecodingTarget {
  var bitmap: Bitmap
  private let background: Color
  private let table: [UInt16]?
  private let indices: (first: Int, right: Int, down: Int)
  /// The smallest and the largest sample so far, if the file has 16 bits per sample.
  private var extremes: (UInt16, UInt16)?

  var values16: ClosedRange<Int>? {
    extremes.flatMap { $0 <= $1 ? Int($0)...Int($1) : nil }
  }

  init(
    _ header: ImageHeader, _ orientation: Orientation, channels: Int, background: Color,
    table: [UInt16]?
  ) {
    let (height, width) = orientation.size(height: header.height, width: header.width)
    bitmap = Bitmap(height: height, width: width, channels: channels)
    indices = orientation.indices(height: header.height, width: header.width)
    extremes = header.sampleBits == 16 ? (.max, .min) : nil
    (self.background, self.table) = (background, table)
  }

  /// Sets pixels of row `y`, the first at column `x`, each `step` columns after the previous one. Each
  /// pixel is red, green, blue and alpha.
  mutating func setPixels(_ pixels: Span<UInt16>, y: Int, x: Int, step: Int) {
    var index = indices.first + y * indices.down + x * indices.right
    for pixel in 0..<pixels.count / 4 {
      var color = Color(
        red: pixels[4 * pixel], green: pixels[4 * pixel + 1], blue: pixels[4 * pixel + 2])
      let alpha = pixels[4 * pixel + 3]
      if let (lowest, highest) = extremes, alpha > 0 {
        extremes = (
          min(lowest, color.red, color.green, color.blue),
          max(highest, color.red, color.green, color.blue)
        )
      }
      if let table {
        color = Color(
          red: table[Int(color.red)], green: table[Int(color.green)], blue: table[Int(color.blue)])
      }
      if alpha < 65535, !hasAlpha(bitmap.channels) {
        color = color.over(background, alpha: alpha)
      }
      bitmap.set(index, color, alpha: alpha)
      index += step * indices.right
    }
  }
}

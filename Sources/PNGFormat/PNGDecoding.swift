// From the bytes of a PNG file to its pixels, by libpng; what comes is without transparency.
import CPNGReader
import Glibc
import TensorIO

/// Decodes a PNG file of any kind.
///
/// Samples are spread to 16 bits, and laid over the background there. Gamma and colour profiles are
/// not applied.
///
/// - Parameters:
///   - file: The bytes of the file.
///   - isGray: Whether a gray picture is to come, of the luma of colours; otherwise one of three
///     channels.
///   - background: What transparent pixels lie over.
///   - path: The file's name for messages.
///
/// Throws `.invalid` for a file that is damaged, or announces more pixels than its bytes can hold:
/// so memory is bounded by the file's size, and by 2²⁶ pixels.
public func decodePNG(
  _ file: [UInt8], isGray: Bool, over background: Color, path: String
) throws(FileError) -> Bitmap {
  let header = try PNGHeader(file, path: path)
  let (width, height) = (header.width, header.height)
  guard width * height * header.bitsPerPixel <= file.count * PNGHeader.ratioLimit * 8 else {
    throw FileError(
      .invalid, path,
      "announces \(width)×\(height) pixels, more than its \(file.count) bytes can hold")
  }
  var painting = Painting(
    bitmap: Bitmap(height: height, width: width, channels: isGray ? 1 : 3),
    background: background)
  var row = [UInt16](repeating: 0, count: 4 * width)
  var words = [UInt8](repeating: 0, count: 100)
  let code = unsafe words.withUnsafeMutableBytes { words in
    unsafe withUnsafeMutablePointer(to: &painting) { painting in
      unsafe decode_png(
        file, file.count, UInt32(width), UInt32(height), &row,
        { painting, y, x, step, count, pixels in
          let pixels = unsafe UnsafeBufferPointer(start: pixels, count: 4 * Int(count))
          guard let painting = unsafe painting?.assumingMemoryBound(to: Painting.self)
          else { return }
          unsafe painting.pointee.paint(pixels.span, y: Int(y), x: Int(x), step: Int(step))
        }, painting, words.baseAddress?.assumingMemoryBound(to: CChar.self), words.count)
    }
  }
  switch code {
  case 0: break
  case ENODATA: throw FileError(.invalid, path, "cut short after \(file.count) bytes")
  case ENOMEM: throw FileError(.inputOutput, path, errno: code)
  default:
    let words = String(decoding: words.prefix { $0 != 0 }, as: UTF8.self)
    throw FileError(.invalid, path, "cannot be decoded: \(words)")
  }
  return painting.bitmap
}

/// A picture that grows by parts of rows.
private struct Painting {
  var bitmap: Bitmap
  let background: Color

  /// Sets pixels of a row that are `step` columns apart; of each there come red, green, blue and
  /// alpha.
  mutating func paint(_ pixels: Span<UInt16>, y: Int, x: Int, step: Int) {
    for index in 0..<pixels.count / 4 {
      let color = Color(deep: pixels[4 * index], pixels[4 * index + 1], pixels[4 * index + 2])
      let alpha = pixels[4 * index + 3]
      bitmap.set(
        x + index * step, y, alpha == 65535 ? color : color.over(background, alpha: alpha))
    }
  }
}

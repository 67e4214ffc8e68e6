// From the bytes of a PNG file to its pixels, by libpng; what comes is 8 bits a channel, without
// transparency.
import CPNGReader
import Glibc
import TensorIO

/// Decodes a PNG file of any kind.
///
/// A sample of 16 bits is rounded to the nearest of 8; smaller ones are spread to 0…255. Gamma and
/// colour profiles are not applied.
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
  var pixels = [UInt8](repeating: 0, count: 4 * width * height)
  var words = [UInt8](repeating: 0, count: 100)
  let code = unsafe words.withUnsafeMutableBytes { words in
    unsafe decode_png(
      file, file.count, UInt32(width), UInt32(height), &pixels,
      words.baseAddress?.assumingMemoryBound(to: CChar.self), words.count)
  }
  switch code {
  case 0: break
  case ENODATA: throw FileError(.invalid, path, "cut short after \(file.count) bytes")
  case ENOMEM: throw FileError(.inputOutput, path, errno: code)
  default:
    let words = String(decoding: words.prefix { $0 != 0 }, as: UTF8.self)
    throw FileError(.invalid, path, "cannot be decoded: \(words)")
  }

  var bitmap = Bitmap(height: height, width: width, channels: isGray ? 1 : 3)
  for y in 0..<height {
    for x in 0..<width {
      let place = 4 * (y * width + x)
      let color = Color(pixels[place], pixels[place + 1], pixels[place + 2])
      let alpha = pixels[place + 3]
      bitmap.set(x, y, alpha == 255 ? color : color.over(background, alpha: alpha))
    }
  }
  return bitmap
}

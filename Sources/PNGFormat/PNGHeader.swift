// The beginning of a PNG file, which says how much there is to be decoded: read before the rest of
// the file is. What else it says is libpng's to check.
// https://www.w3.org/TR/png-3/#11IHDR
import TensorIO

/// What a PNG file announces; sizes are within the limits.
struct PNGHeader: Equatable {
  let width: Int
  let height: Int
  /// The bits of a pixel.
  let bitsPerPixel: Int
  /// Whether no pixel can have a colour; of a palette that is not asked.
  let isGray: Bool

  /// No picture is wider or higher.
  static let sideLimit = 65_535
  /// No picture has more pixels: 384 MiB of them in colour, as they are kept.
  static let pixelLimit = 1 << 26
  /// The bytes of a file up to the end of the header: a signature, and a chunk of 13 bytes.
  static let byteCount = 33
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// No stream inflates to more than so many times its size: a match of 258 bytes takes two bits.
  static let ratioLimit = 1032

  /// Reads the header from the beginning of a file.
  ///
  /// Throws `.invalid` for what is not a PNG file, is cut short, or announces a picture over the
  /// limits.
  init(_ file: [UInt8], path: String) throws(FileError) {
    guard !file.isEmpty else { throw FileError(.invalid, path, "is empty") }
    let isCut = Self.signature.starts(with: file)
    guard isCut || file.starts(with: Self.signature) else {
      let format = knownFormat(file).map { ": \($0)" } ?? ""
      throw FileError(.invalid, path, "is not a PNG file\(format)")
    }
    guard file.count >= Self.byteCount else {
      throw FileError(.invalid, path, "cut short after \(file.count) bytes")
    }
    guard file[8..<16].elementsEqual([0, 0, 0, 13] + Array("IHDR".utf8)) else {
      throw FileError(.invalid, path, "does not begin with a header (IHDR)")
    }
    func number(_ start: Int) -> Int { file[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    (width, height) = (number(16), number(20))
    guard width > 0, height > 0 else {
      throw FileError(.invalid, path, "is of \(width)×\(height) pixels, width × height")
    }
    guard width <= Self.sideLimit, height <= Self.sideLimit, width * height <= Self.pixelLimit
    else {
      throw FileError(
        .invalid, path,
        "is too large: \(width)×\(height) pixels, width × height; the limits are "
          + "\(Self.sideLimit) a side and \(Self.pixelLimit) in all")
    }
    // Of the color type, bit 0 says that there is a palette, bit 1 color, bit 2 alpha.
    let (depth, type) = (Int(file[24]), Int(file[25]))
    isGray = type & 2 == 0
    bitsPerPixel = depth * ((type & 3 == 2 ? 3 : 1) + type >> 2 & 1)
  }
}

/// What a file is that is not PNG, if its first bytes tell.
private func knownFormat(_ bytes: [UInt8]) -> String? {
  let formats: [(name: String, magic: [UInt8])] = [
    ("a JPEG file", [0xFF, 0xD8, 0xFF]), ("a GIF file", Array("GIF8".utf8)),
    ("a WebP file", Array("RIFF".utf8)), ("a BMP file", Array("BM".utf8)),
    ("a TIFF file", [0x49, 0x49, 0x2A, 0]), ("a gzip file", [0x1F, 0x8B]),
  ]
  return formats.first { bytes.starts(with: $0.magic) }?.name
}

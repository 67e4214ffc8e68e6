// The header of a PNG file. It declares the size of the image, so its limits are checked before the rest
// of the file is read. libpng checks everything else. https://www.w3.org/TR/png-3/#11IHDR
import TensorIO

/// The header of a PNG file whose size is within the limits.
struct PNGHeader: Equatable {
  let width: Int
  let height: Int
  let bitsPerPixel: Int
  /// Whether the color type has no colors. Images with a palette always count as color.
  let isGray: Bool

  /// The largest height and width.
  static let sideLimit = 65_535
  /// The largest number of pixels: 384 MiB as a `Bitmap` in color.
  static let pixelLimit = 1 << 26
  /// The size of a file up to the end of the header, in bytes: the signature and a chunk of 13 bytes.
  static let byteCount = 33
  /// The largest ratio of inflated to compressed size: a match of 258 bytes takes 2 bits.
  static let ratioLimit = 1032

  /// Parses the header at the beginning of a file.
  ///
  /// - Parameters:
  ///   - file: The first bytes of the file, at least `byteCount` of them unless it is shorter.
  ///   - path: The name in messages.
  /// - Throws: `.invalid` if the file is not PNG, is truncated or declares an image over the limits.
  init(_ file: [UInt8], path: String) throws(FileError) {
    guard !file.isEmpty else { throw FileError(.invalid, path, "is empty") }
    let signature = FileFormat.png.signature
    guard signature.starts(with: file) || file.starts(with: signature) else {
      let format = FileFormat.name(of: file).map { "is \($0), not a PNG file" }
      throw FileError(.invalid, path, format ?? "is not a PNG file")
    }
    guard file.count >= Self.byteCount else {
      throw FileError(.invalid, path, "is truncated after \(file.count) bytes")
    }
    guard file[8..<16].elementsEqual([0, 0, 0, 13] + Array("IHDR".utf8)) else {
      throw FileError(.invalid, path, "first chunk is not a header (IHDR)")
    }
    func number(_ start: Int) -> Int { file[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    (width, height) = (number(16), number(20))
    guard width > 0, height > 0 else {
      throw FileError(.invalid, path, "has an invalid size: \(width)×\(height) (width × height)")
    }
    guard width <= Self.sideLimit, height <= Self.sideLimit, width * height <= Self.pixelLimit
    else {
      throw FileError(
        .invalid, path,
        "is too large: \(width)×\(height) (width × height; the limits are \(Self.sideLimit) pixels "
          + "per side and \(Self.pixelLimit) in total)")
    }
    // Bits of the color type: 0 for a palette, 1 for color, 2 for alpha.
    let (depth, type) = (Int(file[24]), Int(file[25]))
    isGray = type & 2 == 0
    bitsPerPixel = depth * ((type & 3 == 2 ? 3 : 1) + type >> 2 & 1)
  }
}

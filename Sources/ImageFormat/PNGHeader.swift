// The header of a PNG file. https://www.w3.org/TR/png-3/#11IHDR
import TensorIO

extension ImageHeader {
  /// The size of a PNG file up to the end of its header, in bytes: the signature and a chunk of 13 bytes.
  private static let pngByteCount = 33
  /// The largest ratio of inflated to compressed size: a match of 258 bytes takes 2 bits.
  private static let inflationLimit = 1032

  /// Parses the header of a PNG file; nil if it is longer than these bytes.
  init?(png head: [UInt8], path: String) throws(FileError) {
    guard head.count >= Self.pngByteCount else { return nil }
    guard head[8..<16].elementsEqual([0, 0, 0, 13] + Array("IHDR".utf8)) else {
      throw FileError(.invalid, path, "first chunk is not a header (IHDR)")
    }
    func number(_ start: Int) -> Int { head[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    let (width, height) = (number(16), number(20))
    // Bits of the color type: 0 for a palette, 1 for color, 2 for alpha.
    let (depth, type) = (Int(head[24]), Int(head[25]))
    let bitsPerPixel = depth * ((type & 3 == 2 ? 3 : 1) + type >> 2 & 1)
    // The product of two 32-bit sizes may overflow; too large sizes are rejected below.
    let bits = width.multipliedReportingOverflow(by: height).partialValue &* bitsPerPixel
    try self.init(
      .png, width: width, height: height, isGray: type & 2 == 0,
      // libpng rejects any other depth.
      sampleBits: type & 1 == 0 && [1, 2, 4, 8, 16].contains(depth) ? depth : 8,
      leastByteCount: (bits / 8 + Self.inflationLimit - 1) / Self.inflationLimit, path: path)
  }
}

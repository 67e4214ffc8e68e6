// A PNG file as its chunks: a length, a type of four letters, the data, and a CRC-32 of both. Every
// checksum is compared, so that a damaged file is known as such before anything is inflated. What
// does not change the samples, such as gamma or a color profile, is passed over.
// https://www.w3.org/TR/png-3/#5Chunk-layout
import CZlib
import TensorIO

/// The chunks of a PNG file that decide on its samples.
struct PNGChunks {
  let header: PNGHeader
  /// Red, green and blue of each entry; empty but for pictures of a palette.
  private(set) var palette: [UInt8] = []
  /// The alphas of the first entries of the palette, or the color that is transparent, 16 bits a
  /// sample; empty if there is none.
  private(set) var transparency: [UInt8] = []
  /// Where in the file the compressed data lies.
  private(set) var data: [Range<Int>] = []

  private let path: String

  /// Finds the chunks of a file; what follows the last one is not looked at.
  ///
  /// Throws `.invalid` for what is not a PNG file, is cut short or damaged, and for chunks that
  /// must be understood and are not.
  init(_ file: [UInt8], path: String) throws(FileError) {
    self.path = path
    header = try Self.header(file, path: path)
    var place = PNGHeader.signature.count
    var isEnded = false
    var last = ""
    while !isEnded {
      guard file.count - place >= 12 else {
        throw FileError(.invalid, path, "cut short after \(file.count) bytes")
      }
      let count = Self.number(file[place..<place + 4])
      let content = place + 8..<place + 8 + count
      guard file.count - content.lowerBound >= count + 4 else {
        throw FileError(
          .invalid, path, "cut short: a chunk of \(count) bytes from byte \(place) to the end")
      }
      let type = file[place + 4..<content.lowerBound]
      let sum = Self.checksum(file, place + 4..<content.upperBound)
      guard sum == Self.number(file[content.upperBound..<content.upperBound + 4]) else {
        throw FileError(.invalid, path, "is damaged: wrong checksum of the chunk at byte \(place)")
      }
      let name = String(decoding: type, as: UTF8.self)
      try take(name, after: last, file, content)
      isEnded = name == "IEND"
      last = name
      place = content.upperBound + 4
    }
    guard !data.isEmpty else { throw FileError(.invalid, path, "has no image data") }
    guard header.colorType != .palette || !palette.isEmpty else {
      throw FileError(.invalid, path, "has no palette")
    }
  }

  /// Reads the header from the beginning of a file, unchecked as it is.
  static func header(_ file: [UInt8], path: String) throws(FileError) -> PNGHeader {
    guard !file.isEmpty else { throw FileError(.invalid, path, "is empty") }
    let isCut = PNGHeader.signature.starts(with: file)
    guard isCut || file.starts(with: PNGHeader.signature) else {
      let format = knownFormat(file).map { ": \($0)" } ?? ""
      throw FileError(.invalid, path, "is not a PNG file\(format)")
    }
    guard file.count >= PNGHeader.byteCount else {
      throw FileError(.invalid, path, "cut short after \(file.count) bytes")
    }
    guard file[8..<16].elementsEqual([0, 0, 0, 13] + Array("IHDR".utf8)) else {
      throw FileError(.invalid, path, "does not begin with a header (IHDR)")
    }
    return try PNGHeader(file[16..<29], path: path)
  }

  private mutating func take(
    _ name: String, after last: String, _ file: [UInt8], _ content: Range<Int>
  ) throws(FileError) {
    func refusal(_ message: String) -> FileError { FileError(.invalid, path, message) }
    switch name {
    case "IHDR":
      guard last.isEmpty else { throw refusal("has two headers (IHDR)") }
    case "PLTE":
      let limit = header.colorType == .palette ? 1 << header.depth : 256
      guard palette.isEmpty, data.isEmpty, content.count.isMultiple(of: 3),
        1...limit ~= content.count / 3
      else { throw refusal("has a palette (PLTE) of \(content.count) bytes, or out of place") }
      palette = Array(file[content])
    case "tRNS":
      guard transparency.isEmpty, data.isEmpty, isTransparency(content.count) else {
        throw refusal("has transparency (tRNS) of \(content.count) bytes, or out of place")
      }
      transparency = Array(file[content])
    case "IDAT":
      guard data.isEmpty || last == "IDAT" else {
        throw refusal("has image data (IDAT) in two places")
      }
      data.append(content)
    case "IEND": break
    default:
      // A small first letter says that the picture can be understood without the chunk.
      guard name.utf8.allSatisfy({ 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }) else {
        throw refusal("is damaged: no chunk at byte \(content.lowerBound - 8)")
      }
      guard name.utf8.first.map({ $0 & 0x20 != 0 }) == true else {
        throw refusal("has a chunk that is not understood: \(name)")
      }
    }
  }

  private func isTransparency(_ count: Int) -> Bool {
    switch header.colorType {
    case .gray: count == 2
    case .rgb: count == 6
    case .palette: count > 0 && count <= palette.count / 3
    case .grayAlpha, .rgba: false
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  private static func checksum(_ file: [UInt8], _ range: Range<Int>) -> Int {
    unsafe file.withUnsafeBufferPointer { file in
      Int(unsafe crc32_z(0, file.baseAddress.map { unsafe $0 + range.lowerBound }, range.count))
    }
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

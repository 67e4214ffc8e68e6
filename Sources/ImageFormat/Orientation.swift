// The orientation of EXIF: how a viewer turns a stored image. Phones and cameras store the pixels as the
// sensor reads them. CIPA DC-008, tag 0x0112; https://www.w3.org/TR/png-3/#eXIf
import TensorIO

/// How a stored image is turned to be upright.
enum Orientation: Int, CaseIterable {
  case normal = 1
  case mirroredHorizontally, rotated180, mirroredVertically
  case transposed, rotatedClockwise, transverse, rotatedCounterclockwise

  /// Whether rows become columns.
  var swapsAxes: Bool { rawValue >= 5 }
  /// Whether the upright image begins at the other end of its horizontal axis.
  private var reversesX: Bool { [2, 3, 6, 7].contains(rawValue) }
  /// Whether the upright image begins at the other end of its vertical axis.
  private var reversesY: Bool { [3, 4, 7, 8].contains(rawValue) }

  /// The height and the width of the upright image.
  func size(height: Int, width: Int) -> (height: Int, width: Int) {
    swapsAxes ? (width, height) : (height, width)
  }

  /// The indices of stored pixels in the upright image: that of the first one, and the differences to the
  /// next one in its row and to the one below it.
  func indices(height: Int, width: Int) -> (first: Int, right: Int, down: Int) {
    let (height, width) = size(height: height, width: width)
    let first = (reversesX ? width - 1 : 0) + (reversesY ? (height - 1) * width : 0)
    let (x, y) = (reversesX ? -1 : 1, reversesY ? -width : width)
    return swapsAxes ? (first, y, x) : (first, x, y)
  }
}

extension Orientation {
  /// The orientation in the EXIF data of a file; `normal` if there is none or it is invalid.
  init(of file: [UInt8], _ format: ImageHeader.Format) {
    let blocks = format == .png ? Self.exifBlocks(png: file) : Self.exifBlocks(jpeg: file)
    self = blocks.lazy.compactMap { Self.parse(file[$0]) }.first ?? .normal
  }

  /// What the EXIF data of JPEG begins with. Some writers add it in PNG too.
  private static let prefix = Array("Exif\0\0".utf8)

  /// Segments APP1 with EXIF data.
  private static func exifBlocks(jpeg file: [UInt8]) -> [Range<Int>] {
    JPEGSegments(file).filter { $0.marker == 0xE1 && file[$0.content].starts(with: prefix) }
      .map { $0.content.dropFirst(prefix.count) }
  }

  /// Chunks eXIf.
  private static func exifBlocks(png file: [UInt8]) -> [Range<Int>] {
    var blocks: [Range<Int>] = []
    var offset = FileFormat.png.signature.count
    // A chunk has its length, its type, its content and a checksum.
    while offset + 12 <= file.count {
      let length = file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - offset - 12 else { break }
      if file[offset + 4..<offset + 8].elementsEqual("eXIf".utf8) {
        let content = offset + 8..<offset + 8 + length
        blocks.append(
          file[content].starts(with: prefix) ? content.dropFirst(prefix.count) : content)
      }
      offset += 12 + length
    }
    return blocks
  }

  /// The orientation in a TIFF structure; nil if it has none, or an invalid one.
  private static func parse(_ tiff: ArraySlice<UInt8>) -> Orientation? {
    let isBigEndian = tiff.starts(with: [0x4D, 0x4D])
    guard isBigEndian || tiff.starts(with: [0x49, 0x49]) else { return nil }
    func number(_ offset: Int, _ size: Int) -> Int? {
      guard offset <= tiff.count - size else { return nil }
      let start = tiff.startIndex + offset
      let bytes = tiff[start..<start + size]
      return (isBigEndian ? Array(bytes) : bytes.reversed()).reduce(0) { $0 << 8 | Int($1) }
    }
    guard number(2, 2) == 42, let directory = number(4, 4), let count = number(directory, 2)
    else { return nil }
    for index in 0..<count {
      // An entry has 12 bytes: tag, type, count and value. Type 3 is an integer of 16 bits.
      let entry = directory + 2 + 12 * index
      guard let tag = number(entry, 2) else { return nil }
      guard tag == 0x0112 else { continue }
      guard number(entry + 2, 2) == 3, number(entry + 4, 4) == 1 else { return nil }
      return number(entry + 8, 2).flatMap(Orientation.init(rawValue:))
    }
    return nil
  }
}

// All orientations of EXIF in both formats, and EXIF data that must be ignored.
import CJPEG
import TensorIO
import TestSupport
import Testing

@testable import ImageFormat

@Suite struct OrientationTests {
  /// A TIFF structure with these entries: tag, type, count and value.
  static func tiff(_ entries: [[Int]], isBigEndian: Bool = true) -> [UInt8] {
    func bytes(_ number: Int, _ size: Int) -> [UInt8] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      return isBigEndian ? bytes.reversed() : bytes
    }
    var tiff = Array((isBigEndian ? "MM" : "II").utf8)
    tiff += bytes(42, 2) + bytes(8, 4) + bytes(entries.count, 2)
    for entry in entries {
      tiff += bytes(entry[0], 2) + bytes(entry[1], 2) + bytes(entry[2], 4)
      tiff += entry[1] == 3 ? bytes(entry[3], 2) + [0, 0] : bytes(entry[3], 4)
    }
    return tiff + bytes(0, 4)
  }

  static func orientation(_ value: Int, isBigEndian: Bool = true) -> [UInt8] {
    tiff(
      [[0x010F, 4, 1, 7], [0x0112, 3, 1, value], [0x011A, 4, 1, 9]], isBigEndian: isBigEndian)
  }

  /// The upright image: 2 rows of 3 pixels, or of 3 blocks.
  static let upright: [[UInt8]] = [[10, 20, 30], [40, 50, 60]]

  /// What a camera stores for each orientation, by the table of the standard: which side of the upright
  /// image row 0 and column 0 are.
  static let stored: [(orientation: Int, rows: [[UInt8]])] = [
    (1, [[10, 20, 30], [40, 50, 60]]),  // top, left
    (2, [[30, 20, 10], [60, 50, 40]]),  // top, right
    (3, [[60, 50, 40], [30, 20, 10]]),  // bottom, right
    (4, [[40, 50, 60], [10, 20, 30]]),  // bottom, left
    (5, [[10, 40], [20, 50], [30, 60]]),  // left, top
    (6, [[30, 60], [20, 50], [10, 40]]),  // right, top
    (7, [[60, 30], [50, 20], [40, 10]]),  // right, bottom
    (8, [[40, 10], [50, 20], [60, 30]]),  // left, bottom
  ]

  static func png(_ rows: [[UInt8]], isInterlaced: Bool = false) -> HandmadePNG {
    HandmadePNG(
      width: rows[0].count, height: rows.count, isInterlaced: isInterlaced,
      samples: rows.joined().map(Int.init))
  }

  static func decode(_ file: [UInt8]) throws -> Bitmap {
    try decodeImage(file, channels: 1, over: .black, path: "x").bitmap
  }

  @Test(arguments: [false, true]) func `PNG is turned by eXIf`(isBigEndian: Bool) throws {
    for (orientation, rows) in Self.stored {
      for (position, isInterlaced, prefix) in [
        (1, false, []), (4, true, []), (1, true, Array("Exif\0\0".utf8)),
      ] as [(Int, Bool, [UInt8])] {
        var chunks = Self.png(rows, isInterlaced: isInterlaced).chunks
        let exif = prefix + Self.orientation(orientation, isBigEndian: isBigEndian)
        chunks.insert(("eXIf", exif), at: position)
        let bitmap = try Self.decode(HandmadePNG.file(chunks))
        #expect((bitmap.height, bitmap.width) == (2, 3))
        #expect(bitmap.levels == Array(Self.upright.joined()), "\(orientation), \(position)")
      }
    }
  }

  @Test(arguments: [false, true]) func `JPEG is turned by APP1`(isBigEndian: Bool) throws {
    for (orientation, rows) in Self.stored {
      var jpeg = HandmadeJPEG(columns: rows[0].count, blocks: Array(rows.joined()))
      jpeg.exif = [
        Array("http://ns.adobe.com/xap/1.0/\0<x/>".utf8),
        Array("Exif\0\0".utf8) + Self.orientation(orientation, isBigEndian: isBigEndian),
      ]
      let bitmap = try Self.decode(jpeg.bytes)
      #expect((bitmap.height, bitmap.width) == (16, 24))
      let blocks = [0, 8].flatMap { y in [0, 8, 16].map { bitmap.levels[y * 24 + $0] } }
      #expect(blocks == Array(Self.upright.joined()), "\(orientation)")
    }
  }

  @Test func `images are turned before they are cropped, and sizes are compared`() throws {
    let folder = try Folder()
    for (orientation, rows) in Self.stored {
      var chunks = Self.png(rows).chunks
      chunks.insert(("eXIf", Self.orientation(orientation)), at: 1)
      try folder.write(HandmadePNG.file(chunks), to: "\(orientation).png")
    }
    let whole = try ImageConversionTests.convert(folder).file
    #expect(whole.header["images"]?.shape == [8, 1, 2, 3])
    #expect(
      whole.numbers(of: "images")
        == Array(repeating: Self.upright.joined(), count: 8).flatMap(\.self))
    let cropped = try ImageConversionTests.convert(folder) { $0.size = (2, 1) }.file
    #expect(
      cropped.numbers(of: "images") == Array(repeating: [20, 50], count: 8).flatMap(\.self)
        as [UInt8])
  }

  @Test func `invalid EXIF data is ignored`() throws {
    let valid = Self.orientation(6)
    var invalid: [[UInt8]] = (0..<valid.count - 4).map { Array(valid[..<$0]) }.filter {
      $0.count < 30
    }
    invalid += [0, 9, 65535].map { Self.orientation($0) }
    // The wrong type or count, or an offset of the directory that is outside.
    invalid += [[[0x0112, 2, 1, 6]], [[0x0112, 3, 2, 6]], []].map { Self.tiff($0) }
    var far = valid
    for index in 4..<8 { far[index] = 0xFF }
    var many = valid
    (many[8], many[9]) = (0xFF, 0xFF)
    many[18 + 4] = 0
    invalid += [far, Array("XX".utf8) + valid.dropFirst(2), many]
    for exif in invalid {
      var chunks = Self.png(Self.upright).chunks
      chunks.insert(("eXIf", exif), at: 1)
      let png = try Self.decode(HandmadePNG.file(chunks))
      var jpeg = HandmadeJPEG(columns: 3, blocks: Array(Self.upright.joined()))
      jpeg.exif = [Array("Exif\0\0".utf8) + exif]
      let bitmap = try Self.decode(jpeg.bytes)
      #expect((bitmap.width, bitmap.height) == (24, 16), "\(exif)")
      #expect(png.levels == Array(Self.upright.joined()), "\(exif)")
    }
  }
}

// An independent PNG encoder that can also make invalid files.
import CZlib

/// The content of a PNG file. Any field may be invalid.
struct HandmadePNG {
  var width: Int
  var height: Int
  var depth = 8
  var colorType: UInt8 = 0
  var isInterlaced = false
  var palette: [UInt8]?
  var transparency: [UInt8]?
  /// height×width×samples, each of `depth` bits.
  var samples: [Int]

  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The number of samples per pixel.
  var sampleCount: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType] ?? 1 }

  var header: [UInt8] {
    bigEndian(width) + bigEndian(height) + [UInt8(depth), colorType, 0, 0, isInterlaced ? 1 : 0]
  }

  /// The chunks. The data is in three chunks, the second of them empty.
  var chunks: [(type: String, content: [UInt8])] {
    let data = zlib(rows)
    return [("IHDR", header)] + (palette.map { [("PLTE", $0)] } ?? [])
      + (transparency.map { [("tRNS", $0)] } ?? [])
      + [("IDAT", Array(data.prefix(5))), ("IDAT", []), ("IDAT", Array(data.dropFirst(5)))]
      + [("IEND", [])]
  }

  var bytes: [UInt8] { Self.file(chunks) }

  static func file(_ chunks: [(type: String, content: [UInt8])]) -> [UInt8] {
    signature + chunks.flatMap { chunk($0.type, $0.content) }
  }

  static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    return bigEndian(content.count) + body + bigEndian(Int(crc32_z(0, body, body.count)))
  }

  /// The filtered rows of all passes, with the five filters in turn.
  var rows: [UInt8] {
    let passes = [
      (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
      (0, 1, 1, 2),
    ]
    let distance = max(1, depth * sampleCount / 8)
    var result: [UInt8] = []
    var filter = 0
    for (left, top, stepX, stepY) in isInterlaced ? passes : [(0, 0, 1, 1)] where left < width {
      var above: [UInt8]?
      for y in stride(from: top, to: height, by: stepY) {
        let row = packed(y, stride(from: left, to: width, by: stepX))
        let previous = above ?? row.map { _ in 0 }
        result.append(UInt8(filter))
        for (index, byte) in row.enumerated() {
          let a = index < distance ? 0 : Int(row[index - distance])
          let b = Int(previous[index])
          let c = index < distance ? 0 : Int(previous[index - distance])
          let nearest = [a, b, c].min { abs(a + b - c - $0) < abs(a + b - c - $1) } ?? 0
          result.append(byte &- UInt8([0, a, b, (a + b) / 2, nearest][filter]))
        }
        filter = (filter + 1) % 5
        above = row
      }
    }
    return result
  }

  /// Packs some pixels of a row, padded with zero bits to a whole byte.
  private func packed(_ y: Int, _ columns: StrideTo<Int>) -> [UInt8] {
    let bits = columns.flatMap { x in
      (0..<sampleCount).flatMap { sample in
        (0..<depth).map { samples[(y * width + x) * sampleCount + sample] >> (depth - 1 - $0) & 1 }
      }
    }
    return stride(from: 0, to: bits.count, by: 8).map { start in
      (0..<8).reduce(0) { $0 << 1 | (start + $1 < bits.count ? UInt8(bits[start + $1]) : 0) }
    }
  }
}

func bigEndian(_ number: Int) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
}

/// Compresses bytes to a zlib stream.
func zlib(_ bytes: [UInt8]) -> [UInt8] {
  var count = compressBound(uLong(bytes.count))
  var target = [UInt8](repeating: 0, count: Int(count))
  precondition(compress(&target, &count, bytes, uLong(bytes.count)) == Z_OK)
  return Array(target[..<Int(count)])
}

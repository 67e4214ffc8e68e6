// The segments of a JPEG file before its image data. ITU-T T.81, annex B.
import TensorIO

/// The segments of a JPEG file up to the start of its first scan.
struct JPEGSegments: Sequence, IteratorProtocol {
  /// A segment: its marker, and the range of its content after the length.
  struct Segment {
    let marker: UInt8
    let content: Range<Int>
  }

  /// Why there are no more segments.
  enum End { case truncated, startOfScan, invalid }

  private let file: [UInt8]
  private var offset = 2
  /// Set when `next` returns nil.
  private(set) var end = End.truncated

  /// Starts at the first segment of a file that begins with the JPEG signature.
  init(_ file: [UInt8]) { self.file = file }

  /// The next segment that is complete.
  mutating func next() -> Segment? {
    while offset + 1 < file.count {
      let marker = file[offset + 1]
      guard file[offset] == 0xFF else {
        end = .invalid
        return nil
      }
      switch marker {
      // A fill byte before a marker.
      case 0xFF: offset += 1
      // Markers without a segment.
      case 0x01, 0xD0...0xD8: offset += 2
      case 0xDA:
        end = .startOfScan
        return nil
      case 0x00, 0xD9:
        end = .invalid
        return nil
      default:
        guard offset + 3 < file.count else { return nil }
        let length = Int(file[offset + 2]) << 8 | Int(file[offset + 3])
        guard length >= 2 else {
          end = .invalid
          return nil
        }
        guard offset + 2 + length <= file.count else { return nil }
        let content = offset + 4..<offset + 2 + length
        offset = content.upperBound
        return Segment(marker: marker, content: content)
      }
    }
    return nil
  }
}

extension ImageHeader {
  /// More pixels than a byte can encode: a block of 8 × 8 pixels takes at least 1 bit, and with subsampling
  /// there may be two pixels per sample.
  private static let pixelsPerByteLimit = 1024

  /// Parses the header of a JPEG file, up to the frame header; nil if it is longer than these bytes.
  init?(jpeg head: [UInt8], path: String) throws(FileError) {
    var segments = JPEGSegments(head)
    while let segment = segments.next() {
      // The frame headers (SOF0 to SOF15), without DHT, JPG and DAC in the same range.
      guard 0xC0...0xCF ~= segment.marker, ![0xC4, 0xC8, 0xCC].contains(segment.marker) else {
        continue
      }
      let frame = head[segment.content]
      guard frame.count >= 6 else {
        throw FileError(.invalid, path, "has an invalid frame header (\(frame.count) bytes)")
      }
      func byte(_ index: Int) -> Int { Int(frame[frame.startIndex + index]) }
      guard byte(0) == 8 else {
        throw FileError(
          .invalid, path, "has \(byte(0)) bits per sample (expected 8); convert it to 8 bits")
      }
      let (height, width) = (byte(1) << 8 | byte(2), byte(3) << 8 | byte(4))
      try self.init(
        .jpeg, width: width, height: height, isGray: byte(5) == 1, sampleBits: 8,
        leastByteCount: (width * height + Self.pixelsPerByteLimit - 1) / Self.pixelsPerByteLimit,
        path: path)
      return
    }
    guard segments.end == .truncated else {
      throw FileError(.invalid, path, "is a JPEG file without a frame header")
    }
    return nil
  }
}

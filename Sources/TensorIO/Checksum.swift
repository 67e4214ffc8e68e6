// CRC-32 as in zlib, gzip and PNG. The checksums of two adjacent pieces combine into the checksum of
// both without reading the bytes again, so a file's checksum is cheap once its tensors' are known.
import CZlib

/// The CRC-32 of a sequence of bytes.
package struct Checksum {
  /// The checksum of the bytes so far; 0 for no bytes.
  private(set) var value: UInt32 = 0

  /// Appends bytes.
  mutating func append(_ bytes: Span<UInt8>) {
    guard !bytes.isEmpty else { return }
    let current = UInt(value)
    value = unsafe bytes.withUnsafeBufferPointer {
      unsafe UInt32(crc32_z(current, $0.baseAddress, $0.count))
    }
  }

  /// Appends `count` bytes whose checksum is known.
  mutating func append(checksum: UInt32, count: Int) {
    value = UInt32(crc32_combine(UInt(value), UInt(checksum), count))
  }

  /// Formats a checksum as eight lowercase hexadecimal digits.
  package static func digits(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }

  /// The CRC-32 of a text in UTF-8, as digits.
  package static func digits(of text: String) -> String {
    var checksum = Checksum()
    checksum.append(Array(text.utf8).span)
    return digits(checksum.value)
  }

  /// Whether a text is a checksum as `digits` formats it.
  package static func isDigits(_ text: String) -> Bool {
    text.utf8.count == 8 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
  }

  /// The digits that a header holds while the checksum of its file is computed.
  static let placeholder = "00000000"
  /// The value of `crc32` in a file that was written to a pipe before its data was known.
  static let unknown = "none"
}

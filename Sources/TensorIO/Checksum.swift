// CRC-32 as in zlib, gzip and PNG. The sums of two pieces give the sum of both together without
// reading them again, so a file's sum costs nothing once its tensors' sums are known.
import CZlib

/// The CRC-32 of a run of bytes.
package struct Checksum {
  /// The sum: 0 for no bytes.
  private(set) var value: UInt32 = 0

  /// Appends bytes.
  mutating func append(_ bytes: Span<UInt8>) {
    guard !bytes.isEmpty else { return }
    let sum = UInt(value)
    value = unsafe bytes.withUnsafeBufferPointer {
      unsafe UInt32(crc32_z(sum, $0.baseAddress, $0.count))
    }
  }

  /// Appends bytes of which the sum is known.
  mutating func append(sum: UInt32, count: Int) {
    value = UInt32(crc32_combine(UInt(value), UInt(sum), count))
  }

  /// Eight lower-case hexadecimal digits.
  package static func digits(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }

  /// What stands in the place of the digits while a file is summed.
  static let blank = "00000000"
  /// What stands there when the sum cannot be known: the file was written to a pipe in one pass.
  static let none = "none"
}

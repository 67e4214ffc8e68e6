// A TensorBoard event: three messages of tensorflow/core/util/event.proto and
// framework/summary.proto, encoded by hand, in a TFRecord.
import TensorIO

/// A TensorBoard event: scalars at a step.
package struct Event {
  /// Seconds since 1970.
  package var wallTime: Double
  /// The position on the x axis.
  package var step: Int
  /// A value for each tag.
  package var scalars: [(tag: String, value: Float)]

  /// An event.
  package init(wallTime: Double, step: Int, scalars: [(tag: String, value: Float)] = []) {
    (self.wallTime, self.step, self.scalars) = (wallTime, step, scalars)
  }

  /// The first record of a file.
  package static func fileVersion(wallTime: Double) -> [UInt8] {
    var message = Message()
    message.append(1, wallTime.bitPattern)
    message.append(3, Array("brain.Event:2".utf8))
    return record(message.bytes)
  }

  /// The event as a record.
  package var record: [UInt8] {
    var event = Message()
    event.append(1, wallTime.bitPattern)
    event.append(2, step)
    var summary = Message()
    for (tag, value) in scalars {
      var scalar = Message()
      scalar.append(1, Array(tag.utf8))
      scalar.append(2, value.bitPattern)
      summary.append(1, scalar.bytes)
    }
    event.append(5, summary.bytes)
    return Self.record(event.bytes)
  }

  /// A TFRecord: the length, its checksum, the data, its checksum; all numbers are little-endian.
  package static func record(_ data: [UInt8]) -> [UInt8] {
    let length = UInt64(data.count).littleEndianBytes
    return length + masked(crc32c(length)).littleEndianBytes
      + data + masked(crc32c(data)).littleEndianBytes
  }

  /// A checksum as TFRecord stores it. The mask keeps the CRC of data that contains CRCs from being
  /// trivial.
  private static func masked(_ sum: UInt32) -> UInt32 {
    (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}

/// An encoder of protobuf fields.
private struct Message {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ field: Int, _ number: Int) {
    appendVarint(field << 3)
    appendVarint(number)
  }

  mutating func append(_ field: Int, _ bits: UInt64) {
    appendVarint(field << 3 | 1)
    bytes += bits.littleEndianBytes
  }

  mutating func append(_ field: Int, _ bits: UInt32) {
    appendVarint(field << 3 | 5)
    bytes += bits.littleEndianBytes
  }

  mutating func append(_ field: Int, _ content: [UInt8]) {
    appendVarint(field << 3 | 2)
    appendVarint(content.count)
    bytes += content
  }

  /// Appends seven bits per byte, the lowest first. All bytes but the last have the top bit set.
  private mutating func appendVarint(_ number: Int) {
    var rest = UInt(bitPattern: number)
    while rest > 127 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

extension FixedWidthInteger {
  fileprivate var littleEndianBytes: [UInt8] {
    stride(from: 0, to: Self.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: self >> $0) }
  }
}

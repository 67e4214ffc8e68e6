// An event of TensorBoard: three messages of tensorflow/core/util/event.proto and
// framework/summary.proto, by hand, in a TFRecord.

/// One moment of a training.
package struct Event {
  /// Seconds since 1970.
  package var wallTime: Double
  /// The place on the x axis.
  package var step: Int
  /// What is told: a number for each tag.
  package var scalars: [(tag: String, value: Float)]

  /// Tells of nothing yet.
  package init(wallTime: Double, step: Int, scalars: [(tag: String, value: Float)] = []) {
    (self.wallTime, self.step, self.scalars) = (wallTime, step, scalars)
  }

  /// The record that a file begins with.
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

  /// A TFRecord: the length, its sum, the data, its sum; all numbers little-endian.
  package static func record(_ data: [UInt8]) -> [UInt8] {
    let length = UInt64(data.count).littleEndianBytes
    return length + masked(crc32c(length)).littleEndianBytes
      + data + masked(crc32c(data)).littleEndianBytes
  }

  /// A sum turned and shifted, so that data with sums in it has no trivial sum itself.
  private static func masked(_ sum: UInt32) -> UInt32 {
    (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}

/// The fields of a protobuf message.
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

  /// Seven bits to a byte, the lowest first; all but the last have the top bit set.
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

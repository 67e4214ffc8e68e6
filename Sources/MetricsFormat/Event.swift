// A TensorBoard event: three messages of tensorflow/core/util/event.proto and
// framework/summary.proto, in a TFRecord.
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
    var message = ProtobufMessage()
    message.append(1, wallTime.bitPattern)
    message.append(3, "brain.Event:2")
    return record(message.bytes)
  }

  /// The event as a record.
  package var record: [UInt8] {
    var event = ProtobufMessage()
    event.append(1, wallTime.bitPattern)
    event.append(2, step)
    var summary = ProtobufMessage()
    for (tag, value) in scalars {
      var scalar = ProtobufMessage()
      scalar.append(1, tag)
      scalar.append(2, value.bitPattern)
      summary.append(1, scalar)
    }
    event.append(5, summary)
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

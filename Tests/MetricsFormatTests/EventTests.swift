import TensorIO
import Testing

@testable import MetricsFormat

@Suite struct EventTests {
  /// The vectors of RFC 3720, B.4, and the check value of CRC catalogs.
  @Test(
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      ([UInt8](0..<32), 0x46DD_794E),
      ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
      (Array("123456789".utf8), 0xE306_9283),
      ([], 0),
    ] as [([UInt8], UInt32)])
  func `CRC-32C agrees with RFC 3720`(_ bytes: [UInt8], _ sum: UInt32) {
    #expect(crc32c(bytes) == sum)
  }

  /// 8 bytes of length, 4 bytes of its checksum, the data, 4 bytes of its checksum.
  @Test func `a record is a TFRecord`() {
    let record = Event.record(Array("123456789".utf8))
    #expect(record.count == 8 + 4 + 9 + 4)
    #expect(record[..<8] == [9, 0, 0, 0, 0, 0, 0, 0])
    #expect(record[12..<21] == Array("123456789".utf8)[...])
    // The checksum 0xE3069283, rotated right by 15, is 0x2507C60D; plus 0xA282EAD8 it is 0xC78AB0E5.
    #expect(Array(record[21...]) == [0xE5, 0xB0, 0x8A, 0xC7])
  }

  @Test func `an event consists of the three messages of TensorBoard`() {
    let event = Event(wallTime: 1.5, step: 300, scalars: [("loss", -2), ("x", 0.5)])
    let summary: [UInt8] =
      [0x0A, 11, 0x0A, 4] + Array("loss".utf8) + [0x15, 0, 0, 0, 0xC0]
      + [0x0A, 8, 0x0A, 1] + Array("x".utf8) + [0x15, 0, 0, 0, 0x3F]
    let data: [UInt8] =
      [0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0xAC, 0x02, 0x2A, 23] + summary
    #expect(event.record == Event.record(data))
    #expect(
      Event.fileVersion(wallTime: 0)
        == Event.record([0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x1A, 13] + Array("brain.Event:2".utf8)))
  }
}

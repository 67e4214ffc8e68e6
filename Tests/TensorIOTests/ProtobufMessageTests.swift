import TensorIO
import Testing

/// The wire format of Protocol Buffers. The expected bytes are examples of its specification
/// (https://protobuf.dev/programming-guides/encoding).
@Suite struct ProtobufMessageTests {
  @Test func `fields have the bytes of the specification`() {
    var message = ProtobufMessage()
    message.append(1, 150)
    #expect(message.bytes == [0x08, 0x96, 0x01])
    var text = ProtobufMessage()
    text.append(2, "testing")
    #expect(text.bytes == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
    var outer = ProtobufMessage()
    outer.append(3, message)
    #expect(outer.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01])
    var negative = ProtobufMessage()
    negative.append(16, -1)
    #expect(negative.bytes == [0x80, 0x01] + Array(repeating: 0xFF, count: 9) + [0x01])
    var fixed = ProtobufMessage()
    fixed.append(1, UInt32(0x0403_0201))
    fixed.append(2, UInt64(0x0807_0605_0403_0201))
    #expect(fixed.bytes == [0x0D, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test(arguments: [0, 1, 127, 128, 4095, 4096, 4097, 100_000])
  func `a large field is stored once, and its bytes are in order`(_ count: Int) {
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    var inner = ProtobufMessage()
    inner.append(1, content)
    inner.append(2, "end")
    var outer = ProtobufMessage()
    outer.append(1, 7)
    outer.append(4, inner)
    outer.append(5, 8)
    let length = count < 128 ? 1 : count < 1 << 14 ? 2 : 3
    #expect(inner.byteCount == 1 + length + count + 5)
    #expect(outer.byteCount == outer.bytes.count)
    #expect(outer.pieces.allSatisfy { !$0.isEmpty })
    #expect(Array(outer.bytes.suffix(5 + 2 + count).prefix(count)) == content)
    #expect(outer.bytes.suffix(2) == [0x28, 8])
  }
}

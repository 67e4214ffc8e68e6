// The wire format of Protocol Buffers, for the files of other programs that use it.

/// An encoder of a protobuf message: the caller appends the fields with the numbers of its schema.
///
/// The bytes are in pieces, so that a large field, such as a tensor, is not copied into each message
/// that contains it.
package struct ProtobufMessage {
  /// The encoded message, in pieces of any size.
  package private(set) var pieces: [[UInt8]] = []
  /// The size of the encoded message.
  package private(set) var byteCount = 0

  /// The maximum size of a piece to which others are appended.
  private static let pieceLimit = 4096

  /// An empty message.
  package init() {}

  /// The encoded message.
  package var bytes: [UInt8] { Array(pieces.joined()) }

  /// Appends an int32, int64 or enum.
  package mutating func append(_ field: Int, _ number: Int) {
    append(Self.varint(field << 3) + Self.varint(number))
  }

  /// Appends a double, given by its bits, or a fixed64.
  package mutating func append(_ field: Int, _ bits: UInt64) {
    append(Self.varint(field << 3 | 1) + bits.littleEndianBytes)
  }

  /// Appends a float, given by its bits, or a fixed32.
  package mutating func append(_ field: Int, _ bits: UInt32) {
    append(Self.varint(field << 3 | 5) + bits.littleEndianBytes)
  }

  /// Appends a string.
  package mutating func append(_ field: Int, _ text: String) { append(field, Array(text.utf8)) }

  /// Appends bytes.
  package mutating func append(_ field: Int, _ content: [UInt8]) {
    append(Self.varint(field << 3 | 2) + Self.varint(content.count))
    append(content)
  }

  /// Appends a message.
  package mutating func append(_ field: Int, _ message: ProtobufMessage) {
    append(Self.varint(field << 3 | 2) + Self.varint(message.byteCount))
    for piece in message.pieces { append(piece) }
  }

  private mutating func append(_ piece: [UInt8]) {
    byteCount += piece.count
    if let last = pieces.last, last.count + piece.count <= Self.pieceLimit {
      pieces[pieces.count - 1] += piece
    } else {
      pieces.append(piece)
    }
  }

  /// Seven bits per byte, the lowest first. All bytes but the last have the top bit set.
  private static func varint(_ number: Int) -> [UInt8] {
    var rest = UInt(bitPattern: number)
    var bytes: [UInt8] = []
    while rest > 127 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}

extension FixedWidthInteger {
  /// The bytes of the number, the lowest first.
  package var littleEndianBytes: [UInt8] {
    stride(from: 0, to: Self.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: self >> $0) }
  }
}

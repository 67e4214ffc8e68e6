// The encoding of a header: a u64 length, then JSON without blanks. The metadata come first, with keys
// in the order of their UTF-8 bytes; then the tensors in file order; then spaces, so that the data
// begins at a multiple of 64 bytes. Equal headers have equal bytes.

extension TensorHeader {
  /// The data of a file begins at a multiple of this many bytes.
  static let alignment = 64
  /// The size of the largest header that we write, in bytes.
  static let writingLimit = 1 << 20

  /// Encodes the header with its length.
  ///
  /// - Parameters:
  ///   - checksum: The value of `crc32`.
  ///   - byteCount: The size of the result; by default the smallest possible.
  /// - Precondition: The header takes at most 1 MiB, and its tensors are aligned.
  func encoded(checksum: String, byteCount: Int? = nil) -> [UInt8] {
    precondition(isAligned, "misaligned tensors")
    var metadata = metadata
    metadata[Self.versionKey] = Self.version
    metadata[Self.checksumKey] = checksum

    let members = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { "\(JSONValue.string($0.key)):\(JSONValue.string($0.value))" }
    var json = "{\"\(Self.metadataName)\":{\(members.joined(separator: ","))}"
    for (entry, offset) in zip(entries, offsets) { json += "," + entry.json(at: offset) }
    json += "}"

    let used = 8 + json.utf8.count
    let padding = byteCount.map { $0 - used } ?? (-used & (Self.alignment - 1))
    precondition(padding >= 0, "a header of \(used) bytes, \(byteCount ?? 0) reserved")
    let length = UInt64(json.utf8.count + padding)
    precondition(length <= Self.writingLimit, "a header of \(length) bytes is over 1 MiB")
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    bytes += json.utf8
    bytes += repeatElement(UInt8(ascii: " "), count: padding)
    return bytes
  }

  /// Encodes the header with the checksum of the whole file.
  ///
  /// - Parameters:
  ///   - dataChecksum: The CRC-32 of the data.
  ///   - byteCount: The size of the result; by default the smallest possible.
  func encoded(dataChecksum: UInt32, byteCount: Int? = nil) -> [UInt8] {
    var checksum = Checksum()
    checksum.append(encoded(checksum: Checksum.placeholder, byteCount: byteCount).span)
    checksum.append(checksum: dataChecksum, count: dataByteCount)
    return encoded(checksum: Checksum.digits(checksum.value), byteCount: byteCount)
  }
}

extension TensorEntry {
  /// The header's member for a tensor that begins at this byte of the data.
  func json(at offset: Int) -> String {
    let members: JSONValue = [
      "dtype": .string(type.rawValue), "shape": .array(shape.map(JSONValue.integer)),
      "data_offsets": .array([.integer(offset), .integer(offset + byteCount)]),
    ]
    return "\(JSONValue.string(name)):\(members)"
  }
}

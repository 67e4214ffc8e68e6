// The bytes of a header: u64 length, then JSON without blanks, the metadata first with its keys in
// the order of their UTF-8 bytes, then the tensors in file order, then spaces so that the data
// begins at a multiple of 64. Same header, same bytes.

extension TensorHeader {
  /// The data of a file begins at a multiple of this many bytes.
  static let alignment = 64
  /// No header that we write is longer.
  static let writingLimit = 1 << 20

  /// The length and the header, and where the text of the checksum begins in them; `count` bytes in
  /// all where it is given, else as few as there can be.
  ///
  /// - Precondition: the header takes at most 1 MiB, and its tensors are aligned.
  func encoded(
    checksum: String, count: Int? = nil
  ) -> (bytes: [UInt8], checksumOffset: Int) {
    precondition(isAligned, "tensors must stand in an order that aligns each of them")
    var words = metadata
    words[Self.versionKey] = Self.version
    words[Self.checksumKey] = checksum

    var json = "{\"\(Self.metadataName)\":{"
    var checksumOffset = 0
    let keys = words.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for (index, key) in keys.enumerated() {
      json += "\(index == 0 ? "" : ",")\(JSONValue.string(key)):"
      if key == Self.checksumKey { checksumOffset = 8 + json.utf8.count + 1 }
      json += "\(JSONValue.string(words[key, default: ""]))"
    }
    json += "}"
    for (entry, offset) in zip(entries, offsets) { json += "," + entry.json(at: offset) }
    json += "}"

    let used = 8 + json.utf8.count
    let padding = count.map { $0 - used } ?? (-used & (Self.alignment - 1))
    precondition(padding >= 0, "a header of \(used) bytes is over \(count ?? 0)")
    let length = UInt64(json.utf8.count + padding)
    precondition(length <= Self.writingLimit, "a header of \(length) bytes is over 1 MiB")
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    bytes += json.utf8
    bytes += repeatElement(UInt8(ascii: " "), count: padding)
    return (bytes, checksumOffset)
  }
}

extension TensorEntry {
  /// The header's words about a tensor that begins at this byte of the data.
  func json(at offset: Int) -> String {
    let words: JSONValue = [
      "dtype": .string(type.rawValue), "shape": .array(shape.map(JSONValue.integer)),
      "data_offsets": .array([.integer(offset), .integer(offset + byteCount)]),
    ]
    return "\(JSONValue.string(name)):\(words)"
  }
}

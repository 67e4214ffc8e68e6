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
      json += "\(index == 0 ? "" : ",")\(Self.literal(key)):"
      if key == Self.checksumKey { checksumOffset = 8 + json.utf8.count + 1 }
      json += Self.literal(words[key, default: ""])
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

  /// A text as a JSON string: only what must be escaped is.
  package static func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension TensorEntry {
  /// The header's words about a tensor that begins at this byte of the data.
  func json(at offset: Int) -> String {
    let shape = shape.map(String.init).joined(separator: ",")
    return "\"\(name)\":{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(shape)],"
      + "\"data_offsets\":[\(offset),\(offset + byteCount)]}"
  }
}

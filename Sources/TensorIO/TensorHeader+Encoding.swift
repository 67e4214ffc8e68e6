// The bytes of a header: u64 length, then JSON without blanks, the metadata first with its keys in
// the order of their UTF-8 bytes, then the tensors in file order, then spaces so that the data
// begins at a multiple of 64. Same header, same bytes.

extension TensorHeader {
  /// The data of a file begins at a multiple of this many bytes.
  static let alignment = 64
  /// No header that we write is longer.
  static let writingLimit = 1 << 20

  /// The length and the header, and where the text of the checksum begins in them.
  ///
  /// - Precondition: the header takes at most 1 MiB, and its tensors are aligned.
  func encoded(checksum: String) -> (bytes: [UInt8], checksumOffset: Int) {
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
    for (entry, offset) in zip(entries, offsets) {
      let shape = entry.shape.map(String.init).joined(separator: ",")
      json += ",\"\(entry.name)\":{\"dtype\":\"\(entry.type.rawValue)\",\"shape\":[\(shape)],"
      json += "\"data_offsets\":[\(offset),\(offset + entry.byteCount)]}"
    }
    json += "}"

    let used = 8 + json.utf8.count
    let padding = (Self.alignment - used % Self.alignment) % Self.alignment
    let length = UInt64(json.utf8.count + padding)
    precondition(length <= Self.writingLimit, "a header of \(length) bytes is over 1 MiB")
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    bytes += json.utf8
    bytes += repeatElement(UInt8(ascii: " "), count: padding)
    return (bytes, checksumOffset)
  }

  /// A text as a JSON string: only what must be escaped is.
  private static func literal(_ text: String) -> String {
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

// Parsing and validating a header: the part of safetensors that our profile allows, and nothing more.
// Time and memory are proportional to the size of the header.

/// Parses the header of a tensor file.
struct HeaderReader {
  private var json: JSONScanner
  private let path: String
  private var metadata: [String: String] = [:]
  private var crc32: UInt32?
  private var checksumOffset: Int?
  private var hasNoChecksum = true

  private struct PlacedTensor {
    let entry: TensorEntry
    let range: Range<Int>
  }

  /// Parses the bytes after the length.
  ///
  /// - Returns: The header, and the position of the checksum's digits in `bytes`; nil if there are none.
  static func read(_ bytes: [UInt8], path: String) throws(FileError)
    -> (header: TensorHeader, checksumOffset: Int?)
  {
    var reader = HeaderReader(json: JSONScanner(bytes, path: path), path: path)
    guard bytes.first == UInt8(ascii: "{") else { throw reader.json.failure("expected '{'") }
    let entries = try reader.inFileOrder(reader.members())
    let header = TensorHeader(
      metadata: reader.metadata, entries: entries, crc32: reader.crc32,
      hasNoChecksum: reader.hasNoChecksum)
    return (header, reader.checksumOffset)
  }

  private init(json: JSONScanner, path: String) {
    self.json = json
    self.path = path
  }

  private mutating func members() throws(FileError) -> [PlacedTensor] {
    var names: Set<String> = []
    var tensors: [PlacedTensor] = []
    var more = try json.enter("{", "}")
    while more {
      let (name, _) = try key(&names)
      if name == TensorHeader.metadataName {
        try readMetadata()
      } else {
        tensors.append(try tensor(name))
      }
      more = try json.advance("}")
    }
    try json.finish()
    return tensors
  }

  /// Parses a key and its colon, and returns the key with its position. Duplicate keys are errors.
  private mutating func key(_ seen: inout Set<String>) throws(FileError) -> (String, Int) {
    json.skipBlanks()
    let start = json.position
    let key = try json.string()
    guard seen.insert(key).inserted else {
      throw json.failure(at: start, "duplicate key \(quoted(key))")
    }
    try json.expect(":")
    return (key, start)
  }

  private mutating func readMetadata() throws(FileError) {
    var keys: Set<String> = []
    var more = try json.enter("{", "}")
    while more {
      let (key, _) = try key(&keys)
      json.skipBlanks()
      let start = json.position
      let value = try json.string()
      if key == TensorHeader.checksumKey {
        try readChecksum(value, start)
      } else if key.hasPrefix("tensorio."), !TensorHeader.ownKeys.contains(key) {
        throw FileError(.invalid, path, "metadata \(quoted(key)) is unknown")
      } else {
        metadata[key] = value
      }
      more = try json.advance("}")
    }
    guard let version = metadata[TensorHeader.versionKey] else {
      hasNoChecksum = crc32 == nil
      return
    }
    guard version == TensorHeader.version else {
      throw FileError(
        .invalid, path,
        "unsupported tensorio.version (expected \"1\", found \(quoted(version)))")
    }
    hasNoChecksum = !keys.contains(TensorHeader.checksumKey)
    // A damaged byte in the key must not turn the check off. With "\\", the first two bytes are an escape.
    if hasNoChecksum, let key = keys.first(where: { $0 == "\rc32" || isDamagedChecksumKey($0) }) {
      throw FileError(
        .invalid, path,
        "is corrupted: metadata has \(quoted(key)) instead of crc32; remove the key if this is right"
      )
    }
  }

  private func isDamagedChecksumKey(_ key: String) -> Bool {
    let differences = zip(key.utf8, TensorHeader.checksumKey.utf8).count { $0 != $1 }
    return key.utf8.count == TensorHeader.checksumKey.utf8.count && differences == 1
  }

  /// Parses the checksum. Escapes are errors, because its digits are replaced by zeros for the check.
  private mutating func readChecksum(_ value: String, _ start: Int) throws(FileError) {
    if value == Checksum.unknown { return }
    let isPlain = value.utf8.count == 8 && json.position - start == 10
    guard isPlain, let sum = UInt32(value, radix: 16), Checksum.digits(sum) == value else {
      throw json.failure(
        at: start, "invalid crc32 (expected 8 lowercase hexadecimal digits, found \(quoted(value)))"
      )
    }
    crc32 = sum
    checksumOffset = start + 1
  }

  private mutating func tensor(_ name: String) throws(FileError) -> PlacedTensor {
    var keys: Set<String> = []
    var type: ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    var more = try json.enter("{", "}")
    while more {
      let (key, start) = try key(&keys)
      switch key {
      case "dtype": type = try elementType(name)
      case "shape": shape = try numbers(atMost: .max, "dimensions")
      case "data_offsets": offsets = try numbers(atMost: 2, "offsets")
      default: throw json.failure(at: start, "tensor \(shown(name)): unknown key \(quoted(key))")
      }
      more = try json.advance("}")
    }
    guard let type else { throw failure(name, "missing \"dtype\"") }
    guard let shape else { throw failure(name, "missing \"shape\"") }
    guard let offsets else { throw failure(name, "missing \"data_offsets\"") }
    guard offsets.count == 2 else {
      throw failure(name, "expected 2 data_offsets, found \(offsets.count)")
    }
    guard offsets[0] <= offsets[1] else {
      throw failure(name, "data_offsets end at byte \(offsets[1]), before they begin")
    }
    guard let entry = TensorEntry(valid: name, type, shape) else {
      let packed = type.bitCount < 8 ? ", or elements do not fill whole bytes" : ""
      throw failure(name, "shape is too large (size in bytes exceeds 64 bits)\(packed)")
    }
    let size = offsets[1] - offsets[0]
    guard size == entry.byteCount else {
      throw failure(
        name,
        "data_offsets do not match \(type.rawValue) \(TensorEntry.shown(shape)) "
          + "(expected \(entry.byteCount) bytes, found \(size))")
    }
    return PlacedTensor(entry: entry, range: offsets[0]..<offsets[1])
  }

  private mutating func elementType(_ name: String) throws(FileError) -> ElementType {
    let spelling = try json.string()
    if let type = ElementType(rawValue: spelling) { return type }
    throw failure(name, "unknown dtype \(quoted(spelling))")
  }

  private mutating func numbers(atMost limit: Int, _ what: String) throws(FileError) -> [Int] {
    var numbers: [Int] = []
    var more = try json.enter("[", "]")
    while more {
      guard numbers.count < limit else { throw json.failure("more than \(limit) \(what)") }
      numbers.append(try json.number())
      more = try json.advance("]")
    }
    return numbers
  }

  /// Sorts the tensors by their position. They must cover the data without gaps or overlaps.
  private func inFileOrder(_ tensors: [PlacedTensor]) throws(FileError) -> [TensorEntry] {
    // An empty tensor precedes one that begins at the same byte; equal ranges keep their order.
    let order = tensors.indices.sorted { left, right in
      let (a, b) = (tensors[left].range, tensors[right].range)
      return (a.lowerBound, a.upperBound, left) < (b.lowerBound, b.upperBound, right)
    }
    var end = 0
    for tensor in order.map({ tensors[$0] }) {
      let start = tensor.range.lowerBound
      guard start == end else {
        let what = start < end ? "overlaps the previous tensor" : "leaves a gap"
        throw failure(tensor.entry.name, "\(what) (expected offset \(end), found \(start))")
      }
      end = tensor.range.upperBound
    }
    guard end <= Int.max / 2 else {
      throw FileError(
        .invalid, path, "header declares \(end) bytes of data, more than a file can hold")
    }
    return order.map { tensors[$0].entry }
  }

  private func failure(_ name: String, _ message: String) -> FileError {
    FileError(.invalid, path, "tensor \(shown(name)): \(message)")
  }

  private func shown(_ name: String) -> String { TensorEntry.isName(name) ? name : quoted(name) }
}

// The grammar of a header and the rules of the profile: what safetensors allows and our own files
// need, and nothing more. Its time and memory are in proportion to the header's bytes.

/// Reads a header.
struct HeaderReader {
  private var json: JSONScanner
  private let path: String
  private var metadata: [String: String] = [:]
  private var crc32: UInt32?
  private var checksumOffset: Int?

  private struct Placed {
    let entry: TensorEntry
    let range: Range<Int>
  }

  /// Reads the bytes after the length; also tells where the digits of the checksum stand in them.
  static func read(_ bytes: [UInt8], path: String) throws(FileError)
    -> (header: TensorHeader, checksumOffset: Int?)
  {
    var reader = HeaderReader(json: JSONScanner(bytes, path: path), path: path)
    guard bytes.first == UInt8(ascii: "{") else { throw reader.json.failure("expected '{'") }
    let entries = try reader.arranged(reader.members())
    let header = TensorHeader(metadata: reader.metadata, entries: entries, crc32: reader.crc32)
    return (header, reader.checksumOffset)
  }

  private init(json: JSONScanner, path: String) {
    self.json = json
    self.path = path
  }

  private mutating func members() throws(FileError) -> [Placed] {
    var names: Set<String> = []
    var tensors: [Placed] = []
    var more = try json.enter("{", "}")
    while more {
      let (name, start) = try key(&names)
      if name == TensorHeader.metadataName {
        try readMetadata()
      } else if TensorEntry.isName(name) {
        tensors.append(try tensor(name))
      } else {
        throw json.failure(
          at: start,
          "\(quoted(name)) is not a tensor's name: 1 to 128 letters, digits, '_', '.' or '-'")
      }
      more = try json.advance("}")
    }
    try json.finish()
    return tensors
  }

  /// Takes a key and its colon; it must be new in its object.
  private mutating func key(_ seen: inout Set<String>) throws(FileError) -> (String, Int) {
    json.skipBlanks()
    let start = json.position
    let key = try json.string()
    guard seen.insert(key).inserted else {
      throw json.failure(at: start, "\(quoted(key)) for the second time")
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
    guard let version = metadata[TensorHeader.versionKey] else { return }
    guard version == TensorHeader.version else {
      throw FileError(
        .invalid, path, "is of tensorio.version \(quoted(version)), expected \"1\"")
    }
    // Otherwise damage to this key alone would turn the check off.
    guard keys.contains(TensorHeader.checksumKey) else {
      throw FileError(
        .invalid, path, "has a tensorio.version but no crc32 (\"none\" where it is not known)")
    }
  }

  /// Notes the checksum, which must be spelt so that its digits can be taken as zeros.
  private mutating func readChecksum(_ value: String, _ start: Int) throws(FileError) {
    if value == Checksum.none { return }
    let isPlain = value.utf8.count == 8 && json.position - start == 10
    guard isPlain, let sum = UInt32(value, radix: 16), Checksum.digits(sum) == value else {
      throw json.failure(
        at: start, "crc32 is \(quoted(value)), expected 8 lower-case hexadecimal digits")
    }
    crc32 = sum
    checksumOffset = start + 1
  }

  private mutating func tensor(_ name: String) throws(FileError) -> Placed {
    var keys: Set<String> = []
    var type: ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    var more = try json.enter("{", "}")
    while more {
      let (key, start) = try key(&keys)
      switch key {
      case "dtype": type = try elementType(name)
      case "shape": shape = try numbers(atMost: TensorEntry.maximumRank, "dimensions")
      case "data_offsets": offsets = try numbers(atMost: 2, "offsets")
      default: throw json.failure(at: start, "tensor \(name) has an unknown \(quoted(key))")
      }
      more = try json.advance("}")
    }
    guard let type else { throw failure(name, "has no \"dtype\"") }
    guard let shape else { throw failure(name, "has no \"shape\"") }
    guard let offsets else { throw failure(name, "has no \"data_offsets\"") }
    guard offsets.count == 2 else {
      throw failure(name, "has \(offsets.count) data_offsets, expected 2")
    }
    guard offsets[0] <= offsets[1] else { throw failure(name, "ends before it begins") }
    guard let entry = TensorEntry(valid: name, type, shape) else {
      throw failure(name, "has a shape too large for any memory")
    }
    let size = offsets[1] - offsets[0]
    guard size == entry.byteCount else {
      throw failure(
        name, "takes \(size) bytes, expected \(entry.byteCount) for \(type.rawValue) \(shape)")
    }
    return Placed(entry: entry, range: offsets[0]..<offsets[1])
  }

  private mutating func elementType(_ name: String) throws(FileError) -> ElementType {
    let spelling = try json.string()
    if let type = ElementType(rawValue: spelling) { return type }
    guard !ElementType.isKnown(spelling) else {
      throw failure(name, "type \(spelling) is not supported")
    }
    throw failure(name, "unknown type \(quoted(spelling))")
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

  /// The tensors in file order, which must cover the data from its beginning without a gap.
  private func arranged(_ tensors: [Placed]) throws(FileError) -> [TensorEntry] {
    // An empty tensor goes before what begins at the same place; equal ranges keep their order.
    let order = tensors.indices.sorted { left, right in
      let (a, b) = (tensors[left].range, tensors[right].range)
      return (a.lowerBound, a.upperBound, left) < (b.lowerBound, b.upperBound, right)
    }
    var end = 0
    for tensor in order.map({ tensors[$0] }) {
      let start = tensor.range.lowerBound
      guard start == end else {
        let what = start < end ? "overlaps the tensor before it" : "leaves a hole"
        throw failure(tensor.entry.name, "\(what): begins at byte \(start), expected \(end)")
      }
      end = tensor.range.upperBound
    }
    guard end <= Int.max / 2 else {
      throw FileError(.invalid, path, "announces \(end) bytes, too many for any file")
    }
    return order.map { tensors[$0].entry }
  }

  private func failure(_ name: String, _ message: String) -> FileError {
    FileError(.invalid, path, "tensor \(name): \(message)")
  }
}

// Paths as strings. A path is any bytes except zero, but a string is Unicode. A byte that is not part of a
// UTF-8 character is one private-use scalar of the string, U+10FF80…U+10FFFF, whose last two digits are the
// byte. The bytes of these scalars themselves count as not UTF-8, so the conversion loses nothing.

extension String {
  /// Converts a path, whatever its bytes.
  package init(pathBytes bytes: some Collection<UInt8>) {
    if let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: { $0.pathByte != nil })
    {
      self = text
      return
    }
    self = ""
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var rest = bytes[...]
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .emptyInput: return
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        if scalar.pathByte == nil {
          unicodeScalars.append(scalar)
        } else {
          unicodeScalars += encoded.map(Unicode.Scalar.init(pathByte:))
        }
        rest = rest.dropFirst(encoded.count)
      case .error(let count):
        unicodeScalars += rest.prefix(count).map(Unicode.Scalar.init(pathByte:))
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Converts a path that a zero byte terminates.
  @unsafe package init(pathCString path: UnsafePointer<CChar>) {
    var count = 0
    while unsafe path[count] != 0 { count += 1 }
    self.init(
      pathBytes: unsafe UnsafeBufferPointer(start: path, count: count).map(UInt8.init(bitPattern:)))
  }

  /// The bytes of the path.
  package var pathBytes: [UInt8] {
    guard !isUnicodePath else { return Array(utf8) }
    return unicodeScalars.flatMap { scalar in
      scalar.pathByte.map { [$0] } ?? Array(Unicode.UTF8.encode(scalar) ?? .init())
    }
  }

  /// Whether all bytes of the path are UTF-8.
  package var isUnicodePath: Bool { !unicodeScalars.contains { $0.pathByte != nil } }

  /// The bytes of the path and a zero byte.
  var pathCString: [CChar] { pathBytes.map(CChar.init(bitPattern:)) + [0] }
}

extension Unicode.Scalar {
  /// The byte of a path that this scalar stands for, from 0x80; nil for any other scalar.
  var pathByte: UInt8? { value >= 0x10_FF80 ? UInt8(value & 0xFF) : nil }

  /// The scalar that stands for a byte from 0x80 of a path.
  init(pathByte byte: UInt8) {
    precondition(byte >= 0x80)
    self = Unicode.Scalar(0x10_FF00 + UInt32(byte)) ?? "\u{FFFD}"
  }
}

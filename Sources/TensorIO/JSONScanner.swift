// The JSON that a header may contain: objects, arrays, strings and nonnegative integers, as in RFC
// 8259. The scanner reads every byte once and never recurses: its caller asks for the token that the
// format allows at each position, so the nesting depth is fixed.

/// Reads JSON tokens from the bytes of a header.
struct JSONScanner {
  /// The position of the next byte; the header's `{` has position 0.
  private(set) var position = 0
  private let bytes: [UInt8]
  private let path: String

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// Creates an error at a byte of the header, by default the next one.
  func failure(at position: Int? = nil, _ message: String) -> FileError {
    FileError(.invalid, path, "header, byte \(position ?? self.position): \(message)")
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Skips blanks.
  mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      position += 1
    }
  }

  /// Skips blanks, then a character; returns false if another one follows.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Skips blanks and a character, which must follow.
  mutating func expect(_ character: Unicode.Scalar) throws(FileError) {
    guard take(character) else { throw failure("expected '\(character)'") }
  }

  /// Enters an object or an array; returns false if it is empty, and leaves it.
  mutating func enter(_ opening: Unicode.Scalar, _ closing: Unicode.Scalar) throws(FileError)
    -> Bool
  {
    try expect(opening)
    return !take(closing)
  }

  /// Goes to the next member; returns false if there is none, and leaves the object or array.
  mutating func advance(_ closing: Unicode.Scalar) throws(FileError) -> Bool {
    if take(",") { return true }
    guard take(closing) else { throw failure("expected ',' or '\(closing)'") }
    return false
  }

  /// Reads an integer, 0 to `Int.max`.
  mutating func number() throws(FileError) -> Int {
    skipBlanks()
    let start = position
    var value = 0
    while let byte = next, (0x30...0x39).contains(byte) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(byte - 0x30))
      guard !overflow, !carry else { throw failure(at: start, "number is too large") }
      value = sum
      position += 1
    }
    guard position > start else { throw failure("expected a nonnegative integer") }
    guard position == start + 1 || bytes[start] != 0x30 else {
      throw failure(at: start, "number has a leading zero")
    }
    return value
  }

  /// Reads a string.
  mutating func string() throws(FileError) -> String {
    try expect("\"")
    let start = position
    var text: [UInt8] = []
    while true {
      guard let byte = next else { throw failure("unterminated string") }
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure(at: start, "string is not valid UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw failure(at: position - 1, "unescaped control character in a string")
      default: text.append(byte)
      }
    }
  }

  /// Reads the rest of an escape, after the backslash.
  private mutating func escape() throws(FileError) -> [UInt8] {
    let start = position - 1
    guard let letter = next else { throw failure("unterminated string") }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): break
    default: throw failure(at: start, "unknown escape sequence")
    }
    var code = try hexadecimal()
    if (0xD800..<0xDC00).contains(code), next == UInt8(ascii: "\\") {
      position += 1
      guard next == UInt8(ascii: "u") else { throw failure(at: start, "unpaired surrogate") }
      position += 1
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else {
        throw failure(at: start, "unpaired surrogate")
      }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw failure(at: start, "unpaired surrogate")
    }
    return Array(String(scalar).utf8)
  }

  private mutating func hexadecimal() throws(FileError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected a hexadecimal digit")
      }
      value = value << 4 + UInt32(digit)
      position += 1
    }
    return value
  }

  /// Checks that only spaces follow.
  mutating func finish() throws(FileError) {
    while next == UInt8(ascii: " ") { position += 1 }
    guard next == nil else { throw failure("expected only spaces after the end of the header") }
  }
}

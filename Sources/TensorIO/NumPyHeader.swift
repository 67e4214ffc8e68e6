// The header of a .npy file (numpy.lib.format, versions 1.0, 2.0 and 3.0): a Python dictionary with the
// element type, the order of the axes and the shape. Nothing is evaluated: only literals of these three
// keys are accepted.

/// The header of an array in NumPy's format.
struct NumPyHeader {
  /// The type and shape of the array.
  let entry: TensorEntry
  let isBigEndian: Bool
  let isColumnMajor: Bool
  /// The size of the header, after which the data begins, in bytes.
  let byteCount: Int

  /// The longest header that is accepted, in bytes. NumPy's own limit is 10,000.
  static let limit = 1 << 16

  /// The size of a header.
  ///
  /// - Parameters:
  ///   - head: The first bytes of the file; 12 are enough.
  ///   - path: The name for messages.
  /// - Throws: `.invalid` if the file is not NumPy's, or the header is too long.
  static func byteCount(_ head: [UInt8], path: String) throws(FileError) -> Int {
    guard head.count >= 10 else {
      throw FileError(truncated: path, expected: "at least 10", found: head.count)
    }
    guard head.starts(with: FileFormat.numPy.signature) else {
      throw FileError(.invalid, path, "is not a NumPy array")
    }
    guard 1...3 ~= head[6], head[7] == 0 else {
      throw FileError(
        .invalid, path,
        "has an unsupported NumPy version (expected 1.0 to 3.0, found \(head[6]).\(head[7]))")
    }
    let lengthSize = head[6] == 1 ? 2 : 4
    guard head.count >= 8 + lengthSize else {
      throw FileError(truncated: path, expected: "at least 12", found: head.count)
    }
    let length = head[8..<8 + lengthSize].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= limit else {
      throw FileError(.invalid, path, "has a NumPy header of \(length) bytes (limit \(limit))")
    }
    return 8 + lengthSize + length
  }

  /// Parses a header.
  ///
  /// - Parameters:
  ///   - bytes: The whole header.
  ///   - name: The name of the array.
  ///   - path: The name for messages.
  /// - Throws: `.invalid` if the header is not valid, or the elements have an unsupported type.
  init(_ bytes: [UInt8], name: String, path: String) throws(FileError) {
    byteCount = bytes.count
    var text = PythonScanner(bytes, from: bytes[6] == 1 ? 10 : 12, path: path)
    var descriptor: String?
    var order: Bool?
    var shape: [Int]?
    try text.expect("{")
    while !text.take("}") {
      let key = try text.string()
      try text.expect(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try text.descriptor()
      case "fortran_order" where order == nil: order = try text.boolean()
      case "shape" where shape == nil: shape = try text.tuple()
      default: throw text.failure("unexpected key \(quoted(key))")
      }
      if !text.take(",") {
        try text.expect("}")
        break
      }
    }
    try text.finish()
    guard let descriptor, let order, let shape else {
      throw text.failure("a key is missing (expected descr, fortran_order and shape)")
    }
    let (type, isBigEndian) = try Self.type(descriptor, path)
    guard let entry = TensorEntry(valid: name, type, shape) else {
      throw FileError(.invalid, path, "NumPy shape is too large (size in bytes exceeds 64 bits)")
    }
    (self.entry, self.isBigEndian, isColumnMajor) = (entry, isBigEndian, order)
  }

  /// The type of a descriptor such as `<f4`, and whether it is big-endian.
  private static func type(
    _ descriptor: String, _ path: String
  ) throws(FileError) -> (ElementType, Bool) {
    let types: [String: ElementType] = [
      "b1": .bool, "u1": .u8, "i1": .i8, "u2": .u16, "i2": .i16, "u4": .u32, "i4": .i32,
      "u8": .u64, "i8": .i64, "f2": .f16, "f4": .f32, "f8": .f64, "c8": .c64,
    ]
    var code = Substring(descriptor)
    let order = code.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    if order != nil { code.removeFirst() }
    if let type = types[String(code)], order != "|" || type.byteCount == 1 {
      return (type, order == ">")
    }
    guard !code.hasPrefix("O") else {
      throw FileError(
        .invalid, path,
        "contains Python objects, which only Python's pickle can read; save an array of numbers, such "
          + "as numpy.stack(images)")
    }
    throw FileError(
      .invalid, path,
      "has unsupported NumPy elements \(quoted(descriptor)) (expected integers, Booleans, or numbers of "
        + "at most 64 bits)")
  }
}

/// Reads the few Python literals of a header.
private struct PythonScanner {
  private let bytes: [UInt8]
  private var position: Int
  private let path: String

  init(_ bytes: [UInt8], from position: Int, path: String) {
    (self.bytes, self.position, self.path) = (bytes, position, path)
  }

  func failure(_ message: String) -> FileError {
    FileError(.invalid, path, "NumPy header, byte \(position): \(message)")
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() { while next == 0x20 || next == 0x0A { position += 1 } }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(FileError) {
    guard take(character) else { throw failure("expected '\(character)'") }
  }

  /// A string in single or double quotation marks, without escapes.
  mutating func string() throws(FileError) -> String {
    skipBlanks()
    guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw failure("expected a string")
    }
    position += 1
    let start = position
    while let byte = next, byte != quote, byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    guard next == quote, let text = String(validating: bytes[start..<position], as: UTF8.self)
    else { throw failure("unterminated string") }
    position += 1
    return text
  }

  /// The type of the elements. A list describes records.
  mutating func descriptor() throws(FileError) -> String {
    skipBlanks()
    guard next != UInt8(ascii: "["), next != UInt8(ascii: "(") else {
      throw FileError(
        .invalid, path, "contains records, not numbers; save one field, such as array['images']")
    }
    return try string()
  }

  mutating func boolean() throws(FileError) -> Bool {
    skipBlanks()
    for (word, value) in [("True", true), ("False", false)] {
      if bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return value
      }
    }
    throw failure("expected True or False")
  }

  /// A tuple of nonnegative integers.
  mutating func tuple() throws(FileError) -> [Int] {
    var numbers: [Int] = []
    try expect("(")
    while !take(")") {
      numbers.append(try number())
      let isFirst = numbers.count == 1
      guard !take(",") else { continue }
      guard !isFirst else { throw failure("expected ','") }
      try expect(")")
      break
    }
    return numbers
  }

  private mutating func number() throws(FileError) -> Int {
    skipBlanks()
    let start = position
    var value = 0
    while let byte = next, 0x30...0x39 ~= byte {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(byte - 0x30))
      guard !overflow, !carry else { throw failure("number is too large") }
      value = sum
      position += 1
    }
    guard position > start else { throw failure("expected a nonnegative integer") }
    // Python 2 writes 60000L.
    if next == UInt8(ascii: "L") { position += 1 }
    return value
  }

  /// Checks that only blanks follow.
  mutating func finish() throws(FileError) {
    skipBlanks()
    guard next == nil else { throw failure("expected only blanks after the dictionary") }
  }
}

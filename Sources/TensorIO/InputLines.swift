// The lines of a text. Lines end with LF, or with CR and LF as Windows writes them; a text may begin with the
// byte order mark of UTF-8. Other encodings are refused.
import Glibc

/// Reads whole lines from a file as they arrive, or from standard input if the path is `-`.
public struct InputLines {
  /// The name in messages: the path as given, or "standard input".
  public var path: String { input.path }
  /// The bytes after the last newline.
  public private(set) var rest: [UInt8] = []

  /// The length of the longest line that is accepted, in bytes, without its newline.
  static let lengthLimit = 1 << 16

  private let input: InputFile
  /// Whether a byte order mark may follow.
  private var isAtStart = true
  /// The content of an input that can be read only once.
  private var copy: TemporaryFile?

  /// Opens a file.
  ///
  /// - Parameter path: A path, or `-` for standard input.
  /// - Throws: What `InputFile.init` throws.
  public init(_ path: String) throws(FileError) { input = try InputFile(path) }

  /// Opens a file to be read more than once. Anything but a regular file is copied to a temporary file.
  ///
  /// - Parameter path: A path, or `-` for standard input.
  /// - Throws: What `InputFile.init` throws, `.cannotCreate` if there is no temporary file, and
  ///   `.inputOutput` if copying fails.
  public init(rereadable path: String) throws(FileError) {
    try self.init(path)
    guard input.regularSize == nil else { return }
    let copy = try TemporaryFile()
    while case let bytes = try input.bytes(1 << 16), !bytes.isEmpty { try copy.write(bytes.span) }
    copy.rewind()
    self.copy = copy
  }

  /// Goes back to the beginning.
  ///
  /// - Precondition: The file was opened by `init(rereadable:)`.
  public mutating func rewind() {
    rest = []
    isAtStart = true
    lseek(descriptor, 0, SEEK_SET)
  }

  private var descriptor: Int32 { copy?.descriptor ?? input.descriptor }

  /// Waits for the end of a line.
  ///
  /// - Returns: One or more whole lines, each with a newline at its end; nil at the end of the file.
  /// - Throws: `.invalid` if a line is longer than 65,536 bytes or the text is UTF-16, `.inputOutput` if
  ///   reading fails.
  public mutating func next() throws(FileError) -> [UInt8]? {
    let newline = UInt8(ascii: "\n")
    while true {
      var start = rest.count
      try readSome()
      guard rest.count > start else {
        dropCarriageReturn(&rest)
        return nil
      }
      // The first bytes may arrive one by one.
      if isAtStart, rest.count >= byteOrderMark.count || !byteOrderMark.starts(with: rest) {
        isAtStart = false
        start = 0
        try dropByteOrderMark(&rest, path)
      }
      // Every further line is shorter, because it is within one read.
      guard rest[start...].firstIndex(of: newline) ?? rest.count <= Self.lengthLimit else {
        throw FileError(.invalid, path, "has a line longer than \(Self.lengthLimit) bytes")
      }
      if let end = rest[start...].lastIndex(of: newline) {
        let lines = Array(rest[...end])
        rest.removeFirst(lines.count)
        return withoutCarriageReturns(lines)
      }
    }
  }

  /// Waits for input and appends it to `rest`; appends nothing at the end.
  private mutating func readSome() throws(FileError) {
    var code: Int32 = 0
    rest += unsafe [UInt8](unsafeUninitializedCapacity: Self.lengthLimit) { buffer, count in
      var got: Int
      repeat {
        got = unsafe read(descriptor, buffer.baseAddress, buffer.count)
      } while got < 0 && canRetry(descriptor, POLLIN)
      if got < 0 { code = errno }
      count = max(got, 0)
    }
    guard code == 0 else { throw FileError(.inputOutput, path, errno: code) }
  }
}

extension InputFile {
  /// Reads a whole text in UTF-8. Each line ends with a newline, except possibly the last one.
  ///
  /// - Parameters:
  ///   - limit: The largest size of the file, in bytes.
  ///   - content: What the text is, for the message if it is too long, such as "a network".
  /// - Throws: `.invalid` if the text is longer, or is not UTF-8 without zero bytes; `.inputOutput` if
  ///   reading fails.
  package func text(limit: Int, of content: String) throws(FileError) -> String {
    let bytes = try bytes(limit + 1)
    guard bytes.count <= limit else {
      throw FileError(.invalid, path, "is longer than the limit of \(limit) bytes for \(content)")
    }
    return try String(text: bytes, path: path)
  }
}

extension String {
  /// Creates a string of a text in UTF-8, without byte order mark and carriage returns at the ends of lines.
  ///
  /// - Parameters:
  ///   - text: The bytes of the text.
  ///   - path: The name in messages.
  /// - Throws: `.invalid` if the text is not UTF-8 without zero bytes.
  package init(text: [UInt8], path: String) throws(FileError) {
    var bytes = text
    try dropByteOrderMark(&bytes, path)
    bytes = withoutCarriageReturns(bytes)
    dropCarriageReturn(&bytes)
    guard !bytes.contains(0), let valid = String(validating: bytes, as: UTF8.self) else {
      throw FileError(path, isNot: "valid UTF-8 text", bytes)
    }
    self = valid
  }
}

extension ArraySlice<UInt8> {
  /// A line without its newline, and without a carriage return at its end.
  package var withoutCarriageReturn: Self {
    last == UInt8(ascii: "\r") ? dropLast() : self
  }
}

/// The byte order mark of UTF-8.
let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

/// Removes the byte order mark from the beginning of a text; throws `.invalid` for that of UTF-16.
private func dropByteOrderMark(_ text: inout [UInt8], _ path: String) throws(FileError) {
  if text.starts(with: byteOrderMark) { text.removeFirst(byteOrderMark.count) }
  guard FileFormat.utf16.signatures.allSatisfy({ !text.starts(with: $0) }) else {
    throw FileError(path, isNot: "valid UTF-8 text", text)
  }
}

/// Removes a carriage return from the end of the last line, which has no newline.
private func dropCarriageReturn(_ text: inout [UInt8]) {
  if text.last == UInt8(ascii: "\r") { text.removeLast() }
}

/// Removes the carriage returns before newlines.
private func withoutCarriageReturns(_ text: [UInt8]) -> [UInt8] {
  guard text.contains(UInt8(ascii: "\r")) else { return text }
  return text.indices.filter { index in
    text[index] != UInt8(ascii: "\r") || index + 1 == text.count
      || text[index + 1] != UInt8(ascii: "\n")
  }.map { text[$0] }
}

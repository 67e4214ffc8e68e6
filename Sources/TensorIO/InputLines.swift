// A text as lines that are handed on as they come, for a filter that follows a growing file.
import Glibc

/// Reads whole lines from a path, or from standard input when the path is "-".
public struct InputLines {
  /// The name for messages: the path as given, or "standard input".
  public var path: String { input.path }
  /// What came after the last line end.
  public private(set) var rest: [UInt8] = []

  /// No line has more bytes before its end.
  public static let lengthLimit = 1 << 16

  private let input: InputFile
  /// What `input` holds, where that can be read only once.
  private var copy: TemporaryFile?

  /// Opens a file; throws what `InputFile` throws.
  public init(_ path: String) throws(FileError) { input = try InputFile(path) }

  /// Opens a file that is to be read more than once: what is not a regular file is copied first.
  ///
  /// Throws what `InputFile` and `TemporaryFile` throw.
  public init(rereadable path: String) throws(FileError) {
    try self.init(path)
    guard input.regularSize == nil else { return }
    let copy = try TemporaryFile()
    while case let bytes = try input.bytes(1 << 16), !bytes.isEmpty { try copy.write(bytes.span) }
    copy.rewind()
    self.copy = copy
  }

  /// Begins again.
  ///
  /// - Precondition: it was opened as rereadable.
  public mutating func rewind() {
    rest = []
    lseek(descriptor, 0, SEEK_SET)
  }

  private var descriptor: Int32 { copy?.descriptor ?? input.descriptor }

  /// Waits for the end of a line and returns all bytes up to the last line end that has come, which
  /// is their last byte; nil when no further line will come.
  public mutating func next() throws(FileError) -> [UInt8]? {
    let newline = UInt8(ascii: "\n")
    while true {
      let start = rest.count
      try readSome()
      guard rest.count > start else { return nil }
      // Any other line lies within what one call has read.
      guard rest[start...].firstIndex(of: newline) ?? rest.count <= Self.lengthLimit else {
        throw FileError(.invalid, path, "has a line of more than \(Self.lengthLimit) bytes")
      }
      if let end = rest[start...].lastIndex(of: newline) {
        let lines = Array(rest[...end])
        rest.removeFirst(lines.count)
        return lines
      }
    }
  }

  /// Appends what is there to the rest, waiting for the first byte; nothing at the end.
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

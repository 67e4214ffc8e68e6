// The lines of a text as they arrive, for filters that follow a growing file.
import Glibc

/// Reads whole lines from a file, or from standard input if the path is `-`.
public struct InputLines {
  /// The name in messages: the path as given, or "standard input".
  public var path: String { input.path }
  /// The bytes after the last newline.
  public private(set) var rest: [UInt8] = []

  /// The length of the longest line that is accepted, in bytes, without its newline.
  static let lengthLimit = 1 << 16

  private let input: InputFile
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
    lseek(descriptor, 0, SEEK_SET)
  }

  private var descriptor: Int32 { copy?.descriptor ?? input.descriptor }

  /// Waits for the end of a line.
  ///
  /// - Returns: One or more whole lines, with their newlines; nil at the end of the file.
  /// - Throws: `.invalid` if a line is longer than 65,536 bytes, `.inputOutput` if reading fails.
  public mutating func next() throws(FileError) -> [UInt8]? {
    let newline = UInt8(ascii: "\n")
    while true {
      let start = rest.count
      try readSome()
      guard rest.count > start else { return nil }
      // Every further line is shorter, because it is within one read.
      guard rest[start...].firstIndex(of: newline) ?? rest.count <= Self.lengthLimit else {
        throw FileError(.invalid, path, "has a line longer than \(Self.lengthLimit) bytes")
      }
      if let end = rest[start...].lastIndex(of: newline) {
        let lines = Array(rest[...end])
        rest.removeFirst(lines.count)
        return lines
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

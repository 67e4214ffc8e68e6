import Engine
import Glibc
import TensorIO

/// The lines of a file, read from its end in blocks. A line is shorter than 4096 bytes.
struct FileTail {
  private static let lineLimit = 4096
  private static let blockSize = 1 << 14

  private let descriptor: Int32
  private let size: Int
  private let path: String
  /// A part of the file, and where it starts.
  private var block: [UInt8] = []
  private var blockStart = 0
  /// The bytes that were read so far.
  private(set) var bytesRead = 0

  init(_ descriptor: Int32, size: Int, path: String) {
    (self.descriptor, self.size, self.path) = (descriptor, size, path)
  }

  /// Returns some bytes of the file.
  mutating func bytes(_ range: Range<Int>) throws(FileError) -> ArraySlice<UInt8> {
    if range.lowerBound < blockStart || range.upperBound > blockStart + block.count {
      blockStart = max(min(range.lowerBound, range.upperBound - Self.blockSize), 0)
      block = try read(blockStart..<range.upperBound)
    }
    return block[range.lowerBound - blockStart..<range.upperBound - blockStart]
  }

  /// Returns the first line without its line end, or its first bytes if it has none.
  mutating func firstLine() throws(FileError) -> (text: ArraySlice<UInt8>, isComplete: Bool) {
    let bytes = try read(0..<min(size, Self.lineLimit))
    let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
    return (bytes[..<(end ?? bytes.count)], end != nil)
  }

  /// Returns the start of the line that ends at `end`.
  mutating func lineStart(before end: Int) throws(FileError) -> Int {
    let first = max(end - Self.lineLimit, 0)
    if let newline = try bytes(first..<end).lastIndex(of: UInt8(ascii: "\n")) {
      return blockStart + newline + 1
    }
    guard first == 0 else { throw invalidLine(at: first) }
    return 0
  }

  /// The error about a line that is not one of metrics.
  func invalidLine(at offset: Int) -> FileError {
    FileError(.invalid, path, "byte \(offset): is not a line of metrics; the file is unchanged")
  }

  private mutating func read(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    if bytes.isEmpty { return bytes }
    var count: Int
    repeat {
      count = SystemCall.read(descriptor, into: &bytes, at: range.lowerBound)
    } while count < 0 && errno == EINTR
    guard count == bytes.count else {
      guard count < 0 else {
        throw FileError(.inputOutput, path, "was truncated while it was read")
      }
      throw FileError(.inputOutput, path, errno: errno)
    }
    bytesRead += count
    return bytes
  }
}

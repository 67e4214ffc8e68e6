// Temporary data on disk instead of in memory.
import Glibc

/// A file without a name. It is deleted when the process ends.
package final class TemporaryFile {
  /// The file descriptor, open for reading and writing.
  package let descriptor: Int32
  /// The directory, for messages.
  private let path: String

  /// Creates an empty file in the directory `TMPDIR`, by default `/tmp`.
  ///
  /// - Throws: `.cannotCreate` if that fails.
  package init() throws(FileError) {
    let directory = SystemCall.environment("TMPDIR") ?? ""
    path = directory.isEmpty ? "/tmp" : directory
    descriptor = SystemCall.openUnnamed(in: path)
    guard descriptor >= 0 else {
      let reason = FileError.text(of: errno)
      throw FileError(
        .cannotCreate, path,
        "cannot create a temporary file: \(reason); set TMPDIR to a folder for temporary files")
    }
  }

  deinit { close(descriptor) }

  /// Appends bytes.
  ///
  /// - Throws: `.inputOutput` if writing fails.
  package func write(_ bytes: Span<UInt8>) throws(FileError) {
    try writeAll(bytes, to: descriptor, path)
  }

  /// Moves the position of the descriptor to the beginning.
  package func rewind() { lseek(descriptor, 0, SEEK_SET) }

  /// Reads the whole file.
  ///
  /// - Throws: `.inputOutput` if reading fails.
  package func bytes() throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    while case let piece = try piece(at: bytes.count), !piece.isEmpty { bytes += piece }
    return bytes
  }

  /// Reads a part of the file.
  ///
  /// - Parameter range: The offsets of the bytes.
  /// - Returns: The bytes; fewer if the file is shorter.
  /// - Throws: `.inputOutput` if reading fails.
  package func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < range.count {
      let piece = try piece(at: range.lowerBound + bytes.count, range.count - bytes.count)
      if piece.isEmpty { break }
      bytes += piece
    }
    return bytes
  }

  /// Copies the whole file to an output.
  func copy(to output: OutputFile) throws(FileError) {
    var offset = 0
    while case let piece = try piece(at: offset), !piece.isEmpty {
      offset += piece.count
      try output.write(piece)
    }
  }

  /// Reads some bytes at an offset; none at the end.
  private func piece(at offset: Int, _ count: Int = 1 << 20) throws(FileError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    while true {
      let got = SystemCall.read(descriptor, into: &buffer, at: offset)
      guard got >= 0 || errno == EINTR else {
        throw FileError(.inputOutput, path, errno: errno)
      }
      if got < 0 { continue }
      buffer.removeLast(buffer.count - got)
      return buffer
    }
  }
}

// Bytes that have to wait, on the disk instead of in memory.
import Glibc

/// A file without a name, which is gone with the process that made it.
package final class TemporaryFile {
  /// The open file, for reading and writing.
  package let descriptor: Int32
  /// The folder, for messages.
  private let path: String

  /// Makes an empty file in the folder that TMPDIR names, or in /tmp.
  ///
  /// Throws `.cannotCreate` where that cannot be.
  package init() throws(FileError) {
    let folder = SystemCall.environment("TMPDIR") ?? ""
    path = folder.isEmpty ? "/tmp" : folder
    descriptor = SystemCall.openUnnamed(in: path)
    guard descriptor >= 0 else { throw FileError(.cannotCreate, path, errno: errno) }
  }

  deinit { close(descriptor) }

  /// Writes all of the bytes at the end.
  package func write(_ bytes: Span<UInt8>) throws(FileError) {
    try writeAll(bytes, to: descriptor, path)
  }

  /// Goes to the beginning, for whoever reads the descriptor next.
  package func rewind() { lseek(descriptor, 0, SEEK_SET) }

  /// All that the file holds.
  package func bytes() throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    while case let piece = try piece(at: bytes.count), !piece.isEmpty { bytes += piece }
    return bytes
  }

  /// Writes all that the file holds to an output.
  func copy(to output: OutputFile) throws(FileError) {
    var place = 0
    while case let piece = try piece(at: place), !piece.isEmpty {
      place += piece.count
      try output.write(piece)
    }
  }

  /// Some of the bytes from a place on; none at the end.
  private func piece(at place: Int) throws(FileError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let got = SystemCall.read(descriptor, into: &buffer, at: place)
      guard got >= 0 || errno == EINTR else {
        throw FileError(.inputOutput, path, errno: errno)
      }
      if got < 0 { continue }
      buffer.removeLast(buffer.count - got)
      return buffer
    }
  }
}

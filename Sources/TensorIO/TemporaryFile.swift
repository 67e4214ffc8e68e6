// Bytes that have to wait, on the disk instead of in memory.
import Glibc

/// A file without a name, which is gone with the process that made it.
final class TemporaryFile {
  private let descriptor: Int32
  /// The folder, for messages.
  private let path: String

  /// Makes an empty file in the folder that TMPDIR names, or in /tmp.
  ///
  /// Throws `.cannotCreate` where that cannot be.
  init() throws(FileError) {
    let folder = SystemCall.environment("TMPDIR") ?? ""
    path = folder.isEmpty ? "/tmp" : folder
    descriptor = SystemCall.openUnnamed(in: path)
    guard descriptor >= 0 else { throw FileError(.cannotCreate, path, errno: errno) }
  }

  deinit { close(descriptor) }

  /// Writes all of the bytes at the end.
  func write(_ bytes: Span<UInt8>) throws(FileError) {
    try writeAll(bytes, to: descriptor, path)
  }

  /// Writes all that the file holds to an output.
  func copy(to output: OutputFile) throws(FileError) {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var place = 0
    while true {
      let got = SystemCall.read(descriptor, into: &buffer, at: place)
      if got == 0 { return }
      if got < 0 {
        guard errno == EINTR else { throw FileError(.inputOutput, path, errno: errno) }
        continue
      }
      place += got
      try output.write(buffer.span.extracting(..<got))
    }
  }
}

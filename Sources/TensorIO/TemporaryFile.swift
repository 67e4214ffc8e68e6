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
    // A file too large is then an error of write.
    signal(SIGXFSZ, SIG_IGN)
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    path = folder.isEmpty ? "/tmp" : folder
    var name = Array("\(path)/tensor-XXXXXX".utf8CString)
    descriptor = unsafe mkstemp(&name)
    guard descriptor >= 0 else { throw FileError(.cannotCreate, path, errno: errno) }
    unsafe unlink(name)
  }

  deinit { close(descriptor) }

  /// Writes all of the bytes at the end.
  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try unsafe writeAll(bytes, to: descriptor, path) { unsafe Glibc.write($0, $1, $2) }
  }

  /// Writes all that the file holds to an output.
  func copy(to output: OutputFile) throws(FileError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
    defer { unsafe buffer.deallocate() }
    var place = 0
    while true {
      let got = unsafe pread(descriptor, buffer.baseAddress, buffer.count, place)
      if got == 0 { return }
      if got < 0 {
        guard errno == EINTR else { throw FileError(.inputOutput, path, errno: errno) }
        continue
      }
      place += got
      try unsafe output.write(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
    }
  }
}

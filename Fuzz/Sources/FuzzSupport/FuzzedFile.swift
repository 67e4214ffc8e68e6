import Glibc
public import TensorIO

/// What libFuzzer made, as a file: the readers are entered by the door that users take.
public struct FuzzedFile {
  /// Where it can be opened.
  public let path: String
  private let descriptor: Int32

  /// One file in memory, for all inputs in turn.
  nonisolated(unsafe) private static let shared = FuzzedFile()

  private init() {
    var name = Array("/dev/shm/fuzzed-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    precondition(descriptor >= 0)
    unlink(name)
    path = "/proc/self/fd/\(descriptor)"
  }

  /// Calls `body` with a file of these bytes. It may throw a `FileError` that is a good answer: bad
  /// data, in one line that is not long.
  public static func check(
    _ start: UnsafePointer<UInt8>?, _ count: Int, _ body: (FuzzedFile) throws(FileError) -> Void
  ) -> CInt {
    let file = shared
    precondition(ftruncate(file.descriptor, 0) == 0)
    precondition(pwrite(file.descriptor, start, count, 0) == count)
    do throws(FileError) { try body(file) } catch {
      precondition(error.kind == .invalid, "\(error)")
      precondition(error.description.utf8.count < 1000, "\(error)")
    }
    return 0
  }

  /// The file's bytes as they are at the moment.
  public func bytes() -> [UInt8] {
    var status = stat()
    precondition(fstat(descriptor, &status) == 0)
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    precondition(pread(descriptor, &bytes, bytes.count, 0) == bytes.count)
    return bytes
  }
}

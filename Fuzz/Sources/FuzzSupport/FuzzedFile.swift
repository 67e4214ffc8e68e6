import Glibc
public import TensorIO

/// A file with an input of libFuzzer, so the readers are tested through the functions that the tools
/// call.
public struct FuzzedFile {
  /// The path to open the file.
  public let path: String
  private let descriptor: Int32

  /// A file in memory. All inputs use it, one after the other.
  nonisolated(unsafe) private static let shared = FuzzedFile()

  private init() {
    var name = Array("/dev/shm/fuzzed-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    precondition(descriptor >= 0)
    unlink(name)
    path = "/proc/self/fd/\(descriptor)"
  }

  /// Calls `body` with a file that contains the input.
  ///
  /// A `FileError` of kind `invalid` with a message of less than 1000 bytes is a correct rejection.
  /// Any other error stops the process.
  ///
  /// - Parameters:
  ///   - start: The first byte of the input.
  ///   - count: The number of bytes.
  ///   - body: The test.
  /// - Returns: 0, as libFuzzer requires.
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

  /// Reads the current contents of the file.
  public func bytes() -> [UInt8] {
    var status = stat()
    precondition(fstat(descriptor, &status) == 0)
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    precondition(pread(descriptor, &bytes, bytes.count, 0) == bytes.count)
    return bytes
  }
}

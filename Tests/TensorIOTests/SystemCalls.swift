// Records the order of fsync and rename. These definitions override those of the C library in the test
// process, and call related functions to do the same work.
import Glibc
import Synchronization

/// The recorded calls, per thread.
enum SystemCalls {
  private static let calls = Mutex<[pthread_t: [String]]>([:])

  /// The calls of the current thread in `body`.
  static func recorded(_ body: () throws -> Void) rethrows -> [String] {
    calls.withLock { $0[pthread_self()] = [] }
    defer { calls.withLock { $0[pthread_self()] = nil } }
    try body()
    return calls.withLock { $0[pthread_self()] } ?? []
  }

  fileprivate static func record(_ call: @autoclosure () -> String) {
    calls.withLock { $0[pthread_self()]?.append(call()) }
  }

  fileprivate static func path(of descriptor: Int32) -> String {
    guard let path = realpath("/proc/self/fd/\(descriptor)", nil) else { return "nothing" }
    defer { free(path) }
    return String(cString: path)
  }
}

@_cdecl("fsync")
func recordedSync(_ descriptor: Int32) -> Int32 {
  SystemCalls.record("sync \(SystemCalls.path(of: descriptor))")
  return fdatasync(descriptor)
}

@_cdecl("rename")
func recordedRename(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> Int32 {
  SystemCalls.record("rename \(String(cString: old)) to \(String(cString: new))")
  return renameat(AT_FDCWD, old, AT_FDCWD, new)
}

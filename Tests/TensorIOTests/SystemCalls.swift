// What a file system was asked for, in order. These definitions stand before the C library's in the
// program of the tests, and do what those do by way of their siblings.
import Glibc
import Synchronization

/// The calls of one thread at a time.
enum SystemCalls {
  private static let calls = Mutex<[pthread_t: [String]]>([:])

  /// What the calling thread syncs and renames in `body`.
  static func recorded(_ body: () throws -> Void) rethrows -> [String] {
    calls.withLock { $0[pthread_self()] = [] }
    defer { calls.withLock { $0[pthread_self()] = nil } }
    try body()
    return calls.withLock { $0[pthread_self()] } ?? []
  }

  fileprivate static func note(_ call: @autoclosure () -> String) {
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
  SystemCalls.note("sync \(SystemCalls.path(of: descriptor))")
  return fdatasync(descriptor)
}

@_cdecl("rename")
func recordedRename(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> Int32 {
  SystemCalls.note("rename \(String(cString: old)) to \(String(cString: new))")
  return renameat(AT_FDCWD, old, AT_FDCWD, new)
}

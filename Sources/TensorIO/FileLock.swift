// Locks of files, and what happens on a file system that has none.
import Glibc
import Synchronization

/// The exclusive lock of an open file (flock(2)). It ends when the file is closed, also by a kill.
package enum FileLock {
  /// The paths that were reported: one warning for each, however often it is written.
  private static let reported = Mutex<Set<String>>([])

  /// Locks an open file. Prints a warning if the file system cannot lock it.
  ///
  /// - Parameters:
  ///   - descriptor: The open file.
  ///   - path: Its name in messages.
  /// - Returns: Whether the file is locked; false if the file system cannot lock it.
  /// - Throws: `.busy` if another process holds the lock.
  package static func lock(_ descriptor: Int32, _ path: String) throws(FileError) -> Bool {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      if code == EWOULDBLOCK {
        throw FileError(.busy, path, "is being written by another process")
      }
      report(path, code)
      return false
    }
    return true
  }

  private static func report(_ path: String, _ code: Int32) {
    guard reported.withLock({ $0.insert(path).inserted }) else { return }
    let text = printable(
      "\(ProcessArguments.program): warning: \(path): cannot be locked: \(FileError.text(of: code)); "
        + "do not write it from two processes at the same time")
    try? writeAll(text + "\n", to: STDERR_FILENO, "standard error")
  }
}

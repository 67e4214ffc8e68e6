// PATH.partial: the unfinished file beside the one it will replace, and the lock on it. A leftover
// of a killed process is no litter: its lock died with it, and the next writer takes it over.
import Glibc

/// An unfinished file, locked by this process.
struct Partial {
  /// The file, open for writing and empty.
  let descriptor: Int32
  private let target: String
  private let path: String
  private var slot: Int?
  private var isRenamed = false

  /// Creates and locks the partial file of a path; nil if the path is a pipe or a device, which is
  /// to be written directly.
  init?(_ name: String) throws(FileError) {
    let status = SystemCall.status(of: name)
    if let status {
      switch status.st_mode & S_IFMT {
      case S_IFREG: break
      case S_IFDIR: throw FileError(.cannotCreate, name, "is a directory")
      default: return nil
      }
      // Only a symbolic link needs it: the file that it names is replaced, not the link.
      guard SystemCall.access(name, W_OK) == 0, let resolved = SystemCall.realPath(of: name)
      else {
        throw FileError(.cannotCreate, name, errno: errno)
      }
      target = resolved
    } else {
      guard errno == ENOENT, !name.isEmpty else {
        throw FileError(.cannotCreate, name, errno: errno)
      }
      guard SystemCall.statusOfLink(name) == nil else {
        throw FileError(.cannotCreate, name, "is a symbolic link to a missing file")
      }
      target = name
    }
    path = target + ".partial"
    descriptor = try Self.locked(path, for: name)
    slot = PartialFiles.insert(path)
    guard ftruncate(descriptor, 0) == 0,
      status.map({ fchmod(descriptor, $0.st_mode & 0o7777) == 0 }) ?? true
    else {
      let code = errno
      remove()
      close(descriptor)
      throw FileError(.cannotCreate, name, errno: code)
    }
  }

  private static func locked(_ path: String, for name: String) throws(FileError) -> Int32 {
    while true {
      let descriptor = SystemCall.open(
        path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, mode: 0o666)
      guard descriptor >= 0, let status = SystemCall.status(of: descriptor) else {
        let code = errno
        guard code != EISDIR, code != ELOOP else {
          throw FileError(.cannotCreate, name, "\(path) is in the way")
        }
        throw FileError(.cannotCreate, name, errno: code)
      }
      guard status.isRegular else {
        close(descriptor)
        throw FileError(.cannotCreate, name, "\(path) is in the way")
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        close(descriptor)
        guard code != EINTR else { continue }
        guard code == EWOULDBLOCK else { throw FileError(.cannotCreate, name, errno: code) }
        throw FileError(.busy, name, "is being written by another process")
      }
      // Between open and flock its owner may have finished and moved the file away.
      if isFile(descriptor, at: path) { return descriptor }
      close(descriptor)
    }
  }

  /// Whether an open file is the one at a path.
  private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
    guard let open = SystemCall.status(of: descriptor),
      let present = SystemCall.statusOfLink(path)
    else { return false }
    return open.identity == present.identity
  }

  /// Syncs the file, renames it to its target and syncs the folder, all under the lock. An error
  /// leaves the target as it was, unless it says otherwise.
  mutating func replaceTarget(_ name: String) throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(.inputOutput, name, errno: errno) }
    // Where somebody removed it another writer may have begun there.
    guard Self.isFile(descriptor, at: path) else {
      isRenamed = true
      throw FileError(.inputOutput, name, "\(path) was taken away before it was complete")
    }
    // Forgotten before it moves: afterwards the path may be another process's.
    forget()
    guard SystemCall.rename(path, target) == 0 else {
      throw FileError(.inputOutput, name, errno: errno)
    }
    isRenamed = true
    try syncFolder(name)
  }

  /// Makes the new name durable. Some file systems cannot sync a folder; that is no failure.
  private func syncFolder(_ name: String) throws(FileError) {
    let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    let descriptor = SystemCall.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
      let words = FileError.text(of: errno)
      throw FileError(.inputOutput, name, "is written, but a power cut may undo it: \(words)")
    }
  }

  /// Removes the file unless it is in its place. The lock must still be held.
  mutating func remove() {
    forget()
    if !isRenamed { SystemCall.unlink(path) }
  }

  private mutating func forget() {
    slot.map(PartialFiles.remove)
    slot = nil
  }
}

// PATH.partial: the unfinished file beside the one that it will replace, and the lock on it. If a
// process is killed it leaves this file, but not the lock; the next writer takes the file over.
import Glibc

/// An unfinished output file, locked by this process if the file system has locks.
struct PartialFile {
  /// The descriptor of the file, open for writing; the file is empty at first.
  let descriptor: Int32
  private let target: String
  private let path: String
  private var slot: Int?
  private var isRenamed = false

  /// Creates and locks the partial file of a path; nil if the path is a pipe or a device, which must be
  /// written directly.
  ///
  /// - Throws: `.cannotCreate` if the file cannot be created or replaced, `.busy` if another writer
  ///   holds the lock.
  init?(_ name: String) throws(FileError) {
    let status = SystemCall.status(of: name)
    if let status {
      switch status.st_mode & S_IFMT {
      case S_IFREG: break
      case S_IFDIR: throw FileError(.cannotCreate, name, "is a directory")
      default: return nil
      }
      // Replaces the target of a symbolic link, not the link.
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
    slot = UnfinishedFiles.insert(path)
    guard ftruncate(descriptor, 0) == 0,
      status.map({ fchmod(descriptor, $0.st_mode & 0o7777) == 0 }) ?? true
    else {
      let code = errno
      remove()
      close(descriptor)
      throw FileError(.cannotCreate, name, errno: code)
    }
  }

  private static func obstructed(_ name: String, by path: String) -> FileError {
    FileError(.cannotCreate, name, "\(path) exists and is not a regular file; remove it")
  }

  /// Opens and locks the partial file.
  private static func locked(_ path: String, for name: String) throws(FileError) -> Int32 {
    while true {
      let descriptor = SystemCall.open(
        path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, mode: 0o666)
      guard descriptor >= 0, let status = SystemCall.status(of: descriptor) else {
        let code = errno
        guard code != EISDIR, code != ELOOP else {
          throw Self.obstructed(name, by: path)
        }
        throw FileError(.cannotCreate, name, errno: code)
      }
      guard status.isRegular else {
        close(descriptor)
        throw Self.obstructed(name, by: path)
      }
      do throws(FileError) {
        guard try FileLock.lock(descriptor, name) else {
          close(descriptor)
          return try unlocked(path, for: name)
        }
      } catch {
        close(descriptor)
        throw error
      }
      // Between open and flock, its owner may have renamed the file.
      if isFile(descriptor, at: path) { return descriptor }
      close(descriptor)
    }
  }

  /// Replaces the partial file by a new one, where files cannot be locked. A writer that still uses the
  /// old one then fails in `replaceTarget`, so their bytes are not mixed.
  private static func unlocked(_ path: String, for name: String) throws(FileError) -> Int32 {
    while true {
      SystemCall.unlink(path)
      let descriptor = SystemCall.open(
        path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode: 0o666)
      if descriptor >= 0 { return descriptor }
      guard errno == EEXIST else { throw FileError(.cannotCreate, name, errno: errno) }
    }
  }

  /// Whether an open file is the one at a path.
  private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
    guard let open = SystemCall.status(of: descriptor),
      let present = SystemCall.statusOfLink(path)
    else { return false }
    return open.identity == present.identity
  }

  /// Syncs the file, renames it to its target and syncs the directory, all under the lock. After an
  /// error the target is unchanged, except where the message reports a change.
  mutating func replaceTarget(_ name: String) throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(.inputOutput, name, errno: errno) }
    // If somebody removed the file, another writer may own the path now.
    guard Self.isFile(descriptor, at: path) else {
      isRenamed = true
      throw FileError(.inputOutput, name, "\(path) was removed or replaced before it was complete")
    }
    // Unregistered before the rename: afterwards the path may belong to another process.
    unregister()
    guard SystemCall.rename(path, target) == 0 else {
      throw FileError(.inputOutput, name, errno: errno)
    }
    isRenamed = true
    try syncDirectory(name)
  }

  /// Makes the rename durable. Some file systems cannot sync a directory; that is not an error.
  private func syncDirectory(_ name: String) throws(FileError) {
    let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
    let directory = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    let descriptor = SystemCall.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
      let reason = FileError.text(of: errno)
      throw FileError(
        .inputOutput, name, "was written, but a power failure may undo it: \(directory): \(reason)")
    }
  }

  /// Removes the file unless it was renamed. The lock must still be held.
  mutating func remove() {
    unregister()
    if !isRenamed { SystemCall.unlink(path) }
  }

  private mutating func unregister() {
    slot.map(UnfinishedFiles.remove)
    slot = nil
  }
}

// A folder that receives many files. Each is written to a partial file, which is renamed when it is
// complete. The files are not synced to disk one by one, which would take most of the time.
import Glibc
import Synchronization

/// A folder for many output files, created if it is missing, and locked while it is written.
package final class OutputFolder: Sendable {
  /// The path as given.
  package let path: String
  private let descriptor: Int32
  private let isCreated: Bool
  private let partial: String
  private let slot: Int?
  private let isWriting = Mutex(())

  /// Opens a folder.
  ///
  /// - Parameters:
  ///   - path: The path of the folder. Its parent must exist.
  ///   - isExpected: Whether a file that is already in the folder may stay or be replaced. Files whose
  ///     names start with a dot always stay.
  /// - Throws: `.cannotCreate` if the folder cannot be created or written, or contains another file;
  ///   `.busy` if another process writes it; `.inputOutput` if it cannot be read.
  package init(_ path: String, isExpected: (String) -> Bool) throws(FileError) {
    isCreated = SystemCall.makeDirectory(path, 0o777) == 0
    guard isCreated || errno == EEXIST else { throw FileError(.cannotCreate, path, errno: errno) }
    descriptor = SystemCall.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    let code = errno
    self.path = path
    partial = Self.join(path, Self.partialName)
    slot = descriptor < 0 ? nil : UnfinishedFiles.insert(partial)
    // From here on, an error runs deinit, which closes the folder.
    guard descriptor >= 0 else { throw FileError(.cannotCreate, path, errno: code) }
    guard SystemCall.access(path, W_OK | X_OK) == 0 else {
      throw FileError(.cannotCreate, path, errno: errno)
    }
    _ = try FileLock.lock(descriptor, path)
    guard let names = SystemCall.names(in: path) else {
      throw FileError(.inputOutput, path, errno: errno)
    }
    let others = names.filter {
      !$0.hasPrefix(".") && $0 != Self.partialName && !isExpected($0)
    }
    if let other = others.min() {
      throw FileError(
        .cannotCreate, path,
        "contains other files, such as \(quoted(other)); use a new folder, or remove them")
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    slot.map(UnfinishedFiles.remove)
    if isCreated { SystemCall.removeDirectory(path) }
    close(descriptor)
  }

  /// Writes a file, or replaces it, atomically. Threads that call it at the same time take turns, because
  /// there is one partial file.
  ///
  /// - Parameters:
  ///   - bytes: The content.
  ///   - name: The name of the file in the folder.
  /// - Throws: `.inputOutput` if that fails. The previous file is then unchanged.
  package func write(_ bytes: [UInt8], as name: String) throws(FileError) {
    let target = Self.join(path, name)
    try isWriting.withLock { _ throws(FileError) in
      do throws(FileError) {
        try writePartial(bytes, target)
        guard SystemCall.rename(partial, target) == 0 else {
          throw FileError(.inputOutput, target, errno: errno)
        }
      } catch {
        SystemCall.unlink(partial)
        throw error
      }
    }
  }

  /// Writes the partial file. `target` is for the error.
  private func writePartial(_ bytes: [UInt8], _ target: String) throws(FileError) {
    let file = SystemCall.open(
      partial, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode: 0o666)
    guard file >= 0 else { throw FileError(.inputOutput, target, errno: errno) }
    do throws(FileError) { try writeAll(bytes.span, to: file, target) } catch {
      close(file)
      throw error
    }
    // Some file systems report a full disk only here.
    guard close(file) == 0 || errno == EINTR else {
      throw FileError(.inputOutput, target, errno: errno)
    }
  }

  /// The name of the partial file. It may be left from a process that was killed.
  private static let partialName = "next.partial"

  private static func join(_ folder: String, _ name: String) -> String {
    folder.utf8.last == UInt8(ascii: "/") ? folder + name : "\(folder)/\(name)"
  }
}

// Standard output, or a file that is replaced atomically. The bytes go to PATH.partial, which is locked
// while it is written, and renamed to PATH when it is complete and on disk. A reader sees the old file
// or the new one, and a second writer gets the error `.busy`.
import Glibc

/// An output: a file that is replaced atomically, or standard output if the path is `-`.
public final class OutputFile {
  /// The name in messages: the path as given, or "standard output".
  public let path: String
  /// Whether bytes that were written can be replaced: true for regular files that are not in append
  /// mode.
  public let isSeekable: Bool

  private var descriptor: Int32
  // A file that is opened while standard output is closed has descriptor 1 too.
  private let isStandard: Bool
  /// The position of the first byte in the file.
  private let origin: Int
  private var partial: PartialFile?

  /// Opens an output.
  ///
  /// A new or regular file is written to `PATH.partial` and renamed by `commit`. Without `commit` it
  /// stays as it was. A pipe or a device is written directly.
  ///
  /// - Parameters:
  ///   - path: A path, or `-` for standard output.
  ///   - force: Whether to write to a terminal.
  ///   - content: What the output is, for the error about a terminal.
  /// - Throws: `.usage` if the output is a terminal and `force` is false; `.cannotCreate` if the output
  ///   cannot be opened; `.busy` while another `OutputFile`, in any process, writes the same file.
  public init(
    _ path: String, force: Bool = false, content: String = "binary data"
  ) throws(FileError) {
    isStandard = path == "-"
    if isStandard {
      self.path = "standard output"
      descriptor = STDOUT_FILENO
    } else {
      self.path = path
      partial = try PartialFile(path)
      descriptor = partial?.descriptor ?? SystemCall.open(path, O_WRONLY | O_CLOEXEC)
    }
    let status = descriptor < 0 ? nil : SystemCall.status(of: descriptor)
    let code = status == nil ? errno : 0
    let flags = fcntl(descriptor, F_GETFL)
    origin = lseek(descriptor, 0, SEEK_CUR)
    isSeekable = status?.isRegular == true && flags & O_APPEND == 0 && origin >= 0
    // From here on, an error runs deinit, which closes the file.
    guard code == 0 else { throw FileError(.cannotCreate, self.path, errno: code) }
    guard force || isatty(descriptor) == 0 else {
      throw FileError(
        .usage, self.path, "refusing to write \(content) to a terminal; use -f to override")
    }
  }

  deinit { abandon() }

  /// Writes all of the bytes.
  ///
  /// - Precondition: The output is not committed.
  /// - Throws: `.inputOutput` if writing fails.
  public func write(_ bytes: Span<UInt8>) throws(FileError) {
    precondition(descriptor >= 0, "the output is committed")
    try writeAll(bytes, to: descriptor, path)
  }

  /// Writes all of the bytes.
  ///
  /// - Precondition: The output is not committed.
  /// - Throws: `.inputOutput` if writing fails.
  public func write(_ bytes: [UInt8]) throws(FileError) { try write(bytes.span) }

  /// Replaces bytes that were written.
  ///
  /// - Parameters:
  ///   - bytes: The new bytes.
  ///   - offset: The position of the first of them, counted from the first byte written.
  /// - Precondition: `isSeekable`, and the output is not committed.
  /// - Throws: `.inputOutput` if writing fails.
  func overwrite(_ bytes: [UInt8], at offset: Int) throws(FileError) {
    precondition(isSeekable)
    precondition(descriptor >= 0, "the output is committed")
    try writeAll(bytes.span, to: descriptor, path, at: origin + offset)
  }

  /// Completes the output: syncs the partial file to disk, renames it to its path and syncs the
  /// directory. Nothing can be written afterwards.
  ///
  /// - Precondition: The output is not committed.
  /// - Throws: `.inputOutput` if that fails. The previous file is then unchanged, except where the message
  ///   reports a change.
  public func commit() throws(FileError) {
    precondition(descriptor >= 0, "committed twice")
    if isStandard { return }
    do throws(FileError) { try partial?.replaceTarget(path) } catch {
      abandon()
      throw error
    }
    // A synced file cannot lose data now; a device may report an error only here.
    let isSynced = partial != nil
    partial = nil
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 || isSynced || errno == EINTR else {
      throw FileError(.inputOutput, path, errno: errno)
    }
  }

  /// Removes the partial file and closes the output. Closing ends the lock, so unlinking comes first.
  private func abandon() {
    partial?.remove()
    partial = nil
    if descriptor >= 0, !isStandard { close(descriptor) }
    descriptor = -1
  }
}

/// Writes all of the bytes to a descriptor, by as many calls as needed; at `offset` if there is one.
/// `path` is for the error.
func writeAll(
  _ bytes: Span<UInt8>, to descriptor: Int32, _ path: String, at offset: Int? = nil
) throws(FileError) {
  var done = 0
  while done < bytes.count {
    let written = SystemCall.write(
      descriptor, bytes.extracting(done...), at: offset.map { $0 + done })
    if written > 0 {
      done += written
    } else if written == 0 {
      // Nothing was written without an error; repeating the call would never end.
      throw FileError(.inputOutput, path, errno: EIO)
    } else if !canRetry(descriptor, POLLOUT) {
      throw FileError(.inputOutput, path, errno: errno)
    }
  }
}

/// Writes all of a text to a descriptor.
///
/// - Parameters:
///   - text: The text.
///   - descriptor: An open file.
///   - path: The name in messages.
/// - Throws: `.inputOutput` if writing fails.
package func writeAll(
  _ text: String, to descriptor: Int32, _ path: String
) throws(FileError) {
  try writeAll(Array(text.utf8).span, to: descriptor, path)
}

// Standard output, or a file that is replaced as a whole. The bytes go to PATH.partial, which is
// locked while it is written and becomes PATH by rename(2) when it is complete and on the disk:
// a reader sees the old file or the new one, and a second writer hears that the file is busy.
import Glibc

/// Writes bytes to a path, or to standard output when the path is "-".
public final class OutputFile {
  /// The name for messages: the path as given, or "standard output".
  public let path: String
  /// Whether what has been written can be changed: a regular file, not in append mode.
  public let isSeekable: Bool

  private var descriptor: Int32
  // The number does not tell: a file opened while standard output is closed is 1 too.
  private let isStandard: Bool
  private let origin: Int
  private var partial: Partial?

  /// Opens an output.
  ///
  /// A new file, or a regular one to be replaced, is written beside it and takes its place on
  /// `commit`; a pipe or a device is written directly. Throws `.usage` for a terminal unless
  /// `force` is set, `.cannotCreate` where nothing can be written, and `.busy` while another
  /// `OutputFile`, here or in another process, writes the same path. `content` is what a terminal is
  /// told that it does not get.
  public init(
    _ path: String, force: Bool = false, content: String = "binary data"
  ) throws(FileError) {
    isStandard = path == "-"
    if isStandard {
      self.path = "standard output"
      descriptor = STDOUT_FILENO
    } else {
      self.path = path
      partial = try Partial(path)
      descriptor = partial?.descriptor ?? SystemCall.open(path, O_WRONLY | O_CLOEXEC)
    }
    let status = descriptor < 0 ? nil : SystemCall.status(of: descriptor)
    let code = status == nil ? errno : 0
    let flags = fcntl(descriptor, F_GETFL)
    origin = lseek(descriptor, 0, SEEK_CUR)
    isSeekable = status?.isRegular == true && flags & O_APPEND == 0 && origin >= 0
    // From here on an error runs deinit, which closes.
    guard code == 0 else { throw FileError(.cannotCreate, self.path, errno: code) }
    guard force || isatty(descriptor) == 0 else {
      throw FileError(
        .usage, self.path, "will not write \(content) to a terminal (-f overrides)")
    }
  }

  deinit { abandon() }

  /// Writes all of the bytes.
  public func write(_ bytes: Span<UInt8>) throws(FileError) {
    precondition(descriptor >= 0, "the output is committed")
    try writeAll(bytes, to: descriptor, path)
  }

  /// Writes all of the bytes.
  public func write(_ bytes: [UInt8]) throws(FileError) { try write(bytes.span) }

  /// Replaces bytes that have been written, at an offset from the first of them.
  ///
  /// - Precondition: `isSeekable`.
  public func overwrite(_ bytes: [UInt8], at offset: Int) throws(FileError) {
    precondition(isSeekable)
    precondition(descriptor >= 0, "the output is committed")
    try writeAll(bytes.span, to: descriptor, path, at: origin + offset)
  }

  /// Puts the file on the disk and in its place; nothing may be written afterwards.
  public func commit() throws(FileError) {
    precondition(descriptor >= 0, "committed twice")
    if isStandard { return }
    do throws(FileError) { try partial?.replaceTarget(path) } catch {
      abandon()
      throw error
    }
    // What is synced has nothing left to lose; a device may tell of an error only here.
    let isSynced = partial != nil
    partial = nil
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 || isSynced || errno == EINTR else {
      throw FileError(.inputOutput, path, errno: errno)
    }
  }

  /// Removes the partial file; unlinking comes before closing, which ends the lock.
  private func abandon() {
    partial?.remove()
    partial = nil
    if descriptor >= 0, !isStandard { close(descriptor) }
    descriptor = -1
  }
}

/// Writes all of the bytes to a descriptor, by as many calls as it takes; `path` is for the error.
/// Where there is an offset, they replace what stands there.
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
      // Nothing was written and nothing is wrong: asking again would go on for ever.
      throw FileError(.inputOutput, path, errno: EIO)
    } else if !canRetry(descriptor, POLLOUT) {
      throw FileError(.inputOutput, path, errno: errno)
    }
  }
}

/// Writes all of a text to a descriptor; `path` is for the error.
package func writeAll(
  _ text: String, to descriptor: Int32, _ path: String
) throws(FileError) {
  try writeAll(Array(text.utf8).span, to: descriptor, path)
}

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
  /// `OutputFile`, here or in another process, writes the same path.
  public init(_ path: String, force: Bool = false) throws(FileError) {
    isStandard = path == "-"
    if isStandard {
      self.path = "standard output"
      descriptor = STDOUT_FILENO
    } else {
      self.path = path
      partial = try Partial(path)
      descriptor = partial?.descriptor ?? open(path, O_WRONLY | O_CLOEXEC)
    }
    var status = stat()
    let code = descriptor < 0 || fstat(descriptor, &status) != 0 ? errno : 0
    let flags = fcntl(descriptor, F_GETFL)
    origin = lseek(descriptor, 0, SEEK_CUR)
    isSeekable = status.st_mode & S_IFMT == S_IFREG && flags & O_APPEND == 0 && origin >= 0
    // From here on an error runs deinit, which closes.
    guard code == 0 else { throw FileError(.cannotCreate, self.path, errno: code) }
    guard force || isatty(descriptor) == 0 else {
      throw FileError(
        .usage, self.path, "will not write binary data to a terminal (-f overrides)")
    }
  }

  deinit { abandon() }

  /// Writes all of the bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try transfer(bytes) { Glibc.write($0, $1, $2) }
  }

  /// Writes all of the bytes.
  public func write(_ bytes: [UInt8]) throws(FileError) {
    try bytes.span.bytes.withUnsafeBytes { bytes throws(FileError) in try write(bytes) }
  }

  /// Replaces bytes that have been written, at an offset from the first of them.
  ///
  /// - Precondition: `isSeekable`.
  public func overwrite(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    precondition(isSeekable)
    var place = origin + offset
    try transfer(bytes) { descriptor, start, count in
      let written = pwrite(descriptor, start, count, place)
      place += max(0, written)
      return written
    }
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

  private func transfer(
    _ bytes: UnsafeRawBufferPointer, _ call: (Int32, UnsafeRawPointer, Int) -> Int
  ) throws(FileError) {
    precondition(descriptor >= 0, "the output is committed")
    try writeAll(bytes, to: descriptor, path, call)
  }
}

/// Writes all of the bytes to a descriptor, by as many calls as it takes; `path` is for the error.
func writeAll(
  _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String,
  _ call: (Int32, UnsafeRawPointer, Int) -> Int
) throws(FileError) {
  var done = 0
  while let base = bytes.baseAddress, done < bytes.count {
    let written = call(descriptor, base + done, bytes.count - done)
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
  try Array(text.utf8).span.bytes.withUnsafeBytes { bytes throws(FileError) in
    try writeAll(bytes, to: descriptor, path) { Glibc.write($0, $1, $2) }
  }
}

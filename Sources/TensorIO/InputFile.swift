// A file or standard input as a stream of bytes, with every error in words. Shared by all readers.
import Glibc

/// Reads bytes from a path, or from standard input when the path is "-".
public final class InputFile {
  /// The name for messages: the path as given, or "standard input".
  public let path: String
  /// The size in bytes of a regular file read from its beginning, otherwise nil.
  public let regularSize: Int?
  /// The open file.
  package let descriptor: Int32
  // The number does not tell: a file opened while standard input is closed is 0 too.
  private let isStandard: Bool

  /// Opens a file.
  ///
  /// Throws `.missing` when it is not there, is a directory or may not be read, and `.usage` when
  /// it is a terminal.
  public init(_ path: String) throws(FileError) {
    isStandard = path == "-"
    let name = isStandard ? "standard input" : path
    let descriptor = isStandard ? STDIN_FILENO : SystemCall.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, let status = SystemCall.status(of: descriptor) else {
      throw FileError(missing: name, errno: errno)
    }
    self.path = name
    self.descriptor = descriptor
    regularSize =
      status.isRegular && lseek(descriptor, 0, SEEK_CUR) == 0 ? Int(status.st_size) : nil
    // From here on an error runs deinit, which closes.
    guard !status.isFolder else {
      throw FileError(.missing, name, "is a directory")
    }
    guard isatty(descriptor) == 0 else {
      throw FileError(.usage, name, "will not read binary data from a terminal")
    }
  }

  deinit {
    if !isStandard { close(descriptor) }
  }

  /// Fills a part of a buffer and returns how many bytes came: fewer than asked for only at the end.
  public func read(into buffer: inout [UInt8], _ range: Range<Int>) throws(FileError) -> Int {
    try unsafe buffer.withUnsafeMutableBufferPointer { buffer throws(FileError) in
      try unsafe read(into: UnsafeMutableRawBufferPointer(buffer.extracting(range)))
    }
  }

  /// The next bytes, fewer only at the end. The count is allocated whatever comes.
  public func bytes(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = try read(into: &bytes, bytes.indices)
    bytes.removeLast(count - got)
    return bytes
  }

  /// Fills a buffer and returns how many bytes came: fewer than asked for only at the end.
  @unsafe func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var filled = 0
    while let base = buffer.baseAddress, filled < buffer.count {
      let got = unsafe Glibc.read(descriptor, base + filled, buffer.count - filled)
      if got == 0 { break }
      if got > 0 {
        filled += got
      } else if !canRetry(descriptor, POLLIN) {
        throw FileError(.inputOutput, path, errno: errno)
      }
    }
    return filled
  }
}

/// Whether the call that has just failed is to be made again: after a signal at once, and on a
/// descriptor that somebody made non-blocking as soon as it is ready.
func canRetry(_ descriptor: Int32, _ event: Int32) -> Bool {
  if errno == EINTR { return true }
  guard errno == EAGAIN else { return false }
  return SystemCall.poll(descriptor, event) > 0 || errno == EINTR
}

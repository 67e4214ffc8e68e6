// A file or standard input as a stream of bytes. All readers use it, so all report the same errors.
import Glibc

/// An input stream: a file, or standard input if the path is `-`.
public final class InputFile {
  /// The name in messages: the path as given, or "standard input".
  public let path: String
  /// The size in bytes of a regular file that is read from its beginning; nil for any other input.
  let regularSize: Int?
  /// The file descriptor.
  package let descriptor: Int32
  // A file that is opened while standard input is closed has descriptor 0 too.
  private let isStandard: Bool

  /// Opens a file.
  ///
  /// - Parameter path: A path, or `-` for standard input.
  /// - Throws: `.missing` if the file does not exist, is a directory or cannot be opened; `.usage` if
  ///   it is a terminal.
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
    // From here on, an error runs deinit, which closes the file.
    guard !status.isDirectory else {
      throw FileError(.missing, name, "is a directory")
    }
    guard isatty(descriptor) == 0 else {
      throw FileError(
        .usage, name, "refusing to read binary data from a terminal; use a file or a pipe")
    }
  }

  deinit {
    if !isStandard { close(descriptor) }
  }

  /// Fills a part of a buffer.
  ///
  /// - Parameters:
  ///   - buffer: Receives the bytes.
  ///   - range: The part of the buffer to fill.
  /// - Returns: The number of bytes read: less than `range.count` only at the end of the file.
  /// - Throws: `.inputOutput` if reading fails.
  public func read(into buffer: inout [UInt8], _ range: Range<Int>) throws(FileError) -> Int {
    try unsafe buffer.withUnsafeMutableBufferPointer { buffer throws(FileError) in
      try unsafe read(into: UnsafeMutableRawBufferPointer(buffer.extracting(range)))
    }
  }

  /// Reads the next bytes.
  ///
  /// - Parameter count: The number of bytes; memory for all of them is allocated.
  /// - Returns: The bytes: fewer than `count` only at the end of the file.
  /// - Throws: `.inputOutput` if reading fails.
  public func bytes(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = try read(into: &bytes, bytes.indices)
    bytes.removeLast(count - got)
    return bytes
  }

  /// Fills a buffer; returns the number of bytes read, which is less than its size only at the end.
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

/// Whether to repeat a read or write that has just failed: after a signal, at once; on a nonblocking
/// descriptor, as soon as it is ready.
func canRetry(_ descriptor: Int32, _ event: Int32) -> Bool {
  if errno == EINTR { return true }
  guard errno == EAGAIN else { return false }
  return SystemCall.poll(descriptor, event) > 0 || errno == EINTR
}

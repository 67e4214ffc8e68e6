// The system calls that take pointers, as functions of safe types. Each makes one call, returns its
// result and leaves `errno` unchanged.
import Glibc

/// System calls with safe types.
package enum SystemCall {
  /// open(2).
  package static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) -> Int32 {
    unsafe Glibc.open(path.pathCString, flags, mode)
  }

  /// fstat(2); nil if it fails.
  package static func status(of descriptor: Int32) -> stat? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? status : nil
  }

  /// stat(2); nil if it fails.
  package static func status(of path: String) -> stat? {
    var status = stat()
    return unsafe stat(path.pathCString, &status) == 0 ? status : nil
  }

  /// lstat(2); nil if it fails.
  static func statusOfLink(_ path: String) -> stat? {
    var status = stat()
    return unsafe lstat(path.pathCString, &status) == 0 ? status : nil
  }

  /// access(2).
  package static func access(_ path: String, _ mode: Int32) -> Int32 {
    unsafe Glibc.access(path.pathCString, mode)
  }

  /// realpath(3); nil if it fails.
  static func realPath(of path: String) -> String? {
    guard let resolved = unsafe realpath(path.pathCString, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(pathCString: resolved)
  }

  /// The names in a directory, `.` and `..` included, in no particular order, by opendir(3) and readdir(3),
  /// which set `errno` to another value than 0 if they fail; nil then.
  package static func names(in directory: String) -> [String]? {
    guard let stream = unsafe opendir(directory.pathCString) else { return nil }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      // The actual length of the name differs from that of its C type.
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let name = unsafe UnsafeRawPointer(entry).advanced(by: offset)
        .assumingMemoryBound(to: CChar.self)
      names.append(unsafe String(pathCString: name))
    }
    return errno == 0 ? names : nil
  }

  /// rename(2).
  static func rename(_ path: String, _ target: String) -> Int32 {
    unsafe Glibc.rename(path.pathCString, target.pathCString)
  }

  /// unlink(2).
  @discardableResult
  static func unlink(_ path: String) -> Int32 { unsafe Glibc.unlink(path.pathCString) }

  /// mkdir(2).
  static func makeDirectory(_ path: String, _ mode: mode_t) -> Int32 { unsafe mkdir(path, mode) }

  /// rmdir(2).
  @discardableResult
  static func removeDirectory(_ path: String) -> Int32 { unsafe rmdir(path) }

  /// poll(2) of one descriptor, without a timeout.
  static func poll(_ descriptor: Int32, _ event: Int32) -> Int32 {
    var wait = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    return unsafe Glibc.poll(&wait, 1, -1)
  }

  /// mkstemp(3) in a directory, then unlink(2): an open file without a name.
  static func openUnnamed(in directory: String) -> Int32 {
    var name = Array("\(directory)/tensor-XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&name)
    if descriptor >= 0 { unsafe Glibc.unlink(name) }
    return descriptor
  }

  /// pread(2).
  package static func read(_ descriptor: Int32, into buffer: inout [UInt8], at offset: Int) -> Int {
    unsafe buffer.withUnsafeMutableBytes { buffer in
      unsafe pread(descriptor, buffer.baseAddress, buffer.count, offset)
    }
  }

  /// The content of a small text file, such as those of `/proc`; nil if it cannot be read.
  package static func text(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, into: &buffer, at: bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 ? String(decoding: bytes, as: UTF8.self) : nil }
      bytes += buffer[..<count]
    }
  }

  /// write(2), or pwrite(2) if there is an offset.
  static func write(_ descriptor: Int32, _ bytes: Span<UInt8>, at offset: Int? = nil) -> Int {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let offset else {
        return unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      }
      return unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, offset)
    }
  }

  /// getenv(3); nil if the variable is not set.
  package static func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// Whether a signal is ignored, by sigaction(2).
  package static func isIgnored(_ signal: Int32) -> Bool { handler(of: signal) == 1 }

  /// The address of a signal's handler: 0 for the default, 1 if the signal is ignored; nil on error.
  private static func handler(of signal: Int32) -> UInt? {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return nil }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self)
  }

  /// Installs a handler for a signal that has the default one.
  static func handle(
    _ signal: Int32,
    _ handler:
      @convention(c) (
        Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?
      ) -> Void
  ) {
    guard Self.handler(of: signal) == 0 else { return }
    var action = sigaction()
    action.sa_flags = SA_SIGINFO
    unsafe action.__sigaction_handler.sa_sigaction = handler
    unsafe sigaction(signal, &action, nil)
  }
}

extension stat {
  /// Whether this is a regular file.
  package var isRegular: Bool { st_mode & S_IFMT == S_IFREG }

  /// Whether this is a directory.
  package var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }

  /// The identity of the file, the same under all of its names.
  package var identity: FileIdentity { FileIdentity(device: st_dev, inode: st_ino) }
}

/// The identity of a file, the same under all of its names: device and inode.
package struct FileIdentity: Equatable {
  fileprivate let device: UInt
  fileprivate let inode: UInt
}

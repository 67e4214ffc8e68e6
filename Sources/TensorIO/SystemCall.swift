// The system calls that take addresses, as functions of checked types. Each is one call, returns what
// the call returns, and leaves `errno` to be read.
import Glibc

/// What the system is asked for.
package enum SystemCall {
  /// open(2).
  package static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) -> Int32 {
    unsafe Glibc.open(path, flags, mode)
  }

  /// fstat(2); nil where it fails.
  package static func status(of descriptor: Int32) -> stat? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? status : nil
  }

  /// stat(2); nil where it fails.
  package static func status(of path: String) -> stat? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status : nil
  }

  /// lstat(2); nil where it fails.
  static func statusOfLink(_ path: String) -> stat? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status : nil
  }

  /// access(2).
  package static func access(_ path: String, _ mode: Int32) -> Int32 {
    unsafe Glibc.access(path, mode)
  }

  /// realpath(3); nil where it fails.
  static func realPath(of path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// rename(2).
  static func rename(_ path: String, _ target: String) -> Int32 {
    unsafe Glibc.rename(path, target)
  }

  /// unlink(2).
  @discardableResult
  static func unlink(_ path: String) -> Int32 { unsafe Glibc.unlink(path) }

  /// poll(2) of one descriptor, for as long as it takes.
  static func poll(_ descriptor: Int32, _ event: Int32) -> Int32 {
    var wait = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    return unsafe Glibc.poll(&wait, 1, -1)
  }

  /// mkstemp(3) in a folder; the file has lost its name already.
  static func openUnnamed(in folder: String) -> Int32 {
    var name = Array("\(folder)/tensor-XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&name)
    if descriptor >= 0 { unsafe Glibc.unlink(name) }
    return descriptor
  }

  /// pread(2).
  static func read(_ descriptor: Int32, into buffer: inout [UInt8], at offset: Int) -> Int {
    unsafe buffer.withUnsafeMutableBytes { buffer in
      unsafe pread(descriptor, buffer.baseAddress, buffer.count, offset)
    }
  }

  /// write(2), or pwrite(2) where there is an offset.
  static func write(_ descriptor: Int32, _ bytes: Span<UInt8>, at offset: Int? = nil) -> Int {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let offset else {
        return unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      }
      return unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, offset)
    }
  }

  /// getenv(3); nil where the variable is not set.
  package static func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// Whether a signal is ignored, by sigaction(2).
  package static func isIgnored(_ signal: Int32) -> Bool { handler(of: signal) == 1 }

  /// The handler's address: 0 for the default, 1 where the signal is ignored; nil where it fails.
  private static func handler(of signal: Int32) -> UInt? {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return nil }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self)
  }

  /// Sets the handler of a signal where the default would be.
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
  /// Whether it is of a regular file.
  package var isRegular: Bool { st_mode & S_IFMT == S_IFREG }

  /// Whether it is of a folder.
  package var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }

  /// What tells the file from all others, whatever it is called.
  package var identity: FileIdentity { FileIdentity(device: st_dev, number: st_ino) }
}

/// A file, whatever it is called.
package struct FileIdentity: Equatable {
  fileprivate let device: UInt
  fileprivate let number: UInt
}

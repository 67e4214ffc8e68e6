import Engine
import Glibc
import MetricsFormat
import TensorIO

/// A file of JSON lines, one per step, in which no step appears twice.
///
/// A run that was killed may have logged steps after its last checkpoint. A resumed run repeats
/// these steps, so opening the log removes the lines after the checkpoint.
///
/// A write error stops the log but not the run; ``check()`` reports it after the checkpoint is
/// saved. A closed pipe stops the log without an error.
public final class MetricsLog {
  private let path: String
  private let descriptor: Int32
  private let isFile: Bool
  private var failure: FileError?

  /// Opens or creates a log, and removes the lines after `progress`.
  ///
  /// - Parameters:
  ///   - path: The path of the file; `-` is standard output.
  ///   - progress: The progress of the checkpoint.
  /// - Throws: `FileError`, of kind `busy` while another process writes the log.
  public init(_ path: String, keeping progress: TrainingProgress) throws(FileError) {
    self.path = path
    let isPipe = SystemCall.status(of: path).map { !$0.isRegular } ?? false
    // A pipe is not opened for reading: a write must fail, not wait, after its last reader has
    // closed it.
    let access = isPipe ? O_WRONLY : O_RDWR | O_CREAT
    let flags = access | O_APPEND | O_CLOEXEC
    descriptor = path == "-" ? STDOUT_FILENO : SystemCall.open(path, flags, mode: 0o666)
    isFile = path != "-" && !isPipe
    guard descriptor >= 0 else { throw FileError(.cannotCreate, path, errno: errno) }
    if isFile {
      _ = try FileLock.lock(descriptor, path)
      try cutBack(to: progress)
    }
  }

  deinit { if path != "-" { close(descriptor) } }

  /// Appends a line with one system call. If a pipe is full, this waits for the reader.
  ///
  /// - Parameters:
  ///   - line: The line, without a line end.
  ///   - shouldStop: Called repeatedly during the wait. If it returns `true`, the line is not
  ///     written.
  public func write(_ line: String, unless shouldStop: () -> Bool) {
    if failure != nil { return }
    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    while !isFile, unsafe poll(&ready, 1, 100) == 0 { if shouldStop() { return } }
    do throws(FileError) {
      try writeAll(line + "\n", to: descriptor, path)
    } catch { failure = error }
  }

  /// Flushes the lines to the disk. Call this before writing the checkpoint.
  public func synchronize() {
    if isFile, failure == nil, fsync(descriptor) != 0 {
      failure = FileError(.inputOutput, path, errno: errno)
    }
  }

  /// Reports a write error.
  ///
  /// - Throws: `FileError` if a line was lost.
  public func check() throws(FileError) {
    if let failure, !failure.isBrokenPipe { throw failure }
  }

  private func cutBack(to progress: TrainingProgress) throws(FileError) {
    guard let status = SystemCall.status(of: descriptor), status.st_size > 0 else { return }
    let size = Int(status.st_size)
    guard let map = MappedFile(descriptor, count: size, path: path) else {
      throw FileError(.inputOutput, path, errno: errno)
    }
    let end = try withExtendedLifetime(map) { () throws(FileError) in
      try keptLength(unsafe map.bytes.bindMemory(to: UInt8.self).span, progress)
    }
    if end < size, ftruncate(descriptor, off_t(end)) != 0 {
      throw FileError(.inputOutput, path, errno: errno)
    }
  }

  /// Returns the number of bytes up to the last complete line that is not after `progress`.
  private func keptLength(
    _ bytes: Span<UInt8>, _ progress: TrainingProgress
  ) throws(FileError) -> Int {
    let begin = "{\"\(MetricsKey.epoch.rawValue)\":"
    guard bytes.bytes(0..<min(begin.utf8.count, bytes.count)).elementsEqual(begin.utf8) else {
      throw FileError(.invalid, path, "is not a metrics file; it is unchanged")
    }
    var end = try lineStart(before: bytes.count, bytes)
    while end > 0 {
      let start = try lineStart(before: end - 1, bytes)
      let line = MetricsLine(bytes.bytes(start..<end - 1))
      guard let critic = line?.count(.criticStep), let generator = line?.count(.generatorStep)
      else {
        throw FileError(
          .invalid, path, "byte \(start): is not a line of metrics; the file is unchanged")
      }
      if critic <= progress.criticSteps, generator <= progress.generatorSteps { break }
      end = start
    }
    return end
  }

  /// Returns the start of the line that ends at `end`. Lines are shorter than 4096 bytes, so only
  /// these are searched.
  private func lineStart(
    before end: Int, _ bytes: Span<UInt8>
  ) throws(FileError) -> Int {
    let first = max(end - 4096, 0)
    for index in (first..<end).reversed() where bytes[index] == UInt8(ascii: "\n") {
      return index + 1
    }
    guard first == 0 else {
      throw FileError(
        .invalid, path, "byte \(first): is not a line of metrics; the file is unchanged")
    }
    return 0
  }
}

extension Span<UInt8> {
  fileprivate func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> { range.map { self[$0] }[...] }
}

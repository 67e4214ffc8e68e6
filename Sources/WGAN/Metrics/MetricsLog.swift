import Engine
import Glibc
import MetricsFormat
import TensorIO

/// A file of JSON lines, one a step, that only grows and never tells a step twice.
///
/// A run that was killed may have told of steps that its last checkpoint does not know; the run
/// that goes on does them again. So the log is first cut back to the lines that the state knows.
///
/// Training is worth more than its log: a line that cannot be written ends the log, not the run,
/// and `check` throws when the checkpoint is safe. A closed pipe ends the log quietly.
public final class MetricsLog {
  private let path: String
  private let descriptor: Int32
  private let isFile: Bool
  private var failure: FileError?

  /// Opens or makes the file, `-` being standard output, and cuts off what lies after `progress`.
  ///
  /// - Throws: `FileError`, `.busy` while another run writes the log.
  public init(_ path: String, keeping progress: TrainingProgress) throws(FileError) {
    self.path = path
    let isPipe = SystemCall.status(of: path).map { !$0.isRegular } ?? false
    // Not for reading where it is a pipe: its only reader gone, a write must fail, not wait.
    let access = isPipe ? O_WRONLY : O_RDWR | O_CREAT
    let flags = access | O_APPEND | O_CLOEXEC
    descriptor = path == "-" ? STDOUT_FILENO : SystemCall.open(path, flags, mode: 0o666)
    isFile = path != "-" && !isPipe
    guard descriptor >= 0 else { throw FileError(.cannotCreate, path, errno: errno) }
    if isFile {
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        guard code == EWOULDBLOCK else { throw FileError(.cannotCreate, path, errno: code) }
        throw FileError(.busy, path, "is being written by another process")
      }
      try cutBack(to: progress)
    }
  }

  deinit { if path != "-" { close(descriptor) } }

  /// Appends a line, by one system call. Where a pipe is full the line waits for its reader, or
  /// until `shouldStop`, and is then left out.
  public func write(_ line: String, unless shouldStop: () -> Bool) {
    if failure != nil { return }
    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    while !isFile, unsafe poll(&ready, 1, 100) == 0 { if shouldStop() { return } }
    do throws(FileError) {
      try writeAll(line + "\n", to: descriptor, path)
    } catch { failure = error }
  }

  /// Makes the lines durable, before the checkpoint that they belong to.
  public func synchronize() {
    if isFile, failure == nil, fsync(descriptor) != 0 {
      failure = FileError(.inputOutput, path, errno: errno)
    }
  }

  /// Throws if a line was lost.
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

  /// The bytes up to the last whole line that `progress` knows, found from the end.
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

  /// Where the line begins that goes on to `end`. A line is never long: what is need not be searched
  /// to its beginning.
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

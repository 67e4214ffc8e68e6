import Engine
import Glibc
import MetricsFormat
import TensorIO

/// A file of JSON lines, one per step, in which no step appears twice.
///
/// The first line of a file identifies the run, so that a log of another run is refused. A run that
/// was killed may have logged steps after its last checkpoint. A resumed run repeats these steps,
/// so ``start()`` removes the lines after the checkpoint.
///
/// A write error stops the log but not the run; ``check()`` reports it after the checkpoint is
/// saved. A closed pipe stops the log without an error.
public final class MetricsLog {
  private let path: String
  private let descriptor: Int32
  private let isFile: Bool
  private let run: String
  private var failure: FileError?
  private var isStarted = false
  /// The lines that stay, in bytes.
  private var keptLength = 0
  /// The lines after the checkpoint, which ``start()`` removes. An incomplete last line counts.
  public private(set) var linesAfterCheckpoint = 0
  /// The bytes of the file that were read.
  private(set) var bytesRead = 0
  /// Whether the file has lines but does not identify its run, as in older versions.
  public private(set) var isUnidentified = false

  /// Opens or creates a log. Its content does not change before ``start()``.
  ///
  /// - Parameters:
  ///   - path: The path of the file; `-` is standard output.
  ///   - run: The identity of the run, ``Trainer/run``.
  ///   - checkpoint: The name of the checkpoint, for messages.
  ///   - progress: The progress of the checkpoint.
  /// - Throws: `FileError`, of kind `busy` while another process writes the log, and of kind
  ///   `invalid` if the file is not a log, is that of another run, or has lines after the
  ///   checkpoint without an identity.
  public init(
    _ path: String, of run: String, checkpoint: String, keeping progress: TrainingProgress
  ) throws(FileError) {
    (self.path, self.run) = (path, run)
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
      try inspect(checkpoint, progress)
    }
  }

  deinit { if path != "-" { close(descriptor) } }

  /// Removes the lines after the checkpoint. Call this when the first step is done; `write` does it
  /// otherwise.
  public func start() {
    guard !isStarted else { return }
    isStarted = true
    if linesAfterCheckpoint > 0, ftruncate(descriptor, off_t(keptLength)) != 0 {
      failure = FileError(.inputOutput, path, errno: errno)
    }
  }

  /// Appends a line with one system call. If a pipe is full, this waits for the reader.
  ///
  /// - Parameters:
  ///   - line: The line, without a line end.
  ///   - shouldStop: Called repeatedly during the wait. If it returns `true`, the line is not
  ///     written.
  public func write(_ line: String, unless shouldStop: () -> Bool) {
    start()
    if failure != nil { return }
    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    while !isFile, unsafe poll(&ready, 1, 100) == 0 { if shouldStop() { return } }
    let isFirst = isFile && keptLength == 0
    let text = (isFirst ? MetricsLine.identified(line, run: run) : line) + "\n"
    do throws(FileError) {
      try writeAll(text, to: descriptor, path)
      keptLength += text.utf8.count
    } catch { failure = error }
  }

  /// Flushes the lines to the disk. Call this before writing the checkpoint.
  public func synchronize() {
    if isFile, isStarted, failure == nil, fsync(descriptor) != 0 {
      failure = FileError(.inputOutput, path, errno: errno)
    }
  }

  /// Reports a write error.
  ///
  /// - Throws: `FileError` if a line was lost.
  public func check() throws(FileError) {
    if let failure, !failure.isBrokenPipe { throw failure }
  }

  /// Checks that the file is a log of this run, and counts the lines after the checkpoint. Only the
  /// first line, the last line of the checkpoint and those after it are read.
  private func inspect(_ checkpoint: String, _ progress: TrainingProgress) throws(FileError) {
    guard let status = SystemCall.status(of: descriptor), status.st_size > 0 else { return }
    let size = Int(status.st_size)
    var tail = FileTail(descriptor, size: size, path: path)
    let first = try tail.firstLine()
    guard first.text.starts(with: MetricsLine.begin) else {
      throw FileError(.invalid, path, "is not a metrics file; it is unchanged")
    }
    let found = first.isComplete ? MetricsLine(first.text)?.run : nil
    if let found, found != run {
      throw FileError(
        .invalid, path,
        "belongs to run \(found), and \(checkpoint) to run \(run); use another file for this run")
    }
    isUnidentified = first.isComplete && found == nil
    var end = try tail.lineStart(before: size)
    let isIncomplete = end < size
    while end > 0 {
      let start = try tail.lineStart(before: end - 1)
      let line = MetricsLine(try tail.bytes(start..<end - 1))
      guard let critic = line?.count(.criticStep), let generator = line?.count(.generatorStep)
      else { throw tail.invalidLine(at: start) }
      if critic <= progress.criticSteps, generator <= progress.generatorSteps { break }
      linesAfterCheckpoint += 1
      end = start
    }
    keptLength = end
    bytesRead = tail.bytesRead
    guard !isUnidentified || linesAfterCheckpoint == 0 else {
      throw FileError(
        .invalid, path,
        "does not identify its run and has \(linesAfterCheckpoint) lines after \(checkpoint); "
          + "remove these lines, or use another file")
    }
    if isIncomplete { linesAfterCheckpoint += 1 }
  }
}

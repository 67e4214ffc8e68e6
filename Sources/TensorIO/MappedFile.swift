// A file in memory by mmap(2). If another process truncates the file while it is mapped, or the disk
// fails, access to the missing pages raises SIGBUS. A handler then prints the same line and exits with
// the same status as any other read error. It calls only async-signal-safe functions, so the line is
// prepared in advance.
import Glibc
import Synchronization

/// The bytes of a regular file, read on access.
@safe package final class MappedFile {
  /// The bytes, valid while this object is alive.
  @unsafe package let bytes: UnsafeRawBufferPointer
  /// The number of bytes.
  let count: Int
  private let slot: Int?

  /// Maps the first `count` bytes of a file; nil if that fails.
  package init?(_ descriptor: Int32, count: Int, path: String) {
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard unsafe address != MAP_FAILED else { return nil }
    unsafe bytes = UnsafeRawBufferPointer(start: address, count: count)
    self.count = count
    slot = Self.insert(UInt(bitPattern: address), count, path)
  }

  deinit {
    slot.map(Self.remove)
    unsafe munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), count)
  }

  /// A mapping that the handler knows. It is in use while `end` is not 0.
  private struct Slot: ~Copyable, Sendable {
    let start = Atomic<UInt>(0)
    let end = Atomic<UInt>(0)
    /// The address of the line to print.
    let line = Atomic<UInt>(0)
  }

  private static let slots = InlineArray<16, Slot> { _ in Slot() }
  private static let isPrepared = Mutex(false)
  private static let isEnding = Atomic(false)

  /// Registers a mapping with the handler. If all slots are in use it returns nil, and only the line is
  /// lost.
  private static func insert(_ start: UInt, _ count: Int, _ path: String) -> Int? {
    isPrepared.withLock { isPrepared in
      // Initializes the slots before the handler can run.
      let slot = slots.indices.first { slots[$0].end.load(ordering: .relaxed) == 0 }
      if !isPrepared {
        isPrepared = true
        prepare()
      }
      guard let slot else { return nil }
      let error = FileError(.inputOutput, path, "was truncated or failed while it was in use")
      let line = unsafe UInt(bitPattern: strdup(error.line))
      slots[slot].line.store(line, ordering: .relaxed)
      slots[slot].start.store(start, ordering: .relaxed)
      slots[slot].end.store(start + UInt(count), ordering: .releasing)
      return slot
    }
  }

  private static func remove(_ slot: Int) {
    isPrepared.withLock { _ in
      slots[slot].end.store(0, ordering: .releasing)
      let line = slots[slot].line.load(ordering: .relaxed)
      unsafe free(UnsafeMutableRawPointer(bitPattern: line))
    }
  }

  /// Installs the handler unless the signal is ignored or handled already.
  private static func prepare() {
    unsafe SystemCall.handle(SIGBUS) { _, info, _ in
      MappedFile.end(at: unsafe UInt(bitPattern: info?.pointee._sifields._sigfault.si_addr))
    }
  }

  /// Ends the process if the address is in one of the files. Otherwise the signal is raised again, with
  /// its default action.
  private static func end(at address: UInt) {
    for slot in slots.indices {
      let end = slots[slot].end.load(ordering: .acquiring)
      guard slots[slot].start.load(ordering: .relaxed) <= address, address < end else { continue }
      // One thread prints; any others wait for the end of the process.
      while isEnding.exchange(true, ordering: .relaxed) { pause() }
      let line = slots[slot].line.load(ordering: .relaxed)
      if let line = unsafe UnsafePointer<CChar>(bitPattern: line) {
        _ = unsafe write(STDERR_FILENO, line, strlen(line))
      }
      UnfinishedFiles.unlinkAll()
      _exit(FileError.Kind.inputOutput.rawValue)
    }
    signal(SIGBUS, SIG_DFL)
  }
}

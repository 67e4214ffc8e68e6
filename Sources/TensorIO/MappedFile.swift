// A file in memory by mmap(2). Whoever cuts such a file short while it is in use takes the pages from
// under the reader, which ends it by SIGBUS, as does a disk that fails; a handler turns this into the
// one line and the status that any other failing read gets. It calls only what POSIX lets a handler
// call, so all that it says is made beforehand.
import Glibc
import Synchronization

/// The bytes of a regular file, read as they are asked for.
@safe package final class MappedFile {
  /// The bytes, valid as long as this object lives.
  @unsafe package let bytes: UnsafeRawBufferPointer
  /// How many there are.
  let count: Int
  private let slot: Int?

  /// Maps the first `count` bytes of a file; nil where that cannot be.
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

  /// What the handler knows of a file. It counts only while `end` is not zero.
  private struct Slot: ~Copyable, Sendable {
    let start = Atomic<UInt>(0)
    let end = Atomic<UInt>(0)
    /// The address of the line that it shall say.
    let line = Atomic<UInt>(0)
  }

  private static let slots = InlineArray<16, Slot> { _ in Slot() }
  private static let isPrepared = Mutex(false)
  private static let isEnding = Atomic(false)

  /// Makes a file known to the handler; nil if there is no room, which costs only the line.
  private static func insert(_ start: UInt, _ count: Int, _ path: String) -> Int? {
    isPrepared.withLock { isPrepared in
      // Before the handler is set, for it must find the slots made.
      let slot = slots.indices.first { slots[$0].end.load(ordering: .relaxed) == 0 }
      if !isPrepared {
        isPrepared = true
        prepare()
      }
      guard let slot else { return nil }
      let error = FileError(.inputOutput, path, "was cut short, or failed, while it was read")
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

  /// Sets the handler where the default would end the process.
  private static func prepare() {
    unsafe SystemCall.handle(SIGBUS) { _, info, _ in
      MappedFile.end(at: unsafe UInt(bitPattern: info?.pointee._sifields._sigfault.si_addr))
    }
  }

  /// Ends the process if one of the files is at fault; otherwise the fault, which comes again, ends
  /// it.
  private static func end(at address: UInt) {
    for slot in slots.indices {
      let end = slots[slot].end.load(ordering: .acquiring)
      guard slots[slot].start.load(ordering: .relaxed) <= address, address < end else { continue }
      // Of several threads one speaks; the others wait for the end.
      while isEnding.exchange(true, ordering: .relaxed) { pause() }
      let line = slots[slot].line.load(ordering: .relaxed)
      if let line = unsafe UnsafePointer<CChar>(bitPattern: line) {
        _ = unsafe write(STDERR_FILENO, line, strlen(line))
      }
      PartialFiles.unlinkAll()
      _exit(FileError.Kind.inputOutput.rawValue)
    }
    signal(SIGBUS, SIG_DFL)
  }
}

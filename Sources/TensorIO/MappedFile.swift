// A file in memory by mmap(2). Whoever cuts such a file short while it is in use takes the pages from
// under the reader, which ends it by SIGBUS, as does a disk that fails; a handler turns this into the
// one line and the status that any other failing read gets. It calls only what POSIX lets a handler
// call, so all that it says is made beforehand, in memory that is never freed.
import Glibc
import Synchronization

/// The bytes of a regular file, read as they are asked for.
package final class MappedFile {
  /// The first byte.
  let base: UnsafeRawPointer
  /// How many there are.
  let count: Int
  private let slot: Int?

  /// The bytes.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Maps the first `count` bytes of a file; nil where that cannot be.
  package init?(_ descriptor: Int32, count: Int, path: String) {
    guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
      address != MAP_FAILED
    else { return nil }
    base = UnsafeRawPointer(address)
    self.count = count
    slot = Self.insert(UInt(bitPattern: base), count, path)
  }

  deinit {
    slot.map(Self.remove)
    munmap(UnsafeMutableRawPointer(mutating: base), count)
  }

  /// What the handler knows of a file. It counts only while `end` is not zero.
  private struct Slot {
    var start: UInt = 0
    var end: UInt = 0
    var line: UnsafePointer<CChar>?
  }

  private static let slotCount = 16
  nonisolated(unsafe) private static let slots: UnsafeMutablePointer<Slot> = {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: slotCount)
    slots.initialize(repeating: Slot(), count: slotCount)
    return slots
  }()
  private static let isPrepared = Mutex(false)
  private static let isEnding = Atomic(false)

  /// Makes a file known to the handler; nil if there is no room, which costs only the line.
  private static func insert(_ start: UInt, _ count: Int, _ path: String) -> Int? {
    isPrepared.withLock { isPrepared in
      if !isPrepared {
        isPrepared = true
        prepare()
      }
      guard let slot = (0..<slotCount).first(where: { slots[$0].end == 0 }) else { return nil }
      let tool = CommandLine.arguments.first?.split(separator: "/").last ?? ""
      let error = FileError(.inputOutput, path, "was cut short, or failed, while it was read")
      slots[slot].line = UnsafePointer(strdup("\(printable(String(tool))): \(error)\n"))
      slots[slot].start = start
      slots[slot].end = start + UInt(count)
      return slot
    }
  }

  private static func remove(_ slot: Int) {
    isPrepared.withLock { _ in
      slots[slot].end = 0
      free(UnsafeMutablePointer(mutating: slots[slot].line))
    }
  }

  /// Sets the handler where the default would end the process.
  private static func prepare() {
    slots[0] = Slot()
    var action = sigaction()
    guard sigaction(SIGBUS, nil, &action) == 0,
      unsafeBitCast(action.__sigaction_handler.sa_sigaction, to: Int.self) == 0
    else { return }
    action.sa_flags = SA_SIGINFO
    action.__sigaction_handler.sa_sigaction = { _, info, _ in
      MappedFile.end(at: UInt(bitPattern: info?.pointee._sifields._sigfault.si_addr))
    }
    sigaction(SIGBUS, &action, nil)
  }

  /// Ends the process if one of the files is at fault; otherwise the fault, which comes again, ends
  /// it.
  private static func end(at address: UInt) {
    for slot in 0..<slotCount where slots[slot].start <= address && address < slots[slot].end {
      // Of several threads one speaks; the others wait for the end.
      while isEnding.exchange(true, ordering: .relaxed) { pause() }
      if let line = slots[slot].line { _ = write(STDERR_FILENO, line, strlen(line)) }
      PartialFiles.unlinkAll()
      _exit(FileError.Kind.inputOutput.rawValue)
    }
    signal(SIGBUS, SIG_DFL)
  }
}

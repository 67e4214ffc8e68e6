// The unfinished outputs of this process, known to a signal handler that removes them when SIGINT,
// SIGTERM or SIGHUP ends it. The paths stand in memory that is never freed, and a path counts only
// while its first byte is not zero: the handler needs no lock and calls only what POSIX lets it.
import Glibc
import Synchronization

/// Remembers which files are to be unlinked when a signal ends the process.
enum PartialFiles {
  private static let slotCount = 16
  private static let slotSize = Int(PATH_MAX)
  nonisolated(unsafe) private static let slots = UnsafeMutablePointer<CChar>.zeros(
    slotCount * slotSize)
  private static let isPrepared = Mutex(false)

  /// Enters a path and returns its slot; nil if there is no room, which costs only litter.
  static func insert(_ path: String) -> Int? {
    isPrepared.withLock { isPrepared in
      if !isPrepared {
        isPrepared = true
        prepare()
      }
      let length = path.utf8.count
      guard length > 0, length < slotSize,
        let slot = (0..<slotCount).first(where: { slots[$0 * slotSize] == 0 })
      else { return nil }
      let start = slots + slot * slotSize
      path.withCString { source in
        (start + 1).update(from: source + 1, count: length)
        start.pointee = source.pointee
      }
      return slot
    }
  }

  /// Forgets a path.
  static func remove(_ slot: Int) {
    isPrepared.withLock { _ in slots[slot * slotSize] = 0 }
  }

  /// Sets the handler where the default would end the process: a signal that is ignored (nohup)
  /// stays so. SIGXFSZ is ignored, so that a file too large is an error of write.
  private static func prepare() {
    signal(SIGXFSZ, SIG_IGN)
    slots[0] = 0
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      guard sigaction(number, nil, &action) == 0,
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 0
      else { continue }
      action.__sigaction_handler.sa_handler = { number in
        PartialFiles.unlinkAll()
        signal(number, SIG_DFL)
        raise(number)
      }
      sigaction(number, &action, nil)
    }
  }

  /// Removes the files, in a handler.
  static func unlinkAll() {
    for slot in 0..<slotCount where slots[slot * slotSize] != 0 {
      unlink(slots + slot * slotSize)
    }
  }
}

extension UnsafeMutablePointer where Pointee == CChar {
  fileprivate static func zeros(_ count: Int) -> Self {
    let memory = allocate(capacity: count)
    memory.initialize(repeating: 0, count: count)
    return memory
  }
}

// The unfinished outputs of this process, known to a signal handler that removes them when SIGINT,
// SIGTERM or SIGHUP ends it. The handler needs no lock and calls only what POSIX lets it: it finds
// each path by one atomic address, in memory that is never freed.
import Glibc
import Synchronization

/// Remembers which files are to be unlinked when a signal ends the process.
enum PartialFiles {
  /// The addresses of paths; 0 where a slot is free.
  private static let slots = InlineArray<16, Atomic<UInt>> { _ in Atomic(0) }
  private static let isPrepared = Mutex(false)

  /// Enters a path and returns its slot; nil if there is no room, which costs only litter.
  static func insert(_ path: String) -> Int? {
    isPrepared.withLock { isPrepared in
      // Before the handler is set, for it must find the slots made.
      let slot = slots.indices.first { slots[$0].load(ordering: .relaxed) == 0 }
      if !isPrepared {
        isPrepared = true
        prepare()
      }
      guard let slot else { return nil }
      slots[slot].store(unsafe UInt(bitPattern: strdup(path)), ordering: .releasing)
      return slot
    }
  }

  /// Forgets a path.
  static func remove(_ slot: Int) {
    isPrepared.withLock { _ in slots[slot].store(0, ordering: .releasing) }
  }

  /// Sets the handler where the default would end the process: a signal that is ignored (nohup)
  /// stays so.
  private static func prepare() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      unsafe SystemCall.handle(number) { number, _, _ in
        PartialFiles.unlinkAll()
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  /// Removes the files, in a handler.
  static func unlinkAll() {
    for slot in slots.indices {
      let address = slots[slot].load(ordering: .acquiring)
      if let path = unsafe UnsafePointer<CChar>(bitPattern: address) { unsafe unlink(path) }
    }
  }
}

// The unfinished outputs of this process. A signal handler removes them when SIGINT, SIGTERM or SIGHUP
// ends the process. It takes no lock and calls only async-signal-safe functions: each path is an atomic
// address of memory that is never freed.
import Glibc
import Synchronization

/// The files to unlink when a signal or an error ends the process.
enum UnfinishedFiles {
  /// The addresses of the paths; 0 in a free slot.
  private static let slots = InlineArray<16, Atomic<UInt>> { _ in Atomic(0) }
  private static let isPrepared = Mutex(false)

  /// Registers a path and returns its slot. If all slots are in use it returns nil, and a signal leaves
  /// the partial file behind.
  static func insert(_ path: String) -> Int? {
    isPrepared.withLock { isPrepared in
      // Initializes the slots before the handler can run.
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

  /// Unregisters a path.
  static func remove(_ slot: Int) {
    isPrepared.withLock { _ in slots[slot].store(0, ordering: .releasing) }
  }

  /// Installs the handler unless the signal is handled already or ignored, as under nohup.
  private static func prepare() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      unsafe SystemCall.handle(number) { number, _, _ in
        UnfinishedFiles.unlinkAll()
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  /// Removes the files. Async-signal-safe.
  static func unlinkAll() {
    for slot in slots.indices {
      let address = slots[slot].load(ordering: .acquiring)
      if let path = unsafe UnsafePointer<CChar>(bitPattern: address) { unsafe unlink(path) }
    }
  }
}

import CKernels
import Glibc
import Synchronization

/// The threads that divide the work of a step.
///
/// Every kernel gives the same bits for any division, so the number of threads changes the time and
/// nothing else. The threads live as long as the pool; between two calls of `run` they sleep.
public final class ThreadPool: Sendable {
  /// The number of slices of the work; the calling thread computes one.
  public let count: Int
  private let state: SharedState
  private let threads: [pthread_t]

  /// Starts a pool. Signals are delivered to the calling thread.
  ///
  /// Where the system cannot start so many threads, the pool has those that it could start; ``count``
  /// is their number.
  ///
  /// - Parameter count: The number of threads, at least 1, the calling thread included.
  public init(count: Int) {
    precondition(count >= 1)
    let launch = Launch()
    var all = sigset_t()
    var mask = sigset_t()
    unsafe sigfillset(&all)
    // Signals that a thread raises itself are delivered to it.
    for own in [SIGBUS, SIGSEGV, SIGILL, SIGFPE] { unsafe sigdelset(&all, own) }
    unsafe pthread_sigmask(SIG_SETMASK, &all, &mask)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &mask, nil) }
    // The threads wait for the lock until their number is known.
    (threads, state) = launch.state.withLock { state in
      let threads = withAddressReserve(threads: count) {
        var threads: [pthread_t] = []
        while threads.count + 1 < count,
          let thread = Self.start(Worker(threads.count + 1, launch))
        {
          threads.append(thread)
        }
        return threads
      }
      let started = SharedState(count: threads.count + 1)
      state = started
      return (threads, started)
    }
    self.count = threads.count + 1
  }

  /// Starts a thread; nil where the system cannot.
  private static func start(_ worker: Worker) -> pthread_t? {
    let worker = unsafe Unmanaged.passRetained(worker)
    var thread = pthread_t()
    let error = unsafe pthread_create(
      &thread, nil,
      { pointer in
        guard let pointer = unsafe pointer else { return nil }
        unsafe Unmanaged<Worker>.fromOpaque(pointer).takeRetainedValue().run()
        return nil
      }, worker.toOpaque())
    if error == 0 { return thread }
    unsafe worker.release()
    return nil
  }

  deinit {
    state.end()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Calls `body` once for each slice of the work, all at the same time, and waits for all.
  ///
  /// Each call runs with denormals flushed to zero: a moment that decays towards zero would otherwise
  /// slow its loop many times.
  package func run(_ body: @Sendable (WorkerSlice) -> Void) {
    withoutActuallyEscaping(body) { body in state.perform(body) }
  }
}

/// The state that the threads share.
private final class SharedState: @unchecked Sendable {
  let count: Int
  private let barrier: Barrier
  /// Written by the caller before the barrier that starts the work, read by the others after it.
  private var body: (@Sendable (WorkerSlice) -> Void)?

  init(count: Int) {
    self.count = count
    barrier = Barrier(count: count)
  }

  func perform(_ body: @escaping @Sendable (WorkerSlice) -> Void) {
    self.body = body
    barrier.wait()
    _ = work(0)
    barrier.wait()
    self.body = nil
  }

  /// Starts no work, so that the threads return.
  func end() {
    body = nil
    barrier.wait()
  }

  /// The loop of a thread.
  func serve(_ index: Int) {
    while true {
      barrier.wait()
      guard work(index) else { return }
      barrier.wait()
    }
  }

  /// Computes one slice of the work and releases it; returns whether there was any.
  @inline(never) private func work(_ index: Int) -> Bool {
    guard let body else { return false }
    let control = flush_denormals()
    body(WorkerSlice(index: index, count: count, barrier: count > 1 ? barrier : nil))
    restore_denormals(control)
    return true
  }
}

/// The start of the threads. It is locked until the shared state exists.
private final class Launch: Sendable {
  let state = Mutex<SharedState?>(nil)
}

private final class Worker: Sendable {
  private let index: Int
  private let launch: Launch

  init(_ index: Int, _ launch: Launch) { (self.index, self.launch) = (index, launch) }

  func run() { launch.state.withLock { $0 }?.serve(index) }
}

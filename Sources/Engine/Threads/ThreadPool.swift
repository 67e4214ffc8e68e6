import CKernels
import Glibc
import TensorIO

/// The threads that share the work of a step.
///
/// Every kernel gives the same bits for any cutting, so the count changes the time and nothing
/// else. The threads live as long as this does; between two calls of `slice` they sleep.
public final class ThreadPool: Sendable {
  /// Shares of the work: the calling thread takes one.
  public let count: Int
  private let team: Team
  private let threads: [pthread_t]

  /// `count` threads, at least one. Signals are left to the thread that calls.
  ///
  /// - Throws: `FileError`, `.busy` where the system has no room for so many; then the process is to
  ///   end, for those that have begun wait for the rest.
  public init(count: Int) throws(FileError) {
    precondition(count >= 1)
    let team = Team(count: count)
    var all = sigset_t()
    var mask = sigset_t()
    unsafe sigfillset(&all)
    // What a thread brings about itself it cannot leave to another.
    for own in [SIGBUS, SIGSEGV, SIGILL, SIGFPE] { unsafe sigdelset(&all, own) }
    unsafe pthread_sigmask(SIG_SETMASK, &all, &mask)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &mask, nil) }
    var threads: [pthread_t] = []
    for index in 1..<count {
      let member = unsafe Unmanaged.passRetained(Member(index, team))
      var thread = pthread_t()
      let error = unsafe pthread_create(
        &thread, nil,
        { pointer in
          guard let pointer = unsafe pointer else { return nil }
          unsafe Unmanaged<Member>.fromOpaque(pointer).takeRetainedValue().run()
          return nil
        }, member.toOpaque())
      guard error == 0 else {
        throw FileError(.busy, "thread \(index + 1) of \(count)", errno: error)
      }
      threads.append(thread)
    }
    self.threads = threads
    self.count = count
    self.team = team
  }

  deinit {
    team.end()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Calls `body` once for each share of the work, all at the same time, and waits for all.
  ///
  /// Each call runs with denormals flushed to zero: a moment that decays to nothing would otherwise
  /// slow its loop many times.
  package func run(_ body: @Sendable (WorkerSlice) -> Void) {
    withoutActuallyEscaping(body) { body in team.perform(body) }
  }
}

/// What the threads have in common.
private final class Team: @unchecked Sendable {
  let count: Int
  private let barrier: Barrier
  /// Written by the caller before the barrier that opens the work, read by the others after it.
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

  /// Opens no work: the threads return.
  func end() {
    body = nil
    barrier.wait()
  }

  /// What a thread does until the end.
  func serve(_ index: Int) {
    while true {
      barrier.wait()
      guard work(index) else { return }
      barrier.wait()
    }
  }

  /// Does one share of the work, if there is any; holds nothing of it when it returns.
  @inline(never) private func work(_ index: Int) -> Bool {
    guard let body else { return false }
    let control = flush_denormals()
    body(WorkerSlice(index: index, count: count, barrier: count > 1 ? barrier : nil))
    restore_denormals(control)
    return true
  }
}

private final class Member: Sendable {
  private let index: Int
  private let team: Team

  init(_ index: Int, _ team: Team) { (self.index, self.team) = (index, team) }

  func run() { team.serve(index) }
}

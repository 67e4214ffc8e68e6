import Glibc
import TensorIO

/// SIGINT, SIGTERM and SIGHUP, polled between two steps.
///
/// The signals are blocked, so no handler interrupts a step. The first one requests a stop after the
/// current step. After it, the signals have their default actions, so a second one terminates the process
/// immediately.
public final class StopSignals {
  private let signals = SignalSet(
    [SIGINT, SIGTERM, SIGHUP].filter { !SystemCall.isIgnored($0) })
  /// The first signal received.
  public private(set) var received: Int32?

  /// Blocks the signals that are not ignored, in this thread and in those that it starts.
  public init() { signals.block() }

  /// Whether to stop. Takes one system call until a signal is received.
  ///
  /// - Parameter notice: Called once, when the first signal is received.
  public func poll(_ notice: () -> Void) -> Bool {
    if received != nil { return true }
    guard let number = signals.poll() else { return false }
    received = number
    notice()
    release()
    return true
  }

  /// Restores the default actions of the signals.
  public func release() { signals.unblock() }

  /// Blocks the signals again after `release`, unless one was received.
  public func block() {
    if received == nil { signals.block() }
  }

  /// Throws `EndedBySignal` if a signal was received. Call it after the work is saved; `main` then
  /// terminates by the signal.
  public func finish() throws {
    if poll({}), let received { throw EndedBySignal(signal: received) }
  }
}

/// A set of signals, for this thread and for those that it starts.
struct SignalSet {
  private var set = sigset_t()

  init(_ numbers: [Int32]) {
    unsafe sigemptyset(&set)
    for number in numbers { unsafe sigaddset(&set, number) }
  }

  func block() { change(SIG_BLOCK) }

  func unblock() { change(SIG_UNBLOCK) }

  /// Removes and returns a pending signal; `nil` if there is none.
  func poll() -> Int32? {
    var (set, now) = (set, timespec())
    let number = unsafe sigtimedwait(&set, nil, &now)
    return number > 0 ? number : nil
  }

  /// Makes these the blocked signals of a program to start.
  func useAsMask(in attributes: inout posix_spawnattr_t) {
    var set = set
    unsafe posix_spawnattr_setsigmask(&attributes, &set)
  }

  /// Gives these signals their default actions in a program to start.
  func useAsDefaults(in attributes: inout posix_spawnattr_t) {
    var set = set
    unsafe posix_spawnattr_setsigdefault(&attributes, &set)
  }

  private func change(_ how: Int32) {
    var set = set
    unsafe pthread_sigmask(how, &set, nil)
  }
}

/// Makes a write to a closed pipe an error (EPIPE), which does not terminate the process.
public func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

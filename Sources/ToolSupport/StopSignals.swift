import Glibc
import TensorIO

/// SIGINT, SIGTERM and SIGHUP as something to ask for between two steps.
///
/// The signals are blocked and polled: there is no handler, and nothing for the optimiser to hoist
/// out of the loop. The first one is a request to stop after the step in hand; after it the signals
/// act as usual, so a second one ends the process at once.
public final class StopSignals {
  private let signals = SignalSet(
    [SIGINT, SIGTERM, SIGHUP].filter { !SystemCall.isIgnored($0) })
  /// The signal that came.
  public private(set) var received: Int32?

  /// Blocks the signals that are not ignored, for this thread and for those it starts.
  public init() { signals.block() }

  /// Whether to stop. Costs one system call until a signal has come.
  public func poll(_ notice: () -> Void) -> Bool {
    if received != nil { return true }
    guard let number = signals.poll() else { return false }
    received = number
    notice()
    release()
    return true
  }

  /// Lets the signals act as usual from now on.
  public func release() { signals.unblock() }

  /// After the work is saved: throws if a signal asked for the end, be it during the saving, so
  /// that `main` ends by it.
  public func finish() throws {
    if poll({}), let received { throw EndedBySignal(signal: received) }
  }
}

/// Some signals, for this thread and for those that it starts.
struct SignalSet {
  private var set = sigset_t()

  init(_ numbers: [Int32]) {
    unsafe sigemptyset(&set)
    for number in numbers { unsafe sigaddset(&set, number) }
  }

  func block() { change(SIG_BLOCK) }

  func unblock() { change(SIG_UNBLOCK) }

  /// One that came while it was blocked; nil if none did.
  func poll() -> Int32? {
    var (set, now) = (set, timespec())
    let number = unsafe sigtimedwait(&set, nil, &now)
    return number > 0 ? number : nil
  }

  private func change(_ how: Int32) {
    var set = set
    unsafe pthread_sigmask(how, &set, nil)
  }
}

/// Makes a write to a closed pipe an error (EPIPE) instead of the end of the process.
public func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

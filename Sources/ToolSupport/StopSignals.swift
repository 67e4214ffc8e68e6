import Glibc

/// SIGINT, SIGTERM and SIGHUP as something to ask for between two steps.
///
/// The signals are blocked and polled: there is no handler, and nothing for the optimiser to hoist
/// out of the loop. The first one is a request to stop after the step in hand; after it the signals
/// act as usual, so a second one ends the process at once.
public final class StopSignals {
  private var set = sigset_t()
  /// The signal that came.
  public private(set) var received: Int32?

  /// Blocks the signals that are not ignored, for this thread and for those it starts.
  public init() {
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) { sigaddset(&set, number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Whether to stop. Costs one system call until a signal has come.
  public func poll(_ notice: () -> Void) -> Bool {
    if received != nil { return true }
    var now = timespec()
    let number = sigtimedwait(&set, nil, &now)
    guard number > 0 else { return false }
    received = number
    notice()
    release()
    return true
  }

  /// Lets the signals act as usual from now on.
  public func release() { pthread_sigmask(SIG_UNBLOCK, &set, nil) }

  /// After the work is saved: throws if a signal asked for the end, be it during the saving, so
  /// that `main` ends by it.
  public func finish() throws {
    if poll({}), let received { throw EndedBySignal(signal: received) }
  }
}

private func isIgnored(_ number: Int32) -> Bool {
  var action = sigaction()
  sigaction(number, nil, &action)
  return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    == unsafeBitCast(SIG_IGN, to: Int.self)
}

/// Makes a write to a closed pipe an error (EPIPE) instead of the end of the process.
public func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

import CKernels
import Glibc
import Synchronization

/// A reusable barrier for a fixed number of threads.
///
/// A thread that arrives early spins for some microseconds, the usual imbalance of a step, and then
/// sleeps: on a shared machine, a long spin takes the core from the thread that it waits for.
@safe package final class Barrier: Sendable {
  private let count: Int
  private let arrived = Atomic(0)
  private let generation = Atomic(0)
  private let sleepers = Atomic(0)
  private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(
    capacity: 1)
  private nonisolated(unsafe) let opened = UnsafeMutablePointer<pthread_cond_t>.allocate(
    capacity: 1)
  /// Polls before a sleep, about 20 ns each; none where there are fewer cores than threads.
  private let spinCount: Int

  package init(count: Int) {
    self.count = count
    spinCount = count <= sysconf(Int32(_SC_NPROCESSORS_ONLN)) ? 1000 : 0
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(opened, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(opened)
    unsafe pthread_mutex_destroy(mutex)
    unsafe opened.deallocate()
    unsafe mutex.deallocate()
  }

  /// Returns when `count` threads have called it. What each wrote before the call, all see after it.
  package func wait() {
    if count == 1 { return }
    let generation = generation.load(ordering: .acquiring)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.store(0, ordering: .relaxed)
      self.generation.add(1, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        unsafe pthread_mutex_lock(mutex)
        unsafe pthread_cond_broadcast(opened)
        unsafe pthread_mutex_unlock(mutex)
      }
      return
    }
    for _ in 0..<spinCount {
      if self.generation.load(ordering: .acquiring) != generation { return }
      spin_pause()
    }
    unsafe pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while self.generation.load(ordering: .sequentiallyConsistent) == generation {
      unsafe pthread_cond_wait(opened, mutex)
    }
    sleepers.subtract(1, ordering: .relaxed)
    unsafe pthread_mutex_unlock(mutex)
  }
}

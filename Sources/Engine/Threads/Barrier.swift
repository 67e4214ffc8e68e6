import CKernels
import Glibc
import Synchronization

/// A place where a fixed number of threads wait for one another, again and again.
///
/// A thread that comes early looks for the others for some microseconds, the length of a step's
/// imbalance, and then sleeps: the machines are shared, and a long spin takes the core from the
/// thread that it waits for.
@safe package final class Barrier: Sendable {
  private let count: Int
  private let arrived = Atomic(0)
  private let generation = Atomic(0)
  private let sleepers = Atomic(0)
  private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(
    capacity: 1)
  private nonisolated(unsafe) let opened = UnsafeMutablePointer<pthread_cond_t>.allocate(
    capacity: 1)
  /// Looks before a sleep, some 20 ns each; none where not every thread can have a core.
  private let patience: Int

  package init(count: Int) {
    self.count = count
    patience = count <= sysconf(Int32(_SC_NPROCESSORS_ONLN)) ? 1000 : 0
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(opened, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(opened)
    unsafe pthread_mutex_destroy(mutex)
    unsafe opened.deallocate()
    unsafe mutex.deallocate()
  }

  /// Returns when `count` threads have called it. What each wrote before, all see after.
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
    for _ in 0..<patience {
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

import CProcess
import Glibc

/// The cores that this process may use.
enum AvailableCores {
  /// The smallest of: the cores that are online, those of the CPU affinity, and the CPU quota of the
  /// control groups, rounded up. At least 1.
  static var count: Int {
    let online = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let affinity = Int(process_affinity_count())
    let quota = CPUQuota().cores.map { Int($0.rounded(.up)) }
    return [online, affinity, quota ?? 0].filter { $0 > 0 }.min() ?? 1
  }
}

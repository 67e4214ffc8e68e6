import Glibc
import TensorIO

/// The memory of the machine.
package enum Memory {
  /// The error message where the machine has less memory than `bytes`; `nil` otherwise.
  package static func shortage(of bytes: Int, for purpose: String) -> String? {
    func gigabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e8).rounded() / 10) GB" }
    let size = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return bytes <= size
      ? nil
      : "\(purpose) takes \(gigabytes(bytes)) of memory; the machine has \(gigabytes(size))"
  }

  /// Ends the process: its limit may be below the memory of the machine (`ulimit -v`).
  package static func end() -> Never {
    FileError(.inputOutput, "memory", errno: ENOMEM).endProcess()
  }
}

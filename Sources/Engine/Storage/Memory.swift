import Glibc
import TensorIO

/// What the machine has for numbers.
package enum Memory {
  /// Why so many bytes cannot be had; `nil` if the machine has them.
  package static func refusal(of bytes: Int, for purpose: String) -> String? {
    func gigabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e8).rounded() / 10) GB" }
    let size = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return bytes <= size
      ? nil
      : "\(purpose) takes \(gigabytes(bytes)) of memory; the machine has \(gigabytes(size))"
  }

  /// Ends the process, which may not have as much as the machine (`ulimit -v`).
  package static func end() -> Never {
    FileError(.inputOutput, "memory", errno: ENOMEM).endProcess()
  }
}

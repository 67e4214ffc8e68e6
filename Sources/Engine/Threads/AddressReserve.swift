import Glibc

/// Sets address space aside during a call: 1 GiB, or the largest power of two that is available.
///
/// While threads start, their stacks then do not use up what the work needs where address space is
/// limited, as by `ulimit -v`.
func withAddressReserve<Result>(_ body: () -> Result) -> Result {
  let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
  var size = 1 << 30
  var reserve = unsafe mmap(nil, size, PROT_NONE, flags, -1, 0)
  while unsafe reserve == MAP_FAILED, size > 1 << 20 {
    size /= 2
    unsafe reserve = unsafe mmap(nil, size, PROT_NONE, flags, -1, 0)
  }
  defer { if unsafe reserve != MAP_FAILED { unsafe munmap(reserve, size) } }
  return body()
}

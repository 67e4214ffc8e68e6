import Glibc

/// Sets about 7/8 of the address space aside during a call, where it is limited, as by `ulimit -v`.
///
/// While threads start, their stacks then do not use up what their work needs: a thread has 8 MiB of
/// stack, and up to about 40 MiB of buffers. No more threads than cores are few enough without it.
func withAddressReserve<Result>(threads: Int, _ body: () -> Result) -> Result {
  var limit = rlimit()
  let status = unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  guard status == 0, limit.rlim_cur != rlim_t.max,
    threads > sysconf(Int32(_SC_NPROCESSORS_ONLN))
  else { return body() }
  var reserves: [UnsafeMutableRawBufferPointer] = unsafe []
  // Each of the largest powers of two that are available is at least half of the rest.
  var size = 1 << 46
  while unsafe reserves.count < 3, size >= 1 << 20 {
    let base = unsafe mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    if unsafe base != MAP_FAILED { unsafe reserves.append(.init(start: base, count: size)) }
    size /= 2
  }
  defer { unsafe reserves.forEach { unsafe munmap($0.baseAddress, $0.count) } }
  return body()
}

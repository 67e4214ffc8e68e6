// MULTIVERSION compiles a function three times, for AVX-512, AVX2 and the baseline, and lets the
// loader pick; on arm64 the baseline already has what the others add. All three give the same bits:
// contraction is off, so a·b + c rounds twice everywhere, and reductions run over fixed lanes.
// The loader's choice is an ifunc, which glibc has, and which crashes before main under
// ThreadSanitizer: elsewhere, and there, only the baseline exists.
#ifndef MULTIVERSION_H
#define MULTIVERSION_H

#include <stddef.h>
#include <stdint.h>  // also brings __GLIBC__

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && defined(__GLIBC__) && !__has_feature(thread_sanitizer)
#define MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MULTIVERSION
#endif

// A helper that belongs to its callers' clones.
#define INLINE static inline __attribute__((always_inline))

#endif

// MULTIVERSION compiles a function for AVX-512, for AVX2 and for the baseline, and the dynamic
// loader selects one. On arm64 the baseline already has what the others add. All versions give the
// same bits: contraction is off, so a · b + c rounds twice everywhere, and reductions run over a
// fixed number of lanes. The selection is an ifunc, which needs glibc and crashes before main under
// ThreadSanitizer; in those cases only the baseline exists.
#ifndef MULTIVERSION_H
#define MULTIVERSION_H

#include <stddef.h>
#include <stdint.h>  // also defines __GLIBC__

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && defined(__GLIBC__) && !__has_feature(thread_sanitizer)
#define MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MULTIVERSION
#endif

// A helper that is compiled as part of each of its callers' versions.
#define INLINE static inline __attribute__((always_inline))

#endif

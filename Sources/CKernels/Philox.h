// Philox4x32-10, for inlining: replaces the counter in w by four random words.
#ifndef PHILOX_H
#define PHILOX_H

#include "Multiversion.h"

INLINE void philox(uint32_t w[4], uint64_t key) {
  uint32_t key0 = (uint32_t)key, key1 = (uint32_t)(key >> 32);
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
    const uint64_t a = (uint64_t)w[0] * 0xD2511F53, b = (uint64_t)w[2] * 0xCD9E8D57;
    w[0] = (uint32_t)(b >> 32) ^ w[1] ^ key0;
    w[1] = (uint32_t)b;
    w[2] = (uint32_t)(a >> 32) ^ w[3] ^ key1;
    w[3] = (uint32_t)a;
    key0 += 0x9E3779B9;  // the golden ratio
    key1 += 0xBB67AE85;  // √3 − 1
  }
}

#endif

// Dropout, with one bit a feature: a mask costs a thirty-second of the memory of what it hides, so
// the backward pass reads it again rather than draw it again.
#ifndef REAL

#include <string.h>

#include "CKernels.h"
#include "Multiversion.h"
#include "Philox.h"

#define MIN(A, B) ((A) < (B) ? (A) : (B))

#define BODY "Dropout.c"
#include "ForEachReal.h"

#else

MULTIVERSION void NAME(dropout_mask)(
    size_t rows, size_t columns, uint32_t threshold, uint64_t key, uint32_t stream, uint32_t step,
    uint32_t first, REAL *mask, size_t mask_stride) {
  for (size_t row = 0; row < rows; row += 32, mask += mask_stride) {
    const uint32_t height = (uint32_t)MIN(rows - row, 32);
    for (size_t j = 0; j < columns; j += 16) {
      uint32_t kept[16] = {0};
      for (uint32_t i = 0; i < height; i += 4)
        for (uint32_t l = 0; l < 16; l++) {
          uint32_t w[4] = {first + (uint32_t)j + l, (uint32_t)(row + i) / 4, step, stream};
          philox(w, key);
          for (uint32_t k = 0; k < 4; k++) kept[l] |= (uint32_t)(w[k] >= threshold) << (i + k);
        }
      const size_t width = MIN(columns - j, 16);
      for (size_t l = 0; l < width; l++) {
        const WORD bits = kept[l] & (uint32_t)-1 >> (32 - height);
        memcpy(&mask[j + l], &bits, SIZE);
      }
    }
  }
}

MULTIVERSION void NAME(apply_mask)(
    size_t rows, size_t columns, REAL scale, const REAL *restrict mask, size_t mask_stride,
    REAL *restrict x, size_t x_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride) {
    const REAL *words = mask + row / 32 * mask_stride;
    const WORD bit = (WORD)1 << row % 32;
    for (size_t j = 0; j < columns; j++) {
      WORD bits;
      memcpy(&bits, &words[j], SIZE);
      x[j] = bits & bit ? x[j] * scale : 0;
    }
  }
}

#endif

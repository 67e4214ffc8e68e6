// Dropout with one bit per feature. A mask takes a thirty-second of the memory of the features, so
// the backward pass reads the mask again instead of drawing it again.
#ifndef REAL

#include <string.h>

#include "Kernels.h"
#include "Philox.h"

#define BODY "Dropout.c"
#include "ForEachReal.h"

#else

MULTIVERSION void NAME(fill_dropout_mask)(
    const random_position *position, uint32_t threshold, size_t features,
    const output_matrix *MASK) {
  const random_position at = *position;
  const size_t rows = MASK->rows, columns = MASK->columns, stride = MASK->stride;
  REAL *mask = MASK->base;
  for (size_t row = 0; row < rows; row++, mask += stride) {
    const uint32_t height = (uint32_t)MIN(features - 32 * row, 32);
    for (size_t j = 0; j < columns; j += 16) {
      uint32_t kept[16] = {0};
      for (uint32_t i = 0; i < height; i += 4)
        for (uint32_t l = 0; l < 16; l++) {
          uint32_t w[4] = {
              at.first + (uint32_t)j + l, (uint32_t)(32 * row + i) / 4, at.step, at.stream};
          philox(w, at.key);
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

MULTIVERSION void NAME(apply_mask)(double scale, const input_matrix *MASK, const output_matrix *X) {
  REAL *x = X->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride) {
    const REAL *mask = (const REAL *)MASK->base + row / 32 * MASK->stride;
    const WORD bit = (WORD)1 << row % 32;
    INDEPENDENT
    for (size_t j = 0; j < X->columns; j++) {
      WORD bits;
      memcpy(&bits, &mask[j], SIZE);
      x[j] = bits & bit ? x[j] * (REAL)scale : 0;
    }
  }
}

#endif

// Sums in a fixed order. Over rows, every column is its own chain, so the loop runs along the
// columns. Over columns, sixteen lanes and a fixed tree fill any vector register and still give one
// answer. Whether all is within a bound has no order: magnitudes compare as integers, NaN above all.
#ifndef REAL

#include <string.h>

#include "CKernels.h"
#include "Multiversion.h"

#define BODY "Reductions.c"
#include "ForEachReal.h"

#else

MULTIVERSION void NAME(column_squares)(
    size_t rows, size_t columns, const REAL *restrict x, size_t x_stride, REAL *restrict out) {
  memset(out, 0, columns * sizeof(REAL));
  for (size_t row = 0; row < rows; row++, x += x_stride)
    for (size_t j = 0; j < columns; j++) out[j] = __builtin_elementwise_fma(x[j], x[j], out[j]);
}

MULTIVERSION void NAME(add_row_sums)(
    size_t rows, size_t columns, const REAL *restrict x, size_t x_stride, REAL *restrict out) {
  for (size_t row = 0; row < rows; row++, x += x_stride) {
    REAL lane[16] = {0};
    size_t j = 0;
    for (; j + 16 <= columns; j += 16)
      for (size_t l = 0; l < 16; l++) lane[l] += x[j + l];
    for (size_t l = 0; j + l < columns; l++) lane[l] += x[j + l];
    for (size_t half = 8; half > 0; half /= 2)
      for (size_t l = 0; l < half; l++) lane[l] += lane[l + half];
    out[row] += lane[0];
  }
}

MULTIVERSION bool NAME(all_within)(size_t count, const REAL *x, REAL bound) {
  const WORD magnitude = (WORD)-1 >> 1;
  WORD most, found = 0;
  memcpy(&most, &bound, SIZE);
  for (size_t i = 0; i < count; i++) {
    WORD bits;
    memcpy(&bits, &x[i], SIZE);
    found |= (bits & magnitude) > most;
  }
  return found == 0;
}

#endif

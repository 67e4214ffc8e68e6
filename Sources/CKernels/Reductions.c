// Sums in a fixed order. Over rows, every column is its own chain, so the loop runs along the
// columns. Over columns, sixteen lanes and a fixed tree fill any vector register and still give one
// answer; over a block, so does each row, and the rows' sums make one chain in double. Whether all
// is within a bound has no order: magnitudes compare as integers, NaN above all.
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

MULTIVERSION void NAME(column_sums)(
    size_t rows, size_t columns, const REAL *restrict x, size_t x_stride, double *restrict out) {
  memset(out, 0, columns * sizeof(double));
  for (size_t row = 0; row < rows; row++, x += x_stride)
    for (size_t j = 0; j < columns; j++) out[j] += x[j];
}

MULTIVERSION void NAME(column_dots)(
    size_t rows, size_t columns, const REAL *restrict x, size_t x_stride, const REAL *restrict y,
    size_t y_stride, double *restrict out) {
  memset(out, 0, columns * sizeof(double));
  for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride)
    for (size_t j = 0; j < columns; j++) out[j] += (double)x[j] * y[j];
}

MULTIVERSION void NAME(column_square_deviations)(
    size_t rows, size_t columns, const REAL *restrict center, const REAL *restrict x,
    size_t x_stride, double *restrict out) {
  memset(out, 0, columns * sizeof(double));
  for (size_t row = 0; row < rows; row++, x += x_stride)
    for (size_t j = 0; j < columns; j++) {
      const double deviation = (double)x[j] - center[j];
      out[j] += deviation * deviation;
    }
}

// The sum over a row of TERM, which reads column j.
#define SUM_ROW(TERM)                                                                              \
  REAL lane[16] = {0};                                                                             \
  size_t first = 0;                                                                                \
  for (; first + 16 <= columns; first += 16)                                                       \
    for (size_t l = 0; l < 16; l++) {                                                              \
      const size_t j = first + l;                                                                  \
      lane[l] += TERM;                                                                             \
    }                                                                                              \
  for (size_t j = first; j < columns; j++) lane[j - first] += TERM;                                \
  for (size_t half = 8; half > 0; half /= 2)                                                       \
    for (size_t l = 0; l < half; l++) lane[l] += lane[l + half];                                   \
  const REAL sum = lane[0];

MULTIVERSION void NAME(add_row_sums)(
    size_t rows, size_t columns, const REAL *restrict x, size_t x_stride, REAL *restrict out) {
  for (size_t row = 0; row < rows; row++, x += x_stride) {
    SUM_ROW(x[j])
    out[row] += sum;
  }
}

MULTIVERSION double NAME(block_sum)(
    size_t rows, size_t columns, const REAL *x, size_t x_stride) {
  double total = 0;
  for (size_t row = 0; row < rows; row++, x += x_stride) {
    SUM_ROW(x[j])
    total += sum;
  }
  return total;
}

MULTIVERSION double NAME(block_square_deviation)(
    size_t rows, size_t columns, REAL center, const REAL *x, size_t x_stride) {
  double total = 0;
  for (size_t row = 0; row < rows; row++, x += x_stride) {
    SUM_ROW((x[j] - center) * (x[j] - center))
    total += sum;
  }
  return total;
}

MULTIVERSION double NAME(block_dot)(
    size_t rows, size_t columns, REAL center, const REAL *x, size_t x_stride, const REAL *y,
    size_t y_stride) {
  double total = 0;
  for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
    SUM_ROW((x[j] - center) * y[j])
    total += sum;
  }
  return total;
}
#undef SUM_ROW

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

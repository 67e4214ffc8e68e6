// Sums in a fixed order. A sum over rows is one chain for each column, so the loop runs along the
// columns. A sum over columns uses sixteen lanes and a fixed tree, which suits any vector register
// and always gives the same result. A sum over a matrix adds such sums of its rows in double.
// `all_within` needs no order: it compares magnitudes as integers, where NaN is above all numbers.
#ifndef REAL

#include <string.h>

#include "Kernels.h"

#define BODY "Reductions.c"
#include "ForEachReal.h"

#else

MULTIVERSION void NAME(column_squares)(const input_matrix *X, output_buffer OUT) {
  REAL *out = OUT.base;
  memset(out, 0, X->columns * sizeof(REAL));
  const REAL *x = X->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride) {
    INDEPENDENT
    for (size_t j = 0; j < X->columns; j++) out[j] = __builtin_elementwise_fma(x[j], x[j], out[j]);
  }
}

MULTIVERSION void NAME(column_sums)(const input_matrix *X, output_sums out) {
  memset(out.base, 0, X->columns * sizeof(double));
  const REAL *x = X->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride) {
    INDEPENDENT
    for (size_t j = 0; j < X->columns; j++) out.base[j] += x[j];
  }
}

MULTIVERSION void NAME(column_dots)(const input_matrix *X, const input_matrix *Y, output_sums out) {
  memset(out.base, 0, X->columns * sizeof(double));
  const REAL *x = X->base, *y = Y->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride, y += Y->stride) {
    INDEPENDENT
    for (size_t j = 0; j < X->columns; j++) out.base[j] += (double)x[j] * y[j];
  }
}

MULTIVERSION void NAME(column_squared_deviations)(
    input_buffer CENTER, const input_matrix *X, output_sums out) {
  const REAL *center = CENTER.base;
  memset(out.base, 0, X->columns * sizeof(double));
  const REAL *x = X->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride) {
    INDEPENDENT
    for (size_t j = 0; j < X->columns; j++) {
      const double deviation = (double)x[j] - center[j];
      out.base[j] += deviation * deviation;
    }
  }
}

// Declares `sum`, the sum of TERM over the columns j.
#define SUM_ROW(COLUMNS, TERM)                                                                     \
  REAL lane[16] = {0};                                                                             \
  size_t first = 0;                                                                                \
  for (; first + 16 <= COLUMNS; first += 16)                                                       \
    for (size_t l = 0; l < 16; l++) {                                                              \
      const size_t j = first + l;                                                                  \
      lane[l] += TERM;                                                                             \
    }                                                                                              \
  for (size_t j = first; j < COLUMNS; j++) lane[j - first] += TERM;                                \
  for (size_t half = 8; half > 0; half /= 2)                                                       \
    for (size_t l = 0; l < half; l++) lane[l] += lane[l + half];                                   \
  const REAL sum = lane[0];

MULTIVERSION void NAME(add_row_sums)(const input_matrix *X, output_buffer OUT) {
  REAL *out = OUT.base;
  const REAL *x = X->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride) {
    SUM_ROW(X->columns, x[j])
    out[row] += sum;
  }
}

MULTIVERSION double NAME(sum)(const input_matrix *X) {
  double total = 0;
  const REAL *x = X->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride) {
    SUM_ROW(X->columns, x[j])
    total += sum;
  }
  return total;
}

MULTIVERSION double NAME(sum_of_squared_deviations)(double center64, const input_matrix *X) {
  const REAL center = (REAL)center64;
  double total = 0;
  const REAL *x = X->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride) {
    SUM_ROW(X->columns, (x[j] - center) * (x[j] - center))
    total += sum;
  }
  return total;
}

MULTIVERSION double NAME(centered_dot)(
    double center64, const input_matrix *X, const input_matrix *Y) {
  const REAL center = (REAL)center64;
  double total = 0;
  const REAL *x = X->base, *y = Y->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride, y += Y->stride) {
    SUM_ROW(X->columns, (x[j] - center) * y[j])
    total += sum;
  }
  return total;
}
#undef SUM_ROW

MULTIVERSION bool NAME(all_within)(double bound64, input_buffer X) {
  const REAL bound = (REAL)bound64;
  const REAL *x = X.base;
  const WORD magnitude = (WORD)-1 >> 1;
  WORD most, found = 0;
  memcpy(&most, &bound, SIZE);
  for (size_t i = 0; i < X.count; i++) {
    WORD bits;
    memcpy(&bits, &x[i], SIZE);
    found |= (bits & magnitude) > most;
  }
  return found == 0;
}

#endif

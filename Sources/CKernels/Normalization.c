// Normalisation: affine maps of a block, by numbers that its rows or its columns share. Each is one
// pass over memory; the numbers come from the sums of Reductions.c.
//
// assume_safety: where an output may be an input, it is never shifted against it.
#ifndef REAL

#include "CKernels.h"
#include "Multiversion.h"

#define BODY "Normalization.c"
#include "ForEachReal.h"

#else

MULTIVERSION void NAME(batch_normalize)(
    size_t rows, size_t columns, REAL mean, REAL scale, REAL gamma, REAL beta, const REAL *x,
    size_t x_stride, REAL *y, size_t y_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
#pragma clang loop vectorize(assume_safety)
    for (size_t j = 0; j < columns; j++) y[j] = (x[j] - mean) * scale * gamma + beta;
  }
}

MULTIVERSION void NAME(batch_normalize_backward)(
    size_t rows, size_t columns, REAL mean, REAL scale, REAL a, REAL b, REAL c, const REAL *x,
    size_t x_stride, const REAL *dy, size_t dy_stride, REAL *dx, size_t dx_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride, dy += dy_stride, dx += dx_stride) {
#pragma clang loop vectorize(assume_safety)
    for (size_t j = 0; j < columns; j++) dx[j] = a * (dy[j] - b - (x[j] - mean) * scale * c);
  }
}

MULTIVERSION void NAME(scale_rows)(
    size_t rows, size_t columns, size_t period, const REAL *scale, const REAL *shift,
    const REAL *x, size_t x_stride, REAL *y, size_t y_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
    const REAL factor = scale[row % period];
    if (shift) {
      const REAL term = shift[row % period];
#pragma clang loop vectorize(assume_safety)
      for (size_t j = 0; j < columns; j++) y[j] = x[j] * factor + term;
    } else {
#pragma clang loop vectorize(assume_safety)
      for (size_t j = 0; j < columns; j++) y[j] = x[j] * factor;
    }
  }
}

MULTIVERSION void NAME(affine_columns)(
    size_t rows, size_t columns, const REAL *shift, const REAL *scale, const REAL *x,
    size_t x_stride, REAL *y, size_t y_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
#pragma clang loop vectorize(assume_safety)
    for (size_t j = 0; j < columns; j++) y[j] = (x[j] - shift[j]) * scale[j];
  }
}

MULTIVERSION void NAME(combine_columns)(
    size_t rows, size_t columns, const REAL *k0, const REAL *k1, const REAL *k2, const REAL *a,
    size_t a_stride, const REAL *b, size_t b_stride, REAL *out, size_t out_stride) {
  for (size_t row = 0; row < rows; row++, a += a_stride, b += b_stride, out += out_stride) {
#pragma clang loop vectorize(assume_safety)
    for (size_t j = 0; j < columns; j++) out[j] = k0[j] + k1[j] * a[j] + k2[j] * b[j];
  }
}

MULTIVERSION void NAME(add_combined_columns)(
    size_t rows, size_t columns, const REAL *restrict k0, const REAL *restrict k1,
    const REAL *restrict k2, const REAL *restrict k3, const REAL *restrict a, size_t a_stride,
    const REAL *restrict b, size_t b_stride, const REAL *restrict c, size_t c_stride,
    REAL *restrict out, size_t out_stride) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t j = 0; j < columns; j++)
      out[j] += k0[j] + k1[j] * a[j] + k2[j] * b[j] + k3[j] * c[j];
    a += a_stride, b += b_stride, c += c_stride, out += out_stride;
  }
}

MULTIVERSION void NAME(add_scaled)(
    size_t rows, size_t columns, REAL s, const REAL *restrict x, size_t x_stride,
    REAL *restrict y, size_t y_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride)
    for (size_t j = 0; j < columns; j++) y[j] += s * x[j];
}

#endif

// Affine maps of a matrix, with coefficients for each row or each column. Each is one pass over
// memory. The coefficients come from the sums of Reductions.c.
#ifndef REAL

#include "Kernels.h"

#define BODY "Normalization.c"
#include "ForEachReal.h"

#else

MULTIVERSION void NAME(batch_normalize)(
    normalization n, affine_map m, const input_matrix *X, const output_matrix *Y) {
  const REAL mean = (REAL)n.mean, scale = (REAL)n.scale;
  const REAL gamma = (REAL)m.gamma, beta = (REAL)m.beta;
  const REAL *x = X->base;
  REAL *y = Y->base;
  for (size_t row = 0; row < Y->rows; row++, x += X->stride, y += Y->stride) {
    INDEPENDENT
    for (size_t j = 0; j < Y->columns; j++) y[j] = (x[j] - mean) * scale * gamma + beta;
  }
}

MULTIVERSION void NAME(batch_normalize_vjp)(
    normalization n, const normalization_vjp *k, const input_matrix *X, const input_matrix *DY,
    const output_matrix *DX) {
  const REAL mean = (REAL)n.mean, scale = (REAL)n.scale;
  const REAL a = (REAL)k->a, b = (REAL)k->b, c = (REAL)k->c;
  const REAL *x = X->base, *dy = DY->base;
  REAL *dx = DX->base;
  for (size_t row = 0; row < DX->rows; row++, x += X->stride, dy += DY->stride, dx += DX->stride) {
    INDEPENDENT
    for (size_t j = 0; j < DX->columns; j++) dx[j] = a * (dy[j] - b - (x[j] - mean) * scale * c);
  }
}

MULTIVERSION void NAME(scale_rows)(
    input_buffer scale, input_buffer shift, const input_matrix *X, const output_matrix *Y) {
  const REAL *x = X->base;
  REAL *y = Y->base;
  for (size_t row = 0; row < Y->rows; row++, x += X->stride, y += Y->stride) {
    const REAL factor = ((const REAL *)scale.base)[row % scale.count];
    if (shift.base) {
      const REAL term = ((const REAL *)shift.base)[row % scale.count];
      INDEPENDENT
      for (size_t j = 0; j < Y->columns; j++) y[j] = x[j] * factor + term;
    } else {
      INDEPENDENT
      for (size_t j = 0; j < Y->columns; j++) y[j] = x[j] * factor;
    }
  }
}

MULTIVERSION void NAME(affine_columns)(
    input_buffer SHIFT, input_buffer SCALE, const input_matrix *X, const output_matrix *Y) {
  const REAL *shift = SHIFT.base, *scale = SCALE.base;
  const REAL *x = X->base;
  REAL *y = Y->base;
  for (size_t row = 0; row < Y->rows; row++, x += X->stride, y += Y->stride) {
    INDEPENDENT
    for (size_t j = 0; j < Y->columns; j++) y[j] = (x[j] - shift[j]) * scale[j];
  }
}

MULTIVERSION void NAME(combine_columns)(
    const input_matrix *K, const input_matrix *A, const input_matrix *B, const output_matrix *OUT) {
  const REAL *k0 = K->base, *k1 = k0 + K->stride, *k2 = k1 + K->stride;
  const REAL *a = A->base, *b = B->base;
  REAL *out = OUT->base;
  for (size_t row = 0; row < OUT->rows; row++, a += A->stride, b += B->stride, out += OUT->stride) {
    INDEPENDENT
    for (size_t j = 0; j < OUT->columns; j++) out[j] = k0[j] + k1[j] * a[j] + k2[j] * b[j];
  }
}

MULTIVERSION void NAME(add_combined_columns)(
    const input_matrix *K, const input_matrix *A, const input_matrix *B, const input_matrix *C,
    const output_matrix *OUT) {
  const REAL *k0 = K->base, *k1 = k0 + K->stride, *k2 = k1 + K->stride, *k3 = k2 + K->stride;
  const REAL *a = A->base, *b = B->base, *c = C->base;
  REAL *out = OUT->base;
  for (size_t row = 0; row < OUT->rows; row++) {
    INDEPENDENT
    for (size_t j = 0; j < OUT->columns; j++)
      out[j] += k0[j] + k1[j] * a[j] + k2[j] * b[j] + k3[j] * c[j];
    a += A->stride, b += B->stride, c += C->stride, out += OUT->stride;
  }
}

MULTIVERSION void NAME(add_scaled)(double s, const input_matrix *X, const output_matrix *Y) {
  const REAL *x = X->base;
  REAL *y = Y->base;
  for (size_t row = 0; row < Y->rows; row++, x += X->stride, y += Y->stride) {
    INDEPENDENT
    for (size_t j = 0; j < Y->columns; j++) y[j] += (REAL)s * x[j];
  }
}

#endif

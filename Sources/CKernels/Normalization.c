// Affine maps of a matrix, with coefficients for each row or each column. Each is one pass over
// memory. The coefficients come from the sums of Reductions.c.
#ifndef REAL

#include "Kernels.h"

#define BODY "Normalization.c"
#include "ForEachReal.h"

#else

MULTIVERSION void NAME(batch_normalize)(
    normalization n, affine_map m, const_matrix_view X, matrix_view Y) {
  const REAL mean = (REAL)n.mean, scale = (REAL)n.scale;
  const REAL gamma = (REAL)m.gamma, beta = (REAL)m.beta;
  for (size_t row = 0; row < Y.rows; row++) {
    const REAL *x = CONST_ROW(X, row);
    REAL *y = ROW(Y, row);
    INDEPENDENT
    for (size_t j = 0; j < Y.columns; j++) y[j] = (x[j] - mean) * scale * gamma + beta;
  }
}

MULTIVERSION void NAME(batch_normalize_vjp)(
    normalization n, normalization_vjp k, const_matrix_view X, const_matrix_view DY,
    matrix_view DX) {
  const REAL mean = (REAL)n.mean, scale = (REAL)n.scale;
  const REAL a = (REAL)k.a, b = (REAL)k.b, c = (REAL)k.c;
  for (size_t row = 0; row < DX.rows; row++) {
    const REAL *x = CONST_ROW(X, row), *dy = CONST_ROW(DY, row);
    REAL *dx = ROW(DX, row);
    INDEPENDENT
    for (size_t j = 0; j < DX.columns; j++) dx[j] = a * (dy[j] - b - (x[j] - mean) * scale * c);
  }
}

MULTIVERSION void NAME(scale_rows)(
    const_buffer_view scale, const_buffer_view shift, const_matrix_view X, matrix_view Y) {
  for (size_t row = 0; row < Y.rows; row++) {
    const REAL *x = CONST_ROW(X, row);
    REAL *y = ROW(Y, row);
    const REAL factor = ((const REAL *)scale.base)[row % scale.count];
    if (shift.base) {
      const REAL term = ((const REAL *)shift.base)[row % scale.count];
      INDEPENDENT
      for (size_t j = 0; j < Y.columns; j++) y[j] = x[j] * factor + term;
    } else {
      INDEPENDENT
      for (size_t j = 0; j < Y.columns; j++) y[j] = x[j] * factor;
    }
  }
}

MULTIVERSION void NAME(affine_columns)(
    const_buffer_view SHIFT, const_buffer_view SCALE, const_matrix_view X, matrix_view Y) {
  const REAL *shift = SHIFT.base, *scale = SCALE.base;
  for (size_t row = 0; row < Y.rows; row++) {
    const REAL *x = CONST_ROW(X, row);
    REAL *y = ROW(Y, row);
    INDEPENDENT
    for (size_t j = 0; j < Y.columns; j++) y[j] = (x[j] - shift[j]) * scale[j];
  }
}

MULTIVERSION void NAME(combine_columns)(
    const_matrix_view K, const_matrix_view A, const_matrix_view B, matrix_view OUT) {
  const REAL *k0 = CONST_ROW(K, 0), *k1 = CONST_ROW(K, 1), *k2 = CONST_ROW(K, 2);
  for (size_t row = 0; row < OUT.rows; row++) {
    const REAL *a = CONST_ROW(A, row), *b = CONST_ROW(B, row);
    REAL *out = ROW(OUT, row);
    INDEPENDENT
    for (size_t j = 0; j < OUT.columns; j++) out[j] = k0[j] + k1[j] * a[j] + k2[j] * b[j];
  }
}

MULTIVERSION void NAME(add_combined_columns)(
    const_matrix_view K, const_matrix_view A, const_matrix_view B, const_matrix_view C,
    matrix_view OUT) {
  const REAL *k0 = CONST_ROW(K, 0), *k1 = CONST_ROW(K, 1);
  const REAL *k2 = CONST_ROW(K, 2), *k3 = CONST_ROW(K, 3);
  for (size_t row = 0; row < OUT.rows; row++) {
    const REAL *a = CONST_ROW(A, row), *b = CONST_ROW(B, row), *c = CONST_ROW(C, row);
    REAL *out = ROW(OUT, row);
    INDEPENDENT
    for (size_t j = 0; j < OUT.columns; j++)
      out[j] += k0[j] + k1[j] * a[j] + k2[j] * b[j] + k3[j] * c[j];
  }
}

MULTIVERSION void NAME(add_scaled)(double s, const_matrix_view X, matrix_view Y) {
  for (size_t row = 0; row < Y.rows; row++) {
    const REAL *x = CONST_ROW(X, row);
    REAL *y = ROW(Y, row);
    INDEPENDENT
    for (size_t j = 0; j < Y.columns; j++) y[j] += (REAL)s * x[j];
  }
}

#endif

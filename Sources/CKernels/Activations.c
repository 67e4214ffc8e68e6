// Leaky ReLU, tanh and sigmoid with their derivatives, the second-order term of tanh and sigmoid,
// and two kernels of the gradient penalty, where each column (a sample) has its own coefficient.
//
// Float does not use the C library's tanh and exp: they are slow, do not vectorize, and their bits
// depend on the CPU. Double does: only tests use it, to compare gradients with finite differences.
#ifndef REAL

#include <math.h>
#include <string.h>

#include "Kernels.h"

// e^y · 2^lift, for y + lift · ln 2 within ±87: e^y = 2^n · e^r with y = n · ln 2 + r. Adding
// `round` leaves n in the last bits of a float, and splitting ln 2 in two keeps r accurate. NaN
// stays NaN.
INLINE float exponential(float y, uint32_t lift) {
  const float round = 0x1.8p23f;
  const float shifted = y * 1.44269504f + round, n = shifted - round;
  const float r = (y - n * 0.693359375f) + n * 2.12194440e-4f;
  float power = 0.00139517198f;
  power = power * r + 0.00836959813f;
  power = power * r + 0.0416661872f;
  power = power * r + 0.166665129f;
  power = power * r + 0.5f;
  power = power * r * r + r + 1;
  uint32_t bits;
  memcpy(&bits, &shifted, 4);
  bits = (bits + lift + 127) << 23;
  float scale;
  memcpy(&scale, &bits, 4);
  return power * scale;
}

// Below 0.625, an odd polynomial. Above, 1 − 2 / (e^2|x| + 1), which reduces the error of the
// exponential. The polynomials minimize the maximum relative error on their interval (Remez): 2⁻²⁸
// for both, a sixteenth of the rounding error.
INLINE float tanh_of_f32(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  const uint32_t sign = bits & 0x80000000;
  bits ^= sign;
  float size;
  memcpy(&size, &bits, 4);

  const float s = size * size;
  float low = -0.00571705008f;
  low = low * s + 0.0206505924f;
  low = low * s - 0.0537434999f;
  low = low * s + 0.133314913f;
  low = low * s - 0.333332839f;
  low = low * s * size + size;

  const float high = 1 - 2 / (exponential(size > 10 ? 20 : 2 * size, 0) + 1);  // 1 for x >= 10

  const float result = size < 0.625f ? low : high;
  memcpy(&bits, &result, 4);
  bits |= sign;
  memcpy(&x, &bits, 4);
  return x;
}

INLINE double tanh_of_f64(double x) { return tanh(x); }

// z = e^−|x| never overflows: 1 / (1 + z) for x >= 0, z / (1 + z) for x < 0. It is 0 for |x| >= 104.
// The exponential is 2⁶⁴ times too large at first, so that a denormal z is rounded only once.
INLINE float sigmoid_of_f32(float x) {
  const float size = __builtin_fabsf(x);
  const float z = exponential(size > 104 ? -104 : -size, 64) * 0x1p-64f;
  return (x < 0 ? z : 1) / (1 + z);
}

INLINE double sigmoid_of_f64(double x) {
  const double z = exp(-fabs(x));
  return (x < 0 ? z : 1) / (1 + z);
}

#define BODY "Activations.c"
#include "ForEachReal.h"

#else

MULTIVERSION void NAME(leaky_relu)(matrix_view X, double slope) {
  for (size_t row = 0; row < X.rows; row++) {
    REAL *x = ROW(X, row);
    for (size_t j = 0; j < X.columns; j++) x[j] = x[j] > 0 ? x[j] : (REAL)slope * x[j];
  }
}

MULTIVERSION void NAME(leaky_relu_derivative)(const_matrix_view Y, double slope, matrix_view D) {
  for (size_t row = 0; row < D.rows; row++) {
    const REAL *y = CONST_ROW(Y, row);
    REAL *d = ROW(D, row);
    INDEPENDENT
    for (size_t j = 0; j < D.columns; j++) d[j] = y[j] > 0 ? d[j] : (REAL)slope * d[j];
  }
}

MULTIVERSION void NAME(tanh)(matrix_view X) {
  for (size_t row = 0; row < X.rows; row++) {
    REAL *x = ROW(X, row);
    for (size_t j = 0; j < X.columns; j++) x[j] = NAME(tanh_of)(x[j]);
  }
}

MULTIVERSION void NAME(sigmoid)(matrix_view X) {
  for (size_t row = 0; row < X.rows; row++) {
    REAL *x = ROW(X, row);
    for (size_t j = 0; j < X.columns; j++) x[j] = NAME(sigmoid_of)(x[j]);
  }
}

MULTIVERSION void NAME(tanh_or_sigmoid_derivative)(
    tanh_or_sigmoid f, const_matrix_view Y, matrix_view D) {
  const REAL gamma = (REAL)f.gamma, delta = (REAL)f.delta;
  for (size_t row = 0; row < D.rows; row++) {
    const REAL *y = CONST_ROW(Y, row);
    REAL *d = ROW(D, row);
    INDEPENDENT
    for (size_t j = 0; j < D.columns; j++) d[j] = d[j] * (gamma + y[j] * (delta - y[j]));
  }
}

MULTIVERSION void NAME(add_second_order_term)(
    tanh_or_sigmoid f, const_matrix_view Y, const_matrix_view DY, const_matrix_view U,
    matrix_view OUT) {
  const REAL gamma = (REAL)f.gamma, delta = (REAL)f.delta;
  for (size_t row = 0; row < OUT.rows; row++) {
    const REAL *y = CONST_ROW(Y, row), *dy = CONST_ROW(DY, row), *u = CONST_ROW(U, row);
    REAL *out = ROW(OUT, row);
    INDEPENDENT
    for (size_t j = 0; j < OUT.columns; j++)
      out[j] += (delta - 2 * y[j]) * (gamma + y[j] * (delta - y[j])) * dy[j] * u[j];
  }
}

MULTIVERSION void NAME(interpolate)(
    const_buffer_view T, const_matrix_view A, const_matrix_view B, matrix_view OUT) {
  const REAL *t = T.base;
  for (size_t row = 0; row < OUT.rows; row++) {
    const REAL *a = CONST_ROW(A, row), *b = CONST_ROW(B, row);
    REAL *out = ROW(OUT, row);
    INDEPENDENT
    for (size_t j = 0; j < OUT.columns; j++) out[j] = b[j] + t[j] * (a[j] - b[j]);
  }
}

MULTIVERSION void NAME(scale_columns)(const_buffer_view S, matrix_view X) {
  const REAL *s = S.base;
  for (size_t row = 0; row < X.rows; row++) {
    REAL *x = ROW(X, row);
    INDEPENDENT
    for (size_t j = 0; j < X.columns; j++) x[j] = x[j] * s[j];
  }
}

#endif

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

// z = e^−|x| never overflows: 1 / (1 + z) for x >= 0, z / (1 + z) for x < 0. 0 for |x| >= 104.
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

MULTIVERSION void NAME(leaky_relu)(const output_matrix *X, double slope) {
  REAL *x = X->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride) {
    for (size_t j = 0; j < X->columns; j++) x[j] = x[j] > 0 ? x[j] : (REAL)slope * x[j];
  }
}

MULTIVERSION void NAME(leaky_relu_derivative)(
    const input_matrix *Y, double slope, const output_matrix *D) {
  const REAL *y = Y->base;
  REAL *d = D->base;
  for (size_t row = 0; row < D->rows; row++, y += Y->stride, d += D->stride) {
    INDEPENDENT
    for (size_t j = 0; j < D->columns; j++) d[j] = y[j] > 0 ? d[j] : (REAL)slope * d[j];
  }
}

MULTIVERSION void NAME(tanh)(const output_matrix *X) {
  REAL *x = X->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride) {
    for (size_t j = 0; j < X->columns; j++) x[j] = NAME(tanh_of)(x[j]);
  }
}

MULTIVERSION void NAME(sigmoid)(const output_matrix *X) {
  REAL *x = X->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride) {
    for (size_t j = 0; j < X->columns; j++) x[j] = NAME(sigmoid_of)(x[j]);
  }
}

MULTIVERSION void NAME(tanh_or_sigmoid_derivative)(
    tanh_or_sigmoid f, const input_matrix *Y, const output_matrix *D) {
  const REAL gamma = (REAL)f.gamma, delta = (REAL)f.delta;
  const REAL *y = Y->base;
  REAL *d = D->base;
  for (size_t row = 0; row < D->rows; row++, y += Y->stride, d += D->stride) {
    INDEPENDENT
    for (size_t j = 0; j < D->columns; j++) d[j] = d[j] * (gamma + y[j] * (delta - y[j]));
  }
}

MULTIVERSION void NAME(add_second_order_term)(
    tanh_or_sigmoid f, const input_matrix *Y, const input_matrix *DY, const input_matrix *U,
    const output_matrix *OUT) {
  const REAL gamma = (REAL)f.gamma, delta = (REAL)f.delta;
  const REAL *y = Y->base, *dy = DY->base, *u = U->base;
  REAL *out = OUT->base;
  for (size_t row = 0; row < OUT->rows; row++) {
    INDEPENDENT
    for (size_t j = 0; j < OUT->columns; j++)
      out[j] += (delta - 2 * y[j]) * (gamma + y[j] * (delta - y[j])) * dy[j] * u[j];
    y += Y->stride, dy += DY->stride, u += U->stride, out += OUT->stride;
  }
}

MULTIVERSION void NAME(interpolate)(
    input_buffer T, const input_matrix *A, const input_matrix *B, const output_matrix *OUT) {
  const REAL *t = T.base;
  const REAL *a = A->base, *b = B->base;
  REAL *out = OUT->base;
  for (size_t row = 0; row < OUT->rows; row++, a += A->stride, b += B->stride, out += OUT->stride) {
    INDEPENDENT
    for (size_t j = 0; j < OUT->columns; j++) out[j] = b[j] + t[j] * (a[j] - b[j]);
  }
}

MULTIVERSION void NAME(scale_columns)(input_buffer S, const output_matrix *X) {
  const REAL *s = S.base;
  REAL *x = X->base;
  for (size_t row = 0; row < X->rows; row++, x += X->stride) {
    INDEPENDENT
    for (size_t j = 0; j < X->columns; j++) x[j] = x[j] * s[j];
  }
}

#endif

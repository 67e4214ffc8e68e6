// Leaky ReLU, tanh and the sigmoid, each with its derivative, the term that the second derivative
// adds, and the two loops that the gradient penalty adds: a column is a sample there, with its own
// weight or scale. All of them work in place, row by row.
//
// The float tanh and sigmoid are our own: libm's are slow, cannot be vectorised, and change their
// bits with the CPU. Double serves the tests alone, which compare gradients with finite
// differences: libm's.
#ifndef REAL

#include <math.h>
#include <string.h>

#include "CKernels.h"
#include "Multiversion.h"

// e^y · 2^lift, for y + lift·ln 2 within ±87: e^y = 2^n · e^r with y = n·ln 2 + r. Adding `round`
// leaves n in the last bits of a float, and ln 2 in two parts keeps r accurate. NaN stays NaN.
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

// Below 0.625 an odd polynomial; above it 1 − 2 / (e^2|x| + 1), where an error in the exponential
// has shrunk by the time it reaches the result. The polynomials minimise the greatest relative
// error over their interval (Remez): 2⁻²⁸ both, a sixteenth of what rounding adds.
INLINE float tanh_f32(float x) {
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

  const float high = 1 - 2 / (exponential(size > 10 ? 20 : 2 * size, 0) + 1);  // 1 from 10 on

  const float result = size < 0.625f ? low : high;
  memcpy(&bits, &result, 4);
  bits |= sign;
  memcpy(&x, &bits, 4);
  return x;
}

INLINE double tanh_f64(double x) { return tanh(x); }

// z = e^−|x| never overflows: 1 / (1 + z) to the right of 0, z / (1 + z) to its left. From
// |x| = 104 on z is 0. It is made 2⁶⁴ times too large first, so that a denormal z is rounded once.
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

MULTIVERSION void NAME(leaky_relu)(
    size_t rows, size_t columns, REAL slope, REAL *x, size_t x_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride)
    for (size_t j = 0; j < columns; j++) x[j] = x[j] > 0 ? x[j] : slope * x[j];
}

MULTIVERSION void NAME(leaky_relu_derivative)(
    size_t rows, size_t columns, REAL slope, const REAL *restrict y, size_t y_stride,
    REAL *restrict d, size_t d_stride) {
  for (size_t row = 0; row < rows; row++, y += y_stride, d += d_stride)
    for (size_t j = 0; j < columns; j++) d[j] = y[j] > 0 ? d[j] : slope * d[j];
}

MULTIVERSION void NAME(hyperbolic_tangent)(size_t rows, size_t columns, REAL *x, size_t x_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride)
    for (size_t j = 0; j < columns; j++) x[j] = NAME(tanh)(x[j]);
}

MULTIVERSION void NAME(sigmoid)(size_t rows, size_t columns, REAL *x, size_t x_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride)
    for (size_t j = 0; j < columns; j++) x[j] = NAME(sigmoid_of)(x[j]);
}

MULTIVERSION void NAME(multiply_by_slope)(
    size_t rows, size_t columns, REAL gamma, REAL delta, const REAL *restrict y, size_t y_stride,
    REAL *restrict d, size_t d_stride) {
  for (size_t row = 0; row < rows; row++, y += y_stride, d += d_stride)
    for (size_t j = 0; j < columns; j++) d[j] = d[j] * (gamma + y[j] * (delta - y[j]));
}

MULTIVERSION void NAME(add_curvature)(
    size_t rows, size_t columns, REAL gamma, REAL delta, const REAL *restrict y, size_t y_stride,
    const REAL *restrict d, size_t d_stride, const REAL *restrict u, size_t u_stride,
    REAL *restrict out, size_t out_stride) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t j = 0; j < columns; j++)
      out[j] += (delta - 2 * y[j]) * (gamma + y[j] * (delta - y[j])) * d[j] * u[j];
    y += y_stride, d += d_stride, u += u_stride, out += out_stride;
  }
}

MULTIVERSION void NAME(interpolate)(
    size_t rows, size_t columns, const REAL *t, const REAL *a, size_t a_stride, const REAL *b,
    size_t b_stride, REAL *out, size_t out_stride) {
  for (size_t row = 0; row < rows; row++, a += a_stride, b += b_stride, out += out_stride) {
#pragma clang loop vectorize(assume_safety)  // out may be a or b, but never shifted against them
    for (size_t j = 0; j < columns; j++) out[j] = b[j] + t[j] * (a[j] - b[j]);
  }
}

MULTIVERSION void NAME(scale_columns)(
    size_t rows, size_t columns, const REAL *restrict s, REAL *restrict x, size_t x_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride)
    for (size_t j = 0; j < columns; j++) x[j] = x[j] * s[j];
}

#endif

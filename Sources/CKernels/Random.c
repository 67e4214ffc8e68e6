// Counter-based random numbers: each variate is a function of the key and of its own position, so
// there is no state, and any thread can make any part of a sequence. Box–Muller in float uses only
// integers and + × ÷ √, so it gives the same bits on every machine, unlike the C library. Double
// does use the C library: only tests use it, to compare training with another program's.
#ifndef REAL

#include <math.h>
#include <string.h>

#include "Kernels.h"
#include "Philox.h"

random_words philox4x32(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint64_t key) {
  random_words words = {{c0, c1, c2, c3}};
  philox(words.w, key);
  return words;
}

// The polynomials minimize the maximum relative error (Remez): 2⁻²⁷ for ln, 2⁻²⁸ for sin, 2⁻³³ for
// cos.
INLINE void normal_pair_f32(uint32_t even, uint32_t odd, float *restrict z0, float *restrict z1) {
  // ln u = e · ln 2 + ln(1 + f) with u = 2^e · (1 + f) and 1 + f in [√½, √2). u is in [2⁻³³, 1].
  const float u = ((float)even + 0.5f) * 0x1p-32f;
  uint32_t bits;
  memcpy(&bits, &u, 4);
  const uint32_t half_root = 0x3F3504F3;
  const int32_t exponent = (int32_t)(bits - half_root) >> 23;
  bits -= (uint32_t)exponent << 23;
  float f;
  memcpy(&f, &bits, 4);
  f -= 1;
  float ln = -0.0785966638f;
  ln = ln * f + 0.128816194f;
  ln = ln * f - 0.1312872f;
  ln = ln * f + 0.141811949f;
  ln = ln * f - 0.166245583f;
  ln = ln * f + 0.200022862f;
  ln = ln * f - 0.250008103f;
  ln = ln * f + 0.333333167f;
  const float e = (float)exponent, square = f * f;
  ln = ln * f * square - 2.12194440e-4f * e - 0.5f * square + f + 0.693359375f * e;
  const float radius = __builtin_elementwise_sqrt(-2 * ln);

  // φ = quarter · π/2 + t with t in [−π/4, π/4): integers give the quarter and the sign of t.
  const uint32_t quarter = (odd + 0x20000000) >> 30;
  const float t = (float)(int32_t)(odd - (quarter << 30)) * 0x1.921FB6p-30f, s = t * t;
  const float sine = ((-0.00019516978f * s + 0.00833217585f) * s - 0.166666549f) * s * t + t;
  const float cosine =
      ((2.4438092e-5f * s - 0.00138873645f) * s + 0.0416666468f) * s * s - 0.5f * s + 1;
  const float x = radius * (quarter & 1 ? sine : cosine);
  const float y = radius * (quarter & 1 ? cosine : sine);
  *z0 = (quarter + 1) & 2 ? -x : x;
  *z1 = quarter & 2 ? -y : y;
}

INLINE void normal_pair_f64(uint32_t even, uint32_t odd, double *restrict z0, double *restrict z1) {
  const double radius = sqrt(-2 * log((even + 0.5) * 0x1p-32));
  const double angle = odd * 0x1.921FB54442D18p-30;
  *z0 = radius * cos(angle);
  *z1 = radius * sin(angle);
}

void box_muller(uint32_t even, uint32_t odd, float out[2]) {
  normal_pair_f32(even, odd, &out[0], &out[1]);
}

#define BODY "Random.c"
#include "ForEachReal.h"

#else

MULTIVERSION void NAME(fill_normal)(const random_position *position, const output_matrix *OUT) {
  const random_position at = *position;
  for (size_t row = 0; row < OUT->rows; row += 4)
    for (size_t j = 0; j < OUT->columns; j += 16) {
      REAL z[4][16];
      for (uint32_t l = 0; l < 16; l++) {
        uint32_t w[4] = {at.first + (uint32_t)j + l, (uint32_t)(row / 4), at.step, at.stream};
        philox(w, at.key);
        NAME(normal_pair)(w[0], w[1], &z[0][l], &z[1][l]);
        NAME(normal_pair)(w[2], w[3], &z[2][l], &z[3][l]);
      }
      const size_t height = MIN(OUT->rows - row, 4), width = MIN(OUT->columns - j, 16);
      REAL *out = (REAL *)OUT->base + row * OUT->stride + j;
      for (size_t i = 0; i < height; i++, out += OUT->stride)
        for (size_t l = 0; l < width; l++) out[l] = z[i][l];
    }
}

MULTIVERSION void NAME(fill_uniform)(const random_position *position, output_buffer OUT) {
  const random_position at = *position;
  REAL *out = OUT.base;
  for (size_t i = 0; i < OUT.count; i++) {
    uint32_t w[4] = {at.first + (uint32_t)i, 0, at.step, at.stream};
    philox(w, at.key);
    out[i] = (REAL)(w[0] >> 8) * (REAL)0x1p-24;
  }
}

#endif

// From images, stored one after another, to an activation, stored sample beside sample: a transpose
// of chosen rows. It goes by tiles of 16 images × 64 pixels, so that a cache line of an image is
// read whole and a cache line of the activation is written whole. And a plain transpose.
#ifndef REAL

#include "CKernels.h"
#include "Multiversion.h"

enum { IMAGES = 16, PIXELS = 64 };

#define MIN(A, B) ((A) < (B) ? (A) : (B))

#define BODY "Conversions.c"
#include "ForEachReal.h"

#else

#define GATHER(SOURCE, CONVERT)                                                                    \
  for (size_t j = 0; j < columns; j += IMAGES)                                                     \
    for (size_t p = 0; p < rows; p += PIXELS) {                                                    \
      const size_t width = MIN(columns - j, IMAGES), height = MIN(rows - p, PIXELS);               \
      SOURCE tile[PIXELS][IMAGES] = {0};                                                           \
      for (size_t l = 0; l < width; l++) {                                                         \
        const SOURCE *image = images + indices[j + l] * image_size + p;                                  \
        for (size_t i = 0; i < height; i++) tile[i][l] = image[i];                                 \
      }                                                                                            \
      for (size_t i = 0; i < height; i++) {                                                        \
        REAL converted[IMAGES];                                                                    \
        for (size_t l = 0; l < IMAGES; l++) converted[l] = CONVERT(tile[i][l]);                    \
        for (size_t l = 0; l < width; l++) out[(p + i) * out_stride + j + l] = converted[l];       \
      }                                                                                            \
    }

#define TO_UNIT(BYTE) (REAL)(2 * (BYTE) - 255) / 255
MULTIVERSION void NAME(gather_bytes)(
    size_t rows, size_t columns, const uint8_t *restrict images, size_t image_size,
    const uint32_t *restrict indices, REAL *restrict out, size_t out_stride) {
  GATHER(uint8_t, TO_UNIT)
}
#undef TO_UNIT

MULTIVERSION void NAME(gather_floats)(
    size_t rows, size_t columns, const float *restrict images, size_t image_size,
    const uint32_t *restrict indices, REAL *restrict out, size_t out_stride) {
  GATHER(float, (REAL))
}
#undef GATHER

MULTIVERSION void NAME(transpose)(
    size_t rows, size_t columns, const REAL *restrict x, size_t x_stride, REAL *restrict y,
    size_t y_stride) {
  enum { SIDE = 16 };
  for (size_t i = 0; i < rows; i += SIDE)
    for (size_t j = 0; j < columns; j += SIDE)
      for (size_t l = j; l < MIN(j + SIDE, columns); l++)
        for (size_t k = i; k < MIN(i + SIDE, rows); k++) y[l * y_stride + k] = x[k * x_stride + l];
}

#endif

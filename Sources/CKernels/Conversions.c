// Gathering: images, stored one after another, become the columns of an activation. It proceeds by
// tiles of 16 images × 64 pixels, so that each cache line of an image is read whole and each cache
// line of the activation is written whole. And a plain transpose.
#ifndef REAL

#include "Kernels.h"

enum { IMAGES = 16, PIXELS = 64 };

#define BODY "Conversions.c"
#include "ForEachReal.h"

#else

#define GATHER(SOURCE, CONVERT)                                                                    \
  for (size_t j = 0; j < OUT->columns; j += IMAGES)                                                \
    for (size_t p = 0; p < OUT->rows; p += PIXELS) {                                               \
      const size_t width = MIN(OUT->columns - j, IMAGES), height = MIN(OUT->rows - p, PIXELS);     \
      SOURCE tile[PIXELS][IMAGES] = {0};                                                           \
      for (size_t l = 0; l < width; l++) {                                                         \
        const SOURCE *image = images.base + indices.base[j + l] * images.size + p;                 \
        for (size_t i = 0; i < height; i++) tile[i][l] = image[i];                                 \
      }                                                                                            \
      REAL *out = (REAL *)OUT->base + p * OUT->stride + j;                                         \
      for (size_t i = 0; i < height; i++, out += OUT->stride) {                                    \
        REAL converted[IMAGES];                                                                    \
        for (size_t l = 0; l < IMAGES; l++) converted[l] = CONVERT(tile[i][l]);                    \
        for (size_t l = 0; l < width; l++) out[l] = converted[l];                                  \
      }                                                                                            \
    }

#define TO_UNIT(BYTE) (REAL)(2 * (BYTE) - 255) / 255
MULTIVERSION void NAME(gather_bytes)(
    byte_images images, index_list indices, const output_matrix *OUT) {
  GATHER(uint8_t, TO_UNIT)
}
#undef TO_UNIT

MULTIVERSION void NAME(gather_floats)(
    float_images images, index_list indices, const output_matrix *OUT) {
  GATHER(float, (REAL))
}
#undef GATHER

MULTIVERSION void NAME(transpose)(const input_matrix *X, const output_matrix *Y) {
  enum { SIDE = 16 };
  const size_t rows = X->rows, columns = X->columns, x_stride = X->stride, y_stride = Y->stride;
  const REAL *x = X->base;
  REAL *y = Y->base;
  for (size_t i = 0; i < rows; i += SIDE)
    for (size_t j = 0; j < columns; j += SIDE)
      for (size_t l = j; l < MIN(j + SIDE, columns); l++)
        for (size_t k = i; k < MIN(i + SIDE, rows); k++) y[l * y_stride + k] = x[k * x_stride + l];
}

#endif

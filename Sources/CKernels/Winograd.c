// The transforms of Winograd's minimal filtering (Winograd 1980; Lavin & Gray 2016), for filters of
// five or four taps at stride two. Along one axis, a few outputs are
//
//     y = Aᵀ [(G w) ⊙ (Bᵀ x)],   y[i] = Σ over k of w[k] · x[2i + k],   k < taps
//
// with as many products as inputs: 11 instead of 20 for four outputs of five taps, 10 instead of 16
// for four outputs of four taps, and 8 instead of 12 for three. The taps w0, w2, w4 multiply the
// even inputs, w1 and w3 the odd ones. Each of the two is a filter of stride one, interpolated at
// points. Products at the same point are added before A.
//
// The matrices are constants of unrolled loops, so their zeros and ones cost nothing.
#ifndef REAL

#include <stdalign.h>

#include "Kernels.h"

#define BODY "Winograd.c"
#include "ForEachReal.h"

#else

#include "WinogradMatrices.h"

#define LANES (64 / SIZE)
typedef REAL NAME(vector) __attribute__((ext_vector_type(LANES), aligned(SIZE), may_alias));

// out = m · in. All arguments but the two vectors are constants in every call.
INLINE void NAME(multiply)(
    NAME(matrix) m, const NAME(vector) *in, NAME(vector) *out, size_t out_step) {
  UNROLL for (size_t p = 0; p < NAME(outs)(m); p++) {
    NAME(vector) sum = 0;
    bool empty = true;
    UNROLL for (size_t i = 0; i < NAME(ins)(m); i++) {
      const REAL factor = m.numbers[m.transposed ? i * m.columns + p : p * m.columns + i];
      if (factor == 0) continue;
      sum = empty ? factor * in[i] : sum + factor * in[i];
      empty = false;
    }
    out[p * out_step] = sum;
  }
}

// Loads the first `width` numbers of a vector; the others are 0.
INLINE void NAME(load)(const REAL *x, size_t width, NAME(vector) *v) {
  if (width == LANES) {
    *v = *(const NAME(vector) *)x;
  } else {
    *v = 0;
    for (size_t l = 0; l < width; l++) (*v)[l] = x[l];
  }
}

// Stores the first `width` numbers of a vector.
INLINE void NAME(store)(const NAME(vector) *v, size_t width, REAL *y) {
  if (width == LANES) *(NAME(vector) *)y = *v;
  else
    for (size_t l = 0; l < width; l++) y[l] = (*v)[l];
}

// The elements of a tile: where each begins, or NULL for none.
typedef struct {
  REAL *base[11 * 11];
  size_t stride;
} NAME(tile);

// Both axes, for `width` columns of a row. The next row is prefetched, because there are more
// streams than the hardware prefetcher follows. The inputs go to the L2 cache: those of an image
// may all map to the same set of the L1 cache.
INLINE void NAME(transform)(
    NAME(matrix) vertical, NAME(matrix) horizontal, size_t row, size_t column, size_t width,
    const NAME(tile) *from, const winograd_arguments *arguments, const NAME(tile) *to) {
  typedef NAME(vector) vector;
  const REAL *bias = arguments->bias.base;
  const size_t ins = NAME(ins)(horizontal), outs = NAME(outs)(horizontal);
  alignas(64) vector half[11 * 11];
  for (size_t j = 0; j < ins; j++) {
    alignas(64) vector in[11];
    UNROLL for (size_t i = 0; i < NAME(ins)(vertical); i++) {
      const REAL *x = from->base[i * ins + j];
      in[i] = 0;
      if (!x) continue;
      x += row * from->stride + column;
      __builtin_prefetch(x + from->stride, 0, 2);
      NAME(load)(x, width, &in[i]);
    }
    NAME(multiply)(vertical, in, half + j, ins);
  }
  for (size_t p = 0; p < NAME(outs)(vertical); p++) {
    alignas(64) vector out[11];
    NAME(multiply)(horizontal, half + p * ins, out, 1);
    UNROLL for (size_t q = 0; q < outs; q++) {
      REAL *y = to->base[p * outs + q];
      if (!y) continue;
      y += row * to->stride + column;
      __builtin_prefetch(y + to->stride, 1);
      if (p < arguments->overlap.rows || q < arguments->overlap.columns) {
        vector old;
        NAME(load)(y, width, &old);
        out[q] += old;
      } else if (bias) {
        out[q] += bias[row];
      }
      NAME(store)(&out[q], width, y);
    }
  }
}

INLINE void NAME(transform_all)(
    NAME(matrix) vertical, NAME(matrix) horizontal, const winograd_arguments *arguments) {
  const input_gather in = arguments->input;
  const output_gather out = arguments->output;
  NAME(tile) from = {.stride = in.stride}, to = {.stride = out.stride};
  for (size_t i = 0; i < NAME(ins)(vertical) * NAME(ins)(horizontal); i++)
    from.base[i] = in.offsets[i] < 0 ? NULL : (REAL *)in.base + in.offsets[i] * in.unit;
  for (size_t p = 0; p < NAME(outs)(vertical) * NAME(outs)(horizontal); p++)
    to.base[p] = out.offsets[p] < 0 ? NULL : (REAL *)out.base + out.offsets[p] * out.unit;
  for (size_t row = 0; row < out.rows; row++) {
    size_t j = 0;
    for (; j + LANES <= out.columns; j += LANES)
      NAME(transform)(vertical, horizontal, row, j, LANES, &from, arguments, &to);
    if (j < out.columns)
      NAME(transform)(vertical, horizontal, row, j, out.columns - j, &from, arguments, &to);
  }
}

MULTIVERSION __attribute__((min_vector_width(512))) void NAME(winograd)(
    const winograd_arguments *arguments) {
#define TRANSFORM(VERTICAL, HORIZONTAL, TRANSPOSED)                                                \
  NAME(transform_all)(                                                                             \
      NAME(constants)(VERTICAL, TRANSPOSED), NAME(constants)(HORIZONTAL, TRANSPOSED), arguments)
#define PAIR(VERTICAL, HORIZONTAL)                                                                 \
  if (arguments->vertical == VERTICAL && arguments->horizontal == HORIZONTAL) {                    \
    if (arguments->transposed) TRANSFORM(VERTICAL, HORIZONTAL, true);                              \
    else TRANSFORM(VERTICAL, HORIZONTAL, false);                                                   \
  }
  PAIR(WINOGRAD_INPUT_4X5, WINOGRAD_INPUT_4X5)
  PAIR(WINOGRAD_KERNEL_4X5, WINOGRAD_KERNEL_4X5)
  PAIR(WINOGRAD_OUTPUT_4X5, WINOGRAD_OUTPUT_4X5)
  PAIR(WINOGRAD_KERNEL_4X4, WINOGRAD_KERNEL_4X4)
  PAIR(WINOGRAD_INPUT_4X4, WINOGRAD_INPUT_4X4)
  PAIR(WINOGRAD_INPUT_4X4, WINOGRAD_INPUT_3X4)
  PAIR(WINOGRAD_INPUT_3X4, WINOGRAD_INPUT_4X4)
  PAIR(WINOGRAD_INPUT_3X4, WINOGRAD_INPUT_3X4)
  PAIR(WINOGRAD_OUTPUT_4X4, WINOGRAD_OUTPUT_4X4)
  PAIR(WINOGRAD_OUTPUT_4X4, WINOGRAD_OUTPUT_3X4)
  PAIR(WINOGRAD_OUTPUT_3X4, WINOGRAD_OUTPUT_4X4)
  PAIR(WINOGRAD_OUTPUT_3X4, WINOGRAD_OUTPUT_3X4)
#undef PAIR
#undef TRANSFORM
}
#undef LANES

#endif

// The transforms of Winograd's minimal filtering (Winograd 1980; Lavin & Gray 2016), for kernels of
// five or four taps at stride two. Along one axis some outputs are
//
//     y = Aᵀ [(G w) ⊙ (Bᵀ x)],   y[i] = Σ over k of w[k]·x[2i + k],   k < taps
//
// with as many products as inputs: four outputs of five taps with 11 in the place of 20, four or
// three outputs of four taps with 10 or 8 in the place of 16 or 12. The taps w0, w2, w4 meet the
// even inputs, w1, w3 the odd ones: each is a filter of stride one, interpolated at points, and
// products at one point are added before A sees them.
//
// The matrices are constants of an unrolled loop, so their zeros and ones cost nothing.
#ifndef REAL

#include <stdalign.h>

#include "CKernels.h"
#include "Multiversion.h"

#define UNROLL _Pragma("clang loop unroll(full)")

#define BODY "Winograd.c"
#include "ForEachReal.h"

#else

// Bᵀ: products × inputs. Pairs of rows for the points 0, 1, −1 and ½, even inputs first; −½, of the
// even inputs alone; and a pair for infinity.
static const REAL NAME(input_4x5)[] = {
    0.25,   0,     0,    0, -1.25,    0,     0,    0, 1, 0, 0,
       0, 0.5,     0,   -1,     0, -0.5,     0,    1, 0, 0, 0,
       0,   0, -0.25,    0, -0.25,    0,     1,    0, 1, 0, 0,
       0,   0,     0, -0.5,     0,  0.5,     0,    1, 0, 0, 0,
       0,   0,  0.25,    0, -0.25,    0,    -1,    0, 1, 0, 0,
       0,   0,     0,  0.5,     0, -1.5,     0,    1, 0, 0, 0,
       0,   0,  -0.5,    0,    -1,    0,   0.5,    0, 1, 0, 0,
       0,   0,     0,   -1,     0,    0,     0,    1, 0, 0, 0,
       0,   0,   0.5,    0,    -1,    0,  -0.5,    0, 1, 0, 0,
       0,   0,  0.25,    0,     0,    0, -1.25,    0, 0, 0, 1,
       0,   0,     0,  0.5,     0,   -1,     0, -0.5, 0, 1, 0,
};

// G: products × taps.
static const REAL NAME(kernel_4x5)[] = {
           4,        0,        0,        0,        0,
           0,        2,        0,        0,        0,
     2.0 / 3,        0,  2.0 / 3,        0,  2.0 / 3,
           0,        1,        0,        1,        0,
     2.0 / 3,        0, -2.0 / 3,        0,  2.0 / 3,
           0, -1.0 / 3,        0,  1.0 / 3,        0,
    -8.0 / 3,        0, -4.0 / 3,        0, -2.0 / 3,
           0, -8.0 / 3,        0, -4.0 / 3,        0,
    -8.0 / 3,        0,  4.0 / 3,        0, -2.0 / 3,
           0,        0,        0,        0,        1,
           0,        0,        0,        1,        0,
};

// Aᵀ: outputs × points.
static const REAL NAME(output_4x5)[] = {
    1, 1,  1,     1,      1, 0,
    0, 1, -1,   0.5,   -0.5, 0,
    0, 1,  1,  0.25,   0.25, 0,
    0, 1, -1, 0.125, -0.125, 1,
};

// The same of four taps: pairs of rows, even inputs first, for the points 0, 1, −1, ½ and infinity.
static const REAL NAME(input_4x4)[] = {
    0.5,   0,   -1,    0, -0.5,    0,    1,    0, 0, 0,
      0, 0.5,    0,   -1,    0, -0.5,    0,    1, 0, 0,
      0,   0, -0.5,    0,  0.5,    0,    1,    0, 0, 0,
      0,   0,    0, -0.5,    0,  0.5,    0,    1, 0, 0,
      0,   0,  0.5,    0, -1.5,    0,    1,    0, 0, 0,
      0,   0,    0,  0.5,    0, -1.5,    0,    1, 0, 0,
      0,   0,   -1,    0,    0,    0,    1,    0, 0, 0,
      0,   0,    0,   -1,    0,    0,    0,    1, 0, 0,
      0,   0,  0.5,    0,   -1,    0, -0.5,    0, 1, 0,
      0,   0,    0,  0.5,    0,   -1,    0, -0.5, 0, 1,
};
static const REAL NAME(kernel_4x4)[] = {
           2,        0,        0,        0,
           0,        2,        0,        0,
           1,        0,        1,        0,
           0,        1,        0,        1,
    -1.0 / 3,        0,  1.0 / 3,        0,
           0, -1.0 / 3,        0,  1.0 / 3,
    -8.0 / 3,        0, -4.0 / 3,        0,
           0, -8.0 / 3,        0, -4.0 / 3,
           0,        0,        1,        0,
           0,        0,        0,        1,
};
static const REAL NAME(output_4x4)[] = {
    1, 1,  1,     1, 0,
    0, 1, -1,   0.5, 0,
    0, 1,  1,  0.25, 0,
    0, 1, -1, 0.125, 1,
};

// And three outputs of four taps, for the same G without its rows for ½.
static const REAL NAME(input_3x4)[] = {
    0.5,   0,    0,    0, -0.5,    0, 0, 0,
      0, 0.5,    0,    0,    0, -0.5, 0, 0,
      0,   0,  0.5,    0,  0.5,    0, 0, 0,
      0,   0,    0,  0.5,    0,  0.5, 0, 0,
      0,   0,  1.5,    0, -1.5,    0, 0, 0,
      0,   0,    0,  1.5,    0, -1.5, 0, 0,
      0,   0,   -1,    0,    0,    0, 1, 0,
      0,   0,    0,   -1,    0,    0, 0, 1,
};
static const REAL NAME(output_3x4)[] = {
    1, 1,  1, 0,
    0, 1, -1, 0,
    0, 1,  1, 1,
};

// A matrix by rows, or its transpose.
typedef struct {
  const REAL *numbers;
  size_t rows, columns;
  bool transposed;
} NAME(matrix);

INLINE NAME(matrix) NAME(constants)(winograd_matrix matrix, bool transposed) {
  switch (matrix) {
    case WINOGRAD_INPUT_4X5: return (NAME(matrix)){NAME(input_4x5), 11, 11, transposed};
    case WINOGRAD_KERNEL_4X5: return (NAME(matrix)){NAME(kernel_4x5), 11, 5, transposed};
    case WINOGRAD_OUTPUT_4X5: return (NAME(matrix)){NAME(output_4x5), 4, 6, transposed};
    case WINOGRAD_INPUT_4X4: return (NAME(matrix)){NAME(input_4x4), 10, 10, transposed};
    case WINOGRAD_KERNEL_4X4: return (NAME(matrix)){NAME(kernel_4x4), 10, 4, transposed};
    case WINOGRAD_OUTPUT_4X4: return (NAME(matrix)){NAME(output_4x4), 4, 5, transposed};
    case WINOGRAD_INPUT_3X4: return (NAME(matrix)){NAME(input_3x4), 8, 8, transposed};
    case WINOGRAD_OUTPUT_3X4: return (NAME(matrix)){NAME(output_3x4), 3, 4, transposed};
  }
}

INLINE size_t NAME(outs)(NAME(matrix) m) { return m.transposed ? m.columns : m.rows; }
INLINE size_t NAME(ins)(NAME(matrix) m) { return m.transposed ? m.rows : m.columns; }

#define LANES (64 / SIZE)
typedef REAL NAME(vector) __attribute__((ext_vector_type(LANES), aligned(SIZE), may_alias));

// out = m · in; all but the two vectors are constants at every call.
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

// The first `width` numbers of a vector from x, the others 0; and back to y.
INLINE void NAME(load)(const REAL *x, size_t width, NAME(vector) *v) {
  if (width == LANES) {
    *v = *(const NAME(vector) *)x;
  } else {
    *v = 0;
    for (size_t l = 0; l < width; l++) (*v)[l] = x[l];
  }
}

INLINE void NAME(store)(const NAME(vector) *v, size_t width, REAL *y) {
  if (width == LANES) *(NAME(vector) *)y = *v;
  else
    for (size_t l = 0; l < width; l++) y[l] = (*v)[l];
}

// Where the numbers of the first row and column lie, NULL for none, and those of the next row.
typedef struct {
  REAL *place[11 * 11];
  size_t stride;
} NAME(side);

// Both axes, of `width` columns of a row. The next row is fetched ahead: these are more streams than
// a processor follows by itself. Those of an image may all fall on one set of the first cache, so
// they are fetched to the second.
INLINE void NAME(squares)(
    NAME(matrix) vertical, NAME(matrix) horizontal, size_t row, size_t column, size_t width,
    const NAME(side) *from, const REAL *bias, size_t add_rows, size_t add_columns,
    const NAME(side) *to) {
  typedef NAME(vector) vector;
  const size_t ins = NAME(ins)(horizontal), outs = NAME(outs)(horizontal);
  alignas(64) vector half[11 * 11];
  for (size_t j = 0; j < ins; j++) {
    alignas(64) vector in[11];
    UNROLL for (size_t i = 0; i < NAME(ins)(vertical); i++) {
      const REAL *x = from->place[i * ins + j];
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
      REAL *y = to->place[p * outs + q];
      if (!y) continue;
      y += row * to->stride + column;
      __builtin_prefetch(y + to->stride, 1);
      if (p < add_rows || q < add_columns) {
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

INLINE void NAME(transform)(
    NAME(matrix) vertical, NAME(matrix) horizontal, size_t rows, size_t columns, const REAL *from,
    const int32_t *from_place, size_t from_unit, size_t from_stride, const REAL *bias,
    size_t add_rows, size_t add_columns, REAL *to, const int32_t *to_place, size_t to_unit,
    size_t to_stride) {
  NAME(side) source = {.stride = from_stride}, target = {.stride = to_stride};
  for (size_t i = 0; i < NAME(ins)(vertical) * NAME(ins)(horizontal); i++)
    source.place[i] = from_place[i] < 0 ? NULL : (REAL *)from + from_place[i] * from_unit;
  for (size_t p = 0; p < NAME(outs)(vertical) * NAME(outs)(horizontal); p++)
    target.place[p] = to_place[p] < 0 ? NULL : to + to_place[p] * to_unit;
#define SQUARES(WIDTH)                                                                             \
  NAME(squares)(                                                                                   \
      vertical, horizontal, row, j, WIDTH, &source, bias, add_rows, add_columns, &target)
  for (size_t row = 0; row < rows; row++) {
    size_t j = 0;
    for (; j + LANES <= columns; j += LANES) SQUARES(LANES);
    if (j < columns) SQUARES(columns - j);
  }
#undef SQUARES
}

MULTIVERSION __attribute__((min_vector_width(512))) void NAME(winograd)(
    winograd_matrix vertical, winograd_matrix horizontal, bool transposed, size_t rows,
    size_t columns, const REAL *from, const int32_t *from_place, size_t from_unit,
    size_t from_stride, const REAL *bias, size_t add_rows, size_t add_columns, REAL *to,
    const int32_t *to_place, size_t to_unit, size_t to_stride) {
#define TRANSFORM(VERTICAL, HORIZONTAL, TRANSPOSED)                                                \
  NAME(transform)(                                                                                 \
      NAME(constants)(VERTICAL, TRANSPOSED), NAME(constants)(HORIZONTAL, TRANSPOSED), rows,        \
      columns, from, from_place, from_unit, from_stride, bias, add_rows, add_columns, to,          \
      to_place, to_unit, to_stride)
#define PAIR(VERTICAL, HORIZONTAL)                                                                 \
  if (vertical == VERTICAL && horizontal == HORIZONTAL) {                                          \
    if (transposed) TRANSFORM(VERTICAL, HORIZONTAL, true);                                         \
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

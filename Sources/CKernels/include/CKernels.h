// The loops that need one body for several instruction sets. Nothing here allocates, locks, or
// keeps state.
//
// Notation. A *block* is `rows × columns` numbers with consecutive columns; row r begins at
// `r * stride` (stride >= columns, in elements). In an activation a row is a feature and a column
// is a sample: the batch is the innermost axis. Pointers need only their element's alignment, and
// never overlap unless a comment says so.
//
// Exactness. Every function gives the same bits on every instruction set, for every way of cutting
// rows and columns into calls: an output element depends on its own inputs alone, by a fixed chain
// of operations that its comment states. `fma` is one rounding; everything else rounds after each
// operation (contraction is off). Exempt are the bits of a NaN, and hyperbolic_tangent_f64 and
// sigmoid_f64.
//
// Every numeric function exists for float (`_f32`) and double (`_f64`).
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The matrices of Winograd's minimal filtering at stride two along one axis, outputs × taps: Bᵀ of
// the inputs, square, of 11, 10 or 8; G of the taps, 11 × 5 or 10 × 4; Aᵀ of the products, 4 × 6,
// 4 × 5 or 3 × 4. Winograd.c has them.
typedef enum {
  WINOGRAD_INPUT_4X5, WINOGRAD_KERNEL_4X5, WINOGRAD_OUTPUT_4X5,
  WINOGRAD_INPUT_4X4, WINOGRAD_KERNEL_4X4, WINOGRAD_OUTPUT_4X4,
  WINOGRAD_INPUT_3X4, WINOGRAD_OUTPUT_3X4
} winograd_matrix;

#define CKERNELS_DECLARE(REAL, SUFFIX)                                                             \
  /* c[i][j] = s(i,j) then, for p = 0 … k-1 in this order, c[i][j] = fma(a[i][p], b[p][j],         \
     c[i][j]). The start s is c[i][j] itself when `accumulate`, else bias[i] when `bias` is not    \
     NULL, else 0. a[i][p] is a[i * a_row + p * a_column], any strides; b[p][j] is                 \
     b[p * b_row + j * b_column], where one of b_row and b_column is 1; c[i][j] is                 \
     c[i * c_row + j]. With a `b_index`, b_index[p] stands for p if b_column is 1, else b_index[j] \
     for j: a convolution's window. Cost: 2·m·n·k operations, 36 KiB of stack (110 in a debug      \
     build). */                                                                                    \
  void product##SUFFIX(                                                                            \
      size_t m, size_t n, size_t k, const REAL *a, size_t a_row, size_t a_column, const REAL *b,   \
      const uint32_t *b_index, size_t b_row, size_t b_column, const REAL *bias, bool accumulate,   \
      REAL *c, size_t c_row);                                                                      \
                                                                                                   \
  /* Such matrices V and H, or their transposes, on the two axes: for every row and column         \
     h[p][j] = Σ over i of V[p][i]·in[i][j], then out[p][q] = Σ over j of H[q][j]·h[p][j], then    \
     out + what was there where p < add_rows or q < add_columns, elsewhere out + bias[row] when    \
     `bias` is not NULL. Sums run in order, over the terms of which the matrix is not 0. Number    \
     (i, j) of a row and column, H being … × n, is                                                 \
     from[from_place[i·n + j]·from_unit + row·from_stride + column], or 0 where the place is       \
     negative; (p, q) goes to such a place of `to`, or nowhere. Both are of one kind and number of \
     taps. */                                                                                      \
  void winograd##SUFFIX(                                                                           \
      winograd_matrix vertical, winograd_matrix horizontal, bool transposed, size_t rows,          \
      size_t columns, const REAL *from, const int32_t *from_place, size_t from_unit,               \
      size_t from_stride, const REAL *bias, size_t add_rows, size_t add_columns, REAL *to,         \
      const int32_t *to_place, size_t to_unit, size_t to_stride);                                  \
                                                                                                   \
  /* x = x > 0 ? x : slope·x, in place. slope 0 is ReLU. (NaN stays NaN.) */                       \
  void leaky_relu##SUFFIX(size_t rows, size_t columns, REAL slope, REAL *x, size_t x_stride);      \
  /* d = y > 0 ? d : slope·d, in place, with y the layer's output. Serves backward and tangent     \
     alike. */                                                                                     \
  void leaky_relu_derivative##SUFFIX(                                                              \
      size_t rows, size_t columns, REAL slope, const REAL *y, size_t y_stride, REAL *d,            \
      size_t d_stride);                                                                            \
  /* x = tanh(x), in place. f32: own polynomials, at most 2 ulp, odd, |tanh| <= 1, NaN stays NaN.  \
     f64: the C library's, for tests. */                                                           \
  void hyperbolic_tangent##SUFFIX(size_t rows, size_t columns, REAL *x, size_t x_stride);          \
  /* x = 1 / (1 + e^−x), in place: with z = e^−|x|, 1 / (1 + z), or z / (1 + z) where x < 0. f32:  \
     own polynomials, at most 2.5 ulp, denormals too, NaN stays NaN. f64: the C library's exp, for \
     tests. */                                                                                     \
  void sigmoid##SUFFIX(size_t rows, size_t columns, REAL *x, size_t x_stride);                     \
  /* d = d·(gamma + y·(delta − y)), in place, with y the layer's output: the derivative of tanh,   \
     1 − y², with 1 and 0; of the sigmoid, y·(1 − y), with 0 and 1. */                             \
  void multiply_by_slope##SUFFIX(                                                                  \
      size_t rows, size_t columns, REAL gamma, REAL delta, const REAL *y, size_t y_stride,         \
      REAL *d, size_t d_stride);                                                                   \
  /* out += (delta − 2·y)·(gamma + y·(delta − y))·d·u: the second derivative of those functions,   \
     between d and u. */                                                                           \
  void add_curvature##SUFFIX(                                                                      \
      size_t rows, size_t columns, REAL gamma, REAL delta, const REAL *y, size_t y_stride,         \
      const REAL *d, size_t d_stride, const REAL *u, size_t u_stride, REAL *out,                   \
      size_t out_stride);                                                                          \
  /* out = b + t[column]·(a − b). `out` may be a or b. */                                          \
  void interpolate##SUFFIX(                                                                        \
      size_t rows, size_t columns, const REAL *t, const REAL *a, size_t a_stride, const REAL *b,   \
      size_t b_stride, REAL *out, size_t out_stride);                                              \
  /* x = x·s[column], in place. */                                                                 \
  void scale_columns##SUFFIX(                                                                      \
      size_t rows, size_t columns, const REAL *s, REAL *x, size_t x_stride);                       \
                                                                                                   \
  /* out[column] = Σ over rows, in order, of x·x: fma(x, x, sum) from 0. */                        \
  void column_squares##SUFFIX(                                                                     \
      size_t rows, size_t columns, const REAL *x, size_t x_stride, REAL *out);                     \
  /* out[row] = out[row] + Σ over columns of x: sixteen lanes, lane l summing columns l, l+16, …   \
     in order from 0, then the lanes in a fixed tree (l += l+8, then l+4, l+2, l+1). */            \
  void add_row_sums##SUFFIX(                                                                       \
      size_t rows, size_t columns, const REAL *x, size_t x_stride, REAL *out);                     \
  /* The sum over a block of x, of (x − center)·(x − center), or of x·y: each row as in            \
     add_row_sums, then the rows' sums in order, in double, from 0. */                             \
  double block_sum##SUFFIX(size_t rows, size_t columns, const REAL *x, size_t x_stride);           \
  double block_square_deviation##SUFFIX(                                                           \
      size_t rows, size_t columns, REAL center, const REAL *x, size_t x_stride);                   \
  double block_dot##SUFFIX(                                                                        \
      size_t rows, size_t columns, REAL center, const REAL *x, size_t x_stride, const REAL *y,     \
      size_t y_stride);                                                                            \
  /* out[column] = Σ over rows, in order from 0, of x, of x·y, or of d·d with d = x −              \
     center[column]: every operation in double. */                                                 \
  void column_sums##SUFFIX(                                                                        \
      size_t rows, size_t columns, const REAL *x, size_t x_stride, double *out);                   \
  void column_dots##SUFFIX(                                                                        \
      size_t rows, size_t columns, const REAL *x, size_t x_stride, const REAL *y,                  \
      size_t y_stride, double *out);                                                               \
  void column_square_deviations##SUFFIX(                                                           \
      size_t rows, size_t columns, const REAL *center, const REAL *x, size_t x_stride,             \
      double *out);                                                                                \
  /* y[j][i] = x[i][j]: `rows` and `columns` are those of x. */                                    \
  void transpose##SUFFIX(                                                                          \
      size_t rows, size_t columns, const REAL *x, size_t x_stride, REAL *y, size_t y_stride);      \
  /* True when |x| <= bound for every element; a NaN is beyond any bound. bound >= 0. */           \
  bool all_within##SUFFIX(size_t count, const REAL *x, REAL bound);                                \
                                                                                                   \
  /* y = ((x − mean)·scale)·gamma + beta. `y` may be x. */                                         \
  void batch_normalize##SUFFIX(                                                                    \
      size_t rows, size_t columns, REAL mean, REAL scale, REAL gamma, REAL beta, const REAL *x,    \
      size_t x_stride, REAL *y, size_t y_stride);                                                  \
  /* dx = a·((dy − b) − ((x − mean)·scale)·c). `dx` may be dy. */                                  \
  void batch_normalize_backward##SUFFIX(                                                           \
      size_t rows, size_t columns, REAL mean, REAL scale, REAL a, REAL b, REAL c, const REAL *x,   \
      size_t x_stride, const REAL *dy, size_t dy_stride, REAL *dx, size_t dx_stride);              \
  /* y = x·scale[row mod period] + shift[row mod period], or the product alone when `shift` is     \
     NULL. `y` may be x. */                                                                        \
  void scale_rows##SUFFIX(                                                                         \
      size_t rows, size_t columns, size_t period, const REAL *scale, const REAL *shift,            \
      const REAL *x, size_t x_stride, REAL *y, size_t y_stride);                                   \
  /* y = (x − shift[column])·scale[column]. `y` may be x. */                                       \
  void affine_columns##SUFFIX(                                                                     \
      size_t rows, size_t columns, const REAL *shift, const REAL *scale, const REAL *x,            \
      size_t x_stride, REAL *y, size_t y_stride);                                                  \
  /* out = (k0 + k1·a) + k2·b, where k0[column] and so on. `out` may be a or b. */                 \
  void combine_columns##SUFFIX(                                                                    \
      size_t rows, size_t columns, const REAL *k0, const REAL *k1, const REAL *k2,                 \
      const REAL *a, size_t a_stride, const REAL *b, size_t b_stride, REAL *out,                   \
      size_t out_stride);                                                                          \
  /* out = out + (((k0 + k1·a) + k2·b) + k3·c), where k0[column] and so on. */                     \
  void add_combined_columns##SUFFIX(                                                               \
      size_t rows, size_t columns, const REAL *k0, const REAL *k1, const REAL *k2,                 \
      const REAL *k3, const REAL *a, size_t a_stride, const REAL *b, size_t b_stride,              \
      const REAL *c, size_t c_stride, REAL *out, size_t out_stride);                               \
  /* y = y + s·x. */                                                                               \
  void add_scaled##SUFFIX(                                                                         \
      size_t rows, size_t columns, REAL s, const REAL *x, size_t x_stride, REAL *y,                \
      size_t y_stride);                                                                            \
                                                                                                   \
  /* Which features of a sample are kept, a bit each. Row r of column j: with                      \
     w = philox(counter = {first + j, r / 4, step, stream}, key) it is kept when                   \
     w[r mod 4] >= threshold, and bit r mod 32 of element (r / 32, j) of `mask` is 1. `rows`       \
     counts features. An element is an integer of REAL's size, not a number; its other bits        \
     are 0. */                                                                                     \
  void dropout_mask##SUFFIX(                                                                       \
      size_t rows, size_t columns, uint32_t threshold, uint64_t key, uint32_t stream,              \
      uint32_t step, uint32_t first, REAL *mask, size_t mask_stride);                              \
  /* x = x·scale where such a mask has a 1, and +0 where it has a 0, NaN or not; in place. */      \
  void apply_mask##SUFFIX(                                                                         \
      size_t rows, size_t columns, REAL scale, const REAL *mask, size_t mask_stride, REAL *x,      \
      size_t x_stride);                                                                            \
                                                                                                   \
  /* out[pixel][j] = (2·images[indices[j]·image_size + pixel] − 255) / 255, for j < columns and    \
     pixel < rows: bytes to [−1, 1], correctly rounded. */                                         \
  void gather_bytes##SUFFIX(                                                                       \
      size_t rows, size_t columns, const uint8_t *images, size_t image_size,                       \
      const uint32_t *indices, REAL *out, size_t out_stride);                                      \
  /* out[pixel][j] = images[indices[j]·image_size + pixel]. */                                     \
  void gather_floats##SUFFIX(                                                                      \
      size_t rows, size_t columns, const float *images, size_t image_size,                         \
      const uint32_t *indices, REAL *out, size_t out_stride);                                      \
                                                                                                   \
  /* Adam (Kingma & Ba 2015), as PyTorch rounds it up to the order of operations:                  \
     m = beta1·m + c1·g; v = beta2·v + (c2·g)·g; p = p − (step·m) / (√v·root + epsilon),           \
     where the caller passes c1 = 1−beta1, c2 = 1−beta2, step = lr/(1−beta1^t) and                 \
     root = 1/√(1−beta2^t). */                                                                     \
  void adam##SUFFIX(                                                                               \
      size_t count, REAL *p, REAL *m, REAL *v, const REAL *g, REAL beta1, REAL c1, REAL beta2,     \
      REAL c2, REAL step, REAL root, REAL epsilon);                                                \
  /* RMSProp (Hinton 2012; PyTorch, not centred, no momentum):                                     \
     v = alpha·v + (c·g)·g with c = 1−alpha; p = p − (rate·g) / (√v + epsilon). */                 \
  void rmsprop##SUFFIX(                                                                            \
      size_t count, REAL *p, REAL *v, const REAL *g, REAL alpha, REAL c, REAL rate,                \
      REAL epsilon);                                                                               \
  /* p = min(max(p, −bound), bound). NaN stays NaN. */                                             \
  void clamp##SUFFIX(size_t count, REAL *p, REAL bound);                                           \
                                                                                                   \
  /* Standard normal variates, one column a sample. Element (row, column): let q = row / 4 and     \
     w = philox(counter = {first + column, q, step, stream}, key); box_muller(w[0], w[1]) makes    \
     rows 4q and 4q+1, box_muller(w[2], w[3]) rows 4q+2 and 4q+3. f64 holds the same floats. */    \
  void normal_columns##SUFFIX(                                                                     \
      size_t rows, size_t columns, uint64_t key, uint32_t stream, uint32_t step,                   \
      uint32_t first, REAL *out, size_t out_stride);                                               \
  /* Uniform variates on [0, 1): out[i] = (w[0] >> 8)·2⁻²⁴ with                                    \
     w = philox({first + i, 0, step, stream}, key). */                                             \
  void uniforms##SUFFIX(                                                                           \
      size_t count, uint64_t key, uint32_t stream, uint32_t step, uint32_t first,                  \
      REAL *out);

CKERNELS_DECLARE(float, _f32)
CKERNELS_DECLARE(double, _f64)

#undef CKERNELS_DECLARE

// Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011): ten rounds, counter and key to four random
// words.
typedef struct {
  uint32_t w[4];
} random_words;
random_words philox4x32(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint64_t key);

// Two independent standard normal variates from two random words, in float: out = r·cos φ, r·sin φ
// with u = (even + 0.5)·2⁻³², r = √(−2 ln u), φ = 2π·odd·2⁻³². ln, cos and sin are polynomials of
// our own: only + × √ round. u lies in [2⁻³³, 1], so r in [0, 6.764]: 1.4e-11 of the tail is cut.
void box_muller(uint32_t even, uint32_t odd, float out[2]);

// Sets this thread to flush denormal results to zero and to read them as zero (x86-64: MXCSR's FTZ
// and DAZ; arm64: FPCR's FZ). Returns what `restore_denormals` takes to undo it.
uint64_t flush_denormals(void);
void restore_denormals(uint64_t control);

// Waits some 20 ns without work for the core: the body of a loop that looks for another thread.
void spin_pause(void);

// The instruction sets that `product` has bodies for, best first: its name ("x86-64-v4",
// "x86-64-v3", "aarch64", "portable"), or NULL past the last that this machine can run.
const char *product_variant_name(size_t index);

// Makes `product` use variant `index` from now on (tests only; not thread-safe). The default is
// the best.
void product_use_variant(size_t index);

#endif

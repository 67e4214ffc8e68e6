// Computational kernels, compiled for several instruction sets. They allocate nothing, take no
// locks, keep no state and check no arguments: the caller guarantees sizes and bounds.
//
// Layout. A matrix is `rows × columns` numbers. Columns are contiguous, and row r begins at
// base + r · stride, in elements (stride >= columns). In an activation a row is a feature and a
// column is a sample: the batch is the innermost axis. Pointers need only the alignment of their
// elements. An output never overlaps an input, unless the kernel's comment allows that both are
// the same matrix.
//
// Exactness. Every kernel gives the same bits on every instruction set and for every way to split
// rows and columns into calls. An output element depends only on its own inputs, through the fixed
// sequence of operations in the kernel's comment. `fma` rounds once; all else rounds after each
// operation (contraction is off). Two things are exempt: the payload of a NaN, and `tanh` and
// `sigmoid` of doubles.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Views of memory. `base` points to elements of the type of the kernel table, float or double.
// Structs of more than two words are passed by pointer: by value they would be copied twice.
typedef struct {
  void *base;
  size_t rows, columns, stride;
} output_matrix;

typedef struct {
  const void *base;
  size_t rows, columns, stride;
} input_matrix;

typedef struct {
  void *base;
  size_t count;
} output_buffer;

// Where a comment calls it optional, `base` may be NULL.
typedef struct {
  const void *_Nullable base;
  size_t count;
} input_buffer;

// Sums in double, whatever the element type.
typedef struct {
  double *base;
  size_t count;
} output_sums;

// Samples of `size` numbers each, one after another, and the numbers of those to read.
typedef struct {
  const uint8_t *base;
  size_t size;
} byte_images;

typedef struct {
  const float *base;
  size_t size;
} float_images;

typedef struct {
  const uint32_t *base;
  size_t count;
} index_list;

// Element (i, p) is base[i · row_stride + p · column_stride]. With an `index`, the rows of the
// matrix if column_stride is 1, and its columns otherwise, are index[0], index[1], … instead of
// 0, 1, …: the rows of an image under a convolution's window, or their transpose.
typedef struct {
  const void *base;
  const uint32_t *_Nullable index;
  size_t rows, columns, row_stride, column_stride;
} matrix_operand;

// Several matrices of `rows × columns` numbers. Matrix i begins at base + offsets[i] · unit. A
// negative offset is no matrix: it reads as 0 and is not written.
typedef struct {
  void *base;
  const int32_t *offsets;
  size_t unit, rows, columns, stride;
} output_gather;

typedef struct {
  const void *base;
  const int32_t *offsets;
  size_t unit, rows, columns, stride;
} input_gather;

// Arguments of single kernels. Floating-point arguments are double for both element types: a kernel
// for float rounds them to float, which changes no argument that is a float.

// `left` has no index. One of the strides of `right` is 1. `bias` is optional.
typedef struct {
  matrix_operand left, right;
  input_buffer bias;
  bool accumulate;
  output_matrix result;
} product_arguments;

// The matrices of Winograd's minimal filtering at stride two along one axis, for outputs × taps:
// Bᵀ transforms the inputs (square, of size 11, 10 or 8), G the filter (11 × 5 or 10 × 4), and Aᵀ
// the products (4 × 6, 4 × 5 or 3 × 4). WinogradMatrices.h defines them.
typedef enum {
  WINOGRAD_INPUT_4X5, WINOGRAD_KERNEL_4X5, WINOGRAD_OUTPUT_4X5,
  WINOGRAD_INPUT_4X4, WINOGRAD_KERNEL_4X4, WINOGRAD_OUTPUT_4X4,
  WINOGRAD_INPUT_3X4, WINOGRAD_OUTPUT_3X4
} winograd_matrix;

// Both matrices are of one kind and number of taps, and both are transposed or neither. `overlap`
// counts the first rows and columns of the output tile that already hold a sum. `bias` is optional.
// The extent of all matrices is that of `output`.
typedef struct {
  winograd_matrix vertical, horizontal;
  bool transposed;
  input_gather input;
  input_buffer bias;
  struct {
    size_t rows, columns;
  } overlap;
  output_gather output;
} winograd_arguments;

// The derivative of a function in terms of its output y is gamma + y · (delta − y): (1, 0) for
// tanh, and (0, 1) for the sigmoid.
typedef struct {
  double gamma, delta;
} tanh_or_sigmoid;

// The inverse of the standard deviation is `scale`.
typedef struct {
  double mean, scale;
} normalization;

typedef struct {
  double gamma, beta;
} affine_map;

typedef struct {
  double a, b, c;
} normalization_vjp;

// Adam's state, each of `count` numbers.
typedef struct {
  void *parameters, *first_moments, *second_moments;
  const void *gradients;
  size_t count;
} adam_buffers;

// `rate` is the learning rate / (1 − beta1^t), and `root` is 1 / √(1 − beta2^t), for step t.
typedef struct {
  double beta1, one_minus_beta1, beta2, one_minus_beta2, rate, root, epsilon;
} adam_constants;

// RMSProp's state, each of `count` numbers.
typedef struct {
  void *parameters, *moments;
  const void *gradients;
  size_t count;
} rmsprop_buffers;

typedef struct {
  double alpha, one_minus_alpha, rate, epsilon;
} rmsprop_constants;

// Where a sequence of random numbers begins. `first` is the number of its first sample.
typedef struct {
  uint64_t key;
  uint32_t stream, step, first;
} random_position;

#pragma clang assume_nonnull end

// All kernels for one element type.
typedef struct {
#define KERNEL(RESULT, NAME, PARAMETERS) RESULT(*_Nonnull NAME) PARAMETERS;
#include "KernelList.h"
#undef KERNEL
} kernel_table;

#pragma clang assume_nonnull begin

const kernel_table *kernels_f32(void);
const kernel_table *kernels_f64(void);

// Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011): ten rounds turn a counter and a key into four
// random words.
typedef struct {
  uint32_t w[4];
} random_words;
random_words philox4x32(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint64_t key);

// Two independent standard normal variates from two random words, in float: out = r · cos φ,
// r · sin φ with u = (even + 0.5) · 2⁻³², r = √(−2 ln u), φ = 2π · odd · 2⁻³². The polynomials for
// ln, cos and sin use only + and ×. u lies in [2⁻³³, 1] and r in [0, 6.764], which cuts off 1.4e-11
// of the tail.
void box_muller(uint32_t even, uint32_t odd, float *out);

// Makes this thread flush denormal results to zero and read denormals as zero (x86-64: FTZ and DAZ
// in MXCSR; arm64: FZ in FPCR). Returns the state that `restore_denormals` restores.
uint64_t flush_denormals(void);
void restore_denormals(uint64_t control);

// Idles the core for about 20 ns: the body of a loop that waits for another thread.
void spin_pause(void);

// The name of an instruction set that `product` has a variant for ("x86-64-v4", "x86-64-v3",
// "aarch64", "portable"), best first. NULL past the last one that this machine can run.
const char *_Nullable product_variant_name(size_t index);

// Makes `product` use variant `index` from now on (for tests; not thread-safe). The default is 0,
// the best.
void product_use_variant(size_t index);

#pragma clang assume_nonnull end

#endif

// What the bodies of the kernels share: their prototypes and access to the rows of a view.
#ifndef KERNELS_H
#define KERNELS_H

#include "CKernels.h"
#include "Multiversion.h"

// Hidden, because the tables hold the addresses of ifuncs. In a shared library the loader would
// otherwise call their resolvers before it has relocated what they return.
#pragma GCC visibility push(hidden)
#define KERNEL(RESULT, NAME, PARAMETERS) \
  RESULT NAME##_f32 PARAMETERS;          \
  RESULT NAME##_f64 PARAMETERS;
#include "KernelList.h"
#undef KERNEL
#pragma GCC visibility pop

INLINE void *row_of(matrix_view m, size_t row, size_t element_size) {
  return (char *)m.base + row * m.stride * element_size;
}

INLINE const void *const_row_of(const_matrix_view m, size_t row, size_t element_size) {
  return (const char *)m.base + row * m.stride * element_size;
}

// A matrix is a capital letter in the bodies; the same letter in lower case is one of its rows.
#define ROW(MATRIX, INDEX) ((REAL *)row_of(MATRIX, INDEX, SIZE))
#define CONST_ROW(MATRIX, INDEX) ((const REAL *)const_row_of(MATRIX, INDEX, SIZE))

#define MIN(A, B) ((A) < (B) ? (A) : (B))
#define MAX(A, B) ((A) > (B) ? (A) : (B))

// Precedes a loop whose iterations are independent: its operands are equal or disjoint, but never
// shifted against each other. Without it, the compiled loop checks on every row that they do not
// overlap. Not for a sum within the loop: clang would change the order of its terms.
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")

#define UNROLL _Pragma("clang loop unroll(full)")

#endif

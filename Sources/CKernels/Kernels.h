// What the bodies of the kernels share.
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

// A matrix is a capital letter in the bodies. The same letter in lower case is its current row.

#define MIN(A, B) ((A) < (B) ? (A) : (B))
#define MAX(A, B) ((A) > (B) ? (A) : (B))

// Precedes a loop whose iterations are independent: its operands are equal or disjoint, but never
// shifted against each other. Without it, the compiled loop checks on every row that they do not
// overlap. Not for a sum within the loop: clang would change the order of its terms.
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")

#define UNROLL _Pragma("clang loop unroll(full)")

#endif

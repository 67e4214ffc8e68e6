// One pass over all parameters: each number is read once, updated and written once, which is as
// fast as memory allows. Division and square root are the processor's, correctly rounded.
#ifndef REAL

#include "CKernels.h"
#include "Multiversion.h"

#define BODY "Optimizers.c"
#include "ForEachReal.h"

#else

MULTIVERSION void NAME(adam)(
    size_t count, REAL *restrict p, REAL *restrict m, REAL *restrict v, const REAL *restrict g,
    REAL beta1, REAL c1, REAL beta2, REAL c2, REAL step, REAL root, REAL epsilon) {
  for (size_t i = 0; i < count; i++) {
    m[i] = beta1 * m[i] + c1 * g[i];
    v[i] = beta2 * v[i] + c2 * g[i] * g[i];
    p[i] = p[i] - step * m[i] / (__builtin_elementwise_sqrt(v[i]) * root + epsilon);
  }
}

MULTIVERSION void NAME(rmsprop)(
    size_t count, REAL *restrict p, REAL *restrict v, const REAL *restrict g, REAL alpha, REAL c,
    REAL rate, REAL epsilon) {
  for (size_t i = 0; i < count; i++) {
    v[i] = alpha * v[i] + c * g[i] * g[i];
    p[i] = p[i] - rate * g[i] / (__builtin_elementwise_sqrt(v[i]) + epsilon);
  }
}

MULTIVERSION void NAME(clamp)(size_t count, REAL *p, REAL bound) {
  for (size_t i = 0; i < count; i++) {
    const REAL low = p[i] < -bound ? -bound : p[i];
    p[i] = low > bound ? bound : low;
  }
}

#endif

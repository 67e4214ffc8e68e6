// One pass over all parameters: each number is read once, updated, and written once, so memory
// bandwidth is the limit. Division and square root are the processor's, correctly rounded.
#ifndef REAL

#include "Kernels.h"

#define BODY "Optimizers.c"
#include "ForEachReal.h"

#else

MULTIVERSION void NAME(adam)(const adam_buffers *buffers, const adam_constants *k) {
  const REAL beta1 = (REAL)k->beta1, one_minus_beta1 = (REAL)k->one_minus_beta1;
  const REAL beta2 = (REAL)k->beta2, one_minus_beta2 = (REAL)k->one_minus_beta2;
  const REAL rate = (REAL)k->rate, root = (REAL)k->root, epsilon = (REAL)k->epsilon;
  REAL *p = buffers->parameters, *m = buffers->first_moments, *v = buffers->second_moments;
  const REAL *g = buffers->gradients;
  INDEPENDENT
  for (size_t i = 0; i < buffers->count; i++) {
    m[i] = beta1 * m[i] + one_minus_beta1 * g[i];
    v[i] = beta2 * v[i] + one_minus_beta2 * g[i] * g[i];
    p[i] = p[i] - rate * m[i] / (__builtin_elementwise_sqrt(v[i]) * root + epsilon);
  }
}

MULTIVERSION void NAME(rmsprop)(const rmsprop_buffers *buffers, const rmsprop_constants *k) {
  const REAL alpha = (REAL)k->alpha, one_minus_alpha = (REAL)k->one_minus_alpha;
  const REAL rate = (REAL)k->rate, epsilon = (REAL)k->epsilon;
  REAL *p = buffers->parameters, *v = buffers->moments;
  const REAL *g = buffers->gradients;
  INDEPENDENT
  for (size_t i = 0; i < buffers->count; i++) {
    v[i] = alpha * v[i] + one_minus_alpha * g[i] * g[i];
    p[i] = p[i] - rate * g[i] / (__builtin_elementwise_sqrt(v[i]) + epsilon);
  }
}

MULTIVERSION void NAME(clamp)(double bound64, output_buffer X) {
  const REAL bound = (REAL)bound64;
  REAL *x = X.base;
  for (size_t i = 0; i < X.count; i++) {
    const REAL low = x[i] < -bound ? -bound : x[i];
    x[i] = low > bound ? bound : low;
  }
}

#endif

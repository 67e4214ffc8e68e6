// The matrix product, where training spends its time. Every element of C is one chain of fmas in
// the order of k, so any instruction set that rounds fma once, any tiling and any cutting of C into
// calls give the same bits. ProductBody.h is that product written once in vector types; here it is
// compiled for each instruction set and element type, and the best that the machine has is chosen
// when the library is loaded.
#include <stdalign.h>
#include <string.h>

#include "CKernels.h"
#include "Multiversion.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define MIN(A, B) ((A) < (B) ? (A) : (B))
#define MAX(A, B) ((A) > (B) ? (A) : (B))
#define AT(INDEX, I) ((INDEX) ? (INDEX)[I] : (I))

// Rows of a panel: 256 rows of two 64-byte vectors are 32 KiB, most of a core's L1 cache.
#define DEPTH 256

#define BODY "ProductBody.h"

#if defined(__x86_64__)

#define PREFIX(X) v4_##X
#define TARGET __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#define BYTES 64
#define WIDE 2
#define UNIT 4
#include "ForEachReal.h"
#undef PREFIX
#undef TARGET
#undef BYTES
#undef UNIT

#define PREFIX(X) v3_##X
#define TARGET __attribute__((target("arch=x86-64-v3")))
#define BYTES 32
#define UNIT 2
#include "ForEachReal.h"
#undef PREFIX
#undef TARGET
#undef BYTES
#undef UNIT
#undef WIDE

#endif

// The baseline: on arm64 that is NEON, with 32 registers, and fma among its instructions. On x86-64
// without AVX2 each fma is a call to the C library: right to the bit, and slow.
#define PREFIX(X) base_##X
#define TARGET
#define BYTES 16
#define UNIT 2
#if defined(__aarch64__)
#define WIDE 4
#else
#define WIDE 1
#endif
#include "ForEachReal.h"

static const struct variant {
  const char *name;
  __typeof__(&product_f32) f32;
  __typeof__(&product_f64) f64;
} variants[] = {
#if defined(__x86_64__)
    {"x86-64-v4", v4_product_f32, v4_product_f64},
    {"x86-64-v3", v3_product_f32, v3_product_f64},
#endif
#if defined(__aarch64__)
    {"aarch64", base_product_f32, base_product_f64},
#else
    {"portable", base_product_f32, base_product_f64},
#endif
};

static const size_t variant_count = sizeof variants / sizeof *variants;
static size_t best;  // the first variant that this machine can run
static const struct variant *chosen;

__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  best = __builtin_cpu_supports("x86-64-v4") ? 0 : __builtin_cpu_supports("x86-64-v3") ? 1 : 2;
#endif
  chosen = &variants[best];
}

const char *product_variant_name(size_t index) {
  return index < variant_count - best ? variants[best + index].name : NULL;
}

void product_use_variant(size_t index) {
  if (index < variant_count - best) chosen = &variants[best + index];
}

void product_f32(
    size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column, const float *b,
    const uint32_t *b_index, size_t b_row, size_t b_column, const float *bias, bool accumulate,
    float *c, size_t c_row) {
  chosen->f32(
      m, n, k, a, a_row, a_column, b, b_index, b_row, b_column, bias, accumulate, c, c_row);
}

void product_f64(
    size_t m, size_t n, size_t k, const double *a, size_t a_row, size_t a_column, const double *b,
    const uint32_t *b_index, size_t b_row, size_t b_column, const double *bias, bool accumulate,
    double *c, size_t c_row) {
  chosen->f64(
      m, n, k, a, a_row, a_column, b, b_index, b_row, b_column, bias, accumulate, c, c_row);
}

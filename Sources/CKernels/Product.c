// The matrix product, where training spends its time. Every element of C is one chain of fmas in
// the order of k. Hence every instruction set that rounds fma once, every tiling and every split of
// C into calls give the same bits. ProductBody.h implements the product once with vector types. It
// is compiled here for each instruction set and element type, and the best variant that the machine
// can run is selected at load time. (MULTIVERSION would not let the tests select another one.)
#include <stdalign.h>
#include <string.h>

#include "Kernels.h"

#define AT(INDEX, I) ((INDEX) ? (INDEX)[I] : (I))

// The rows of a packed panel of B, as in BLIS: 256 rows of two 64-byte vectors are 32 KiB, most of
// the L1 cache.
#define KC 256

#define BODY "ProductBody.h"

#if defined(__x86_64__)

#define PREFIX(X) v4_##X
#define TARGET __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#define BYTES 64
#define VECTORS 2
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
#undef VECTORS

#endif

// The baseline. On arm64 it is NEON, with 32 registers and fma instructions. On x86-64 without AVX2
// each fma is a call to the C library: the same bits, but slow.
#define PREFIX(X) base_##X
#define TARGET
#define BYTES 16
#define UNIT 2
#if defined(__aarch64__)
#define VECTORS 4
#else
#define VECTORS 1
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

void product_f32(const product_arguments *arguments) { chosen->f32(arguments); }
void product_f64(const product_arguments *arguments) { chosen->f64(arguments); }

// On some processors an operation on denormals (numbers below 2⁻¹²⁶) takes a hundred times as long.
// Training produces them: optimizer moments and saturated gradients that decay toward zero.
#include "CKernels.h"

#if defined(__x86_64__)

uint64_t flush_denormals(void) {
  enum { DENORMALS_ARE_ZERO = 1 << 6, FLUSH_TO_ZERO = 1 << 15 };
  const unsigned control = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(control | DENORMALS_ARE_ZERO | FLUSH_TO_ZERO);
  return control;
}

void restore_denormals(uint64_t control) { __builtin_ia32_ldmxcsr((unsigned)control); }

#elif defined(__aarch64__)

void restore_denormals(uint64_t control) { __asm__ volatile("msr fpcr, %0" : : "r"(control)); }

uint64_t flush_denormals(void) {
  uint64_t control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  restore_denormals(control | UINT64_C(1) << 24);
  return control;
}

#else

uint64_t flush_denormals(void) { return 0; }
void restore_denormals(uint64_t control) { (void)control; }

#endif

// What a thread tells its core while it looks for another thread.
#include "CKernels.h"

void spin_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

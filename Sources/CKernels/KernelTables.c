// The kernels of each element type.
#include "Kernels.h"

const kernel_table *kernels_f32(void) {
#define KERNEL(RESULT, NAME, PARAMETERS) .NAME = NAME##_f32,
  static const kernel_table kernels = {
#include "KernelList.h"
  };
#undef KERNEL
  return &kernels;
}

const kernel_table *kernels_f64(void) {
#define KERNEL(RESULT, NAME, PARAMETERS) .NAME = NAME##_f64,
  static const kernel_table kernels = {
#include "KernelList.h"
  };
#undef KERNEL
  return &kernels;
}

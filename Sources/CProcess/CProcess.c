#include "CProcess.h"

#include <sched.h>
#include <stddef.h>
#include <stdlib.h>

static int count;
static char **arguments;

// glibc passes the arguments of main to constructors, in static executables too.
__attribute__((constructor)) static void keep_arguments(int argc, char **argv) {
  count = argc;
  arguments = argv;
}

int process_argument_count(void) { return count; }

const char *process_argument(int index) {
  return index >= 0 && index < count ? arguments[index] : NULL;
}

int process_affinity_count(void) {
  // A set that is smaller than that of the kernel is an error.
  for (int cores = CPU_SETSIZE; cores <= 1 << 16; cores *= 2) {
    cpu_set_t *set = CPU_ALLOC(cores);
    if (!set) return 0;
    size_t size = CPU_ALLOC_SIZE(cores);
    int found = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (found > 0) return found;
  }
  return 0;
}

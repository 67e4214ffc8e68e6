// What a process knows about itself, also where /proc is not mounted.
#ifndef CPROCESS_H
#define CPROCESS_H

#pragma clang assume_nonnull begin

// The number of arguments, including argument 0. The Swift library reads the arguments from
// /proc/self/cmdline.
int process_argument_count(void);

// An argument; NULL if the index is not less than the number of arguments.
const char *_Nullable process_argument(int index);

// The number of cores that the scheduler may choose for this process (sched_getaffinity(2)); 0 if it
// cannot be read.
int process_affinity_count(void);

#pragma clang assume_nonnull end

#endif

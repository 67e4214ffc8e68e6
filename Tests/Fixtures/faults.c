// For LD_PRELOAD: the n-th call of one function of the C library fails, FAULT being "name n errno"; with n = 0,
// every call.
// With errno 0 it reads or writes one byte instead of what was asked for. With FAULT "clock 0 0" the
// time of day is another year at each look.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static atomic_int calls;

// Whether this call is the one that fails; then errno is set.
static int fails(const char *name) {
  char wanted[32];
  int number, error;
  const char *fault = getenv("FAULT");
  if (!fault || sscanf(fault, "%31s %d %d", wanted, &number, &error) != 3) return 0;
  if (strcmp(wanted, name) != 0) return 0;
  if (number && atomic_fetch_add(&calls, 1) + 1 != number) return 0;
  errno = error;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  va_end(list);
  return fails("open") ? -1 : REAL(open)(path, flags, mode);
}

ssize_t read(int file, void *bytes, size_t count) {
  if (fails("read")) return errno ? -1 : REAL(read)(file, bytes, 1);
  return REAL(read)(file, bytes, count);
}

ssize_t write(int file, const void *bytes, size_t count) {
  if (fails("write")) return errno ? -1 : REAL(write)(file, bytes, 1);
  return REAL(write)(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t place) {
  if (fails("pwrite")) return errno ? -1 : REAL(pwrite)(file, bytes, 1, place);
  return REAL(pwrite)(file, bytes, count, place);
}

void *mmap(void *address, size_t count, int protection, int flags, int file, off_t place) {
  if (file >= 0 && fails("mmap")) return MAP_FAILED;
  return REAL(mmap)(address, count, protection, flags, file, place);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  static atomic_long looks;
  int status = REAL(clock_gettime)(clock, now);
  const char *fault = getenv("FAULT");
  if (clock == CLOCK_REALTIME && fault && strcmp(fault, "clock 0 0") == 0)
    now->tv_sec = (atomic_fetch_add(&looks, 1) * 7919 % 60) * 31556952;
  return status;
}

int fsync(int file) { return fails("fsync") ? -1 : REAL(fsync)(file); }
int close(int file) { return REAL(close)(file) || fails("close") ? -1 : 0; }
int flock(int file, int operation) { return fails("flock") ? -1 : REAL(flock)(file, operation); }
int symlink(const char *to, const char *path) { return fails("symlink") ? -1 : REAL(symlink)(to, path); }
int symlinkat(const char *to, int folder, const char *path) {
  return fails("symlink") ? -1 : REAL(symlinkat)(to, folder, path);
}
int fchmod(int file, mode_t mode) { return fails("fchmod") ? -1 : REAL(fchmod)(file, mode); }
int ftruncate(int file, off_t size) { return fails("ftruncate") ? -1 : REAL(ftruncate)(file, size); }
int rename(const char *from, const char *to) { return fails("rename") ? -1 : REAL(rename)(from, to); }
char *realpath(const char *path, char *place) {
  return fails("realpath") ? NULL : REAL(realpath)(path, place);
}
DIR *opendir(const char *path) { return fails("opendir") ? NULL : REAL(opendir)(path); }
struct dirent *readdir(DIR *folder) { return fails("readdir") ? NULL : REAL(readdir)(folder); }
int stat(const char *path, struct stat *status) { return fails("stat") ? -1 : REAL(stat)(path, status); }

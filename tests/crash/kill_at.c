/* Kills its process at the k-th system call that changes a watched folder, or sends something.

   Locks and reads are not counted: whoever dies there leaves what the change before left.
   Loaded with LD_PRELOAD; SQLite and Python both call through it. `arm(folder, k)`: 0 only counts.
   `count()`: how many calls there were since. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char watched[4096];
static size_t watched_length;
static long at, calls;

void arm(const char *folder, long k) {
  snprintf(watched, sizeof watched, "%s", folder);
  watched_length = strlen(watched);
  calls = 0;
  at = k;
}

long count(void) { return calls; }

static void met(void) {
  if (__sync_add_and_fetch(&calls, 1) == at) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
}

static void met_path(const char *path) {
  if (watched_length && path && !strncmp(path, watched, watched_length)) met();
}

static void met_file(int file) {
  char link[64], path[4096];
  int saved = errno;
  ssize_t length;
  if (!watched_length) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  length = readlink(link, path, sizeof path - 1);
  errno = saved;
  if (length <= 0) return;
  path[length] = 0;
  if (!strncmp(path, "socket:", 7)) return;
  met_path(path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define OF_FILE(result, name, parameters, ...) \
  result name parameters { met_file(file); return NEXT(name)(__VA_ARGS__); }
#define OF_PATH(result, name, parameters, ...) \
  result name parameters { met_path(path); return NEXT(name)(__VA_ARGS__); }

OF_FILE(ssize_t, write, (int file, const void *data, size_t size), file, data, size)
OF_FILE(ssize_t, pwrite, (int file, const void *data, size_t size, off_t to), file, data, size, to)
OF_FILE(ssize_t, pwrite64, (int file, const void *data, size_t size, off64_t to), file, data, size, to)
OF_FILE(ssize_t, writev, (int file, const struct iovec *parts, int size), file, parts, size)
OF_FILE(int, fsync, (int file), file)
OF_FILE(int, fdatasync, (int file), file)
OF_FILE(int, ftruncate, (int file, off_t size), file, size)
OF_FILE(int, ftruncate64, (int file, off64_t size), file, size)
OF_FILE(int, posix_fallocate, (int file, off_t from, off_t size), file, from, size)
OF_FILE(int, fchmod, (int file, mode_t mode), file, mode)
OF_PATH(int, unlink, (const char *path), path)
OF_PATH(int, mkdir, (const char *path, mode_t mode), path, mode)
OF_PATH(int, rmdir, (const char *path), path)
OF_PATH(int, rename, (const char *path, const char *to), path, to)
OF_PATH(int, link, (const char *path, const char *to), path, to)
OF_PATH(int, chmod, (const char *path, mode_t mode), path, mode)

ssize_t send(int file, const void *data, size_t size, int flags) {
  if (watched_length) met();
  return NEXT(send)(file, data, size, flags);
}

#define OPENS(name) \
  int name(const char *path, int flags, ...) { \
    va_list more; mode_t mode; \
    va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); \
    met_path(path); return NEXT(name)(path, flags, mode); }
OPENS(open)
OPENS(open64)

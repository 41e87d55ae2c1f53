/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What writers and readers share: the POSIX table, repeating interrupted calls,
 * names and reasons in messages.
 */
#include "base/stream_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* ---- the system's calls ------------------------------------------------- */

static int posix_stat(const char *path, struct stat *out) {
    return stat(path, out);
}

static int64_t posix_readlink(const char *path, char *target, size_t size) {
    return readlink(path, target, size);
}

static int posix_open(const char *path, int flags, int mode) {
    return open(path, flags, (mode_t)mode);
}

static int64_t posix_read(int fd, void *buffer, size_t size) {
    return read(fd, buffer, size);
}

static int64_t posix_write(int fd, const void *buffer, size_t size) {
    return write(fd, buffer, size);
}

static int posix_allocate(int fd, int64_t size) {
    errno = posix_fallocate(fd, 0, size);
    return errno == 0 ? 0 : -1;
}

static void *posix_map(int fd, size_t size) {
    void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return data == MAP_FAILED ? NULL : data;
}

const sg_io sg_io_posix = {.stat = posix_stat,
                           .readlink = posix_readlink,
                           .open = posix_open,
                           .read = posix_read,
                           .write = posix_write,
                           .fsync = fsync,
                           .close = close,
                           .rename = rename,
                           .unlink = unlink,
                           .allocate = posix_allocate,
                           .map = posix_map};

/* ---- shared by writing and reading -------------------------------------- */

int sg_stream_open(syngan_context *context, const char *path, int flags,
                   int mode) {
    int fd;
    do {
        fd = context->io.open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

int sg_stream_sync(syngan_context *context, int fd) {
    int result;
    do {
        result = context->io.fsync(fd);
    } while (result != 0 && errno == EINTR);
    return result;
}

int sg_stream_close(syngan_context *context, int fd) {
    /* On Linux the descriptor is gone even after EINTR. */
    int result = context->io.close(fd);
    return result != 0 && errno == EINTR ? 0 : result;
}

syngan_status sg_stream_fail(syngan_context *context, const char *name,
                             const char *action, int error) {
    char text[128];
    return sg_fail(context, SYNGAN_E_IO, "%s: %s failed: %s", name, action,
                   strerror_r(error, text, sizeof(text)));
}

char *sg_stream_name(syngan_context *context, const char *path) {
    size_t length = strlen(path);
    if (length <= SG_STREAM_NAME_MAX) return sg_strdup(context, path);
    return sg_format(context, "...%s", path + length - SG_STREAM_NAME_MAX);
}

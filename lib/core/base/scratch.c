/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks in memory or in unlinked files. */
#include "base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/stream_internal.h"
#include "base/text.h"

/* Names that are tried, if files of others have them. */
#define TRIES 100

syngan_status sg_scratch_alloc(syngan_context *context, size_t bytes,
                               sg_scratch *out) {
    *out = (sg_scratch){.context = context, .bytes = bytes};
    out->data = sg_alloc(context, bytes);
    return out->data != NULL
               ? SYNGAN_OK
               : sg_fail_memory(context, "the encoded rows", bytes);
}

void sg_scratch_end(sg_scratch *scratch) {
    if (scratch->data != NULL && scratch->mapped)
        munmap(scratch->data, scratch->bytes);
    else if (scratch->data != NULL)
        sg_free(scratch->context, scratch->data);
    *scratch = (sg_scratch){0};
}

static syngan_status fail(syngan_context *context, const char *folder,
                          size_t bytes, int error) {
    char action[80];
    sg_text(action, sizeof action, "making a temporary file of %.0f MB",
            (double)bytes * 1e-6);
    return sg_stream_fail(context, folder, action, error);
}

/* A new file, which has its name no longer. *error: why there is none. */
static syngan_status open_unnamed(syngan_context *context, const char *folder,
                                  int *fd, int *error) {
    *error = EEXIST;
    *fd = -1;
    for (int i = 0; i < TRIES && *error == EEXIST; i++) {
        char *path = sg_format(context, "%s/syngan-%ld-%d.tmp", folder,
                               (long)getpid(), i);
        if (path == NULL)
            return sg_fail_memory(context, "the name of a file", 64);
        *fd = sg_stream_open(context, path, O_RDWR | O_CREAT | O_EXCL, 0600);
        *error = *fd < 0 || context->io.unlink(path) != 0 ? errno : 0;
        sg_free(context, path);
    }
    if (*error == 0 || *fd < 0) return SYNGAN_OK;
    sg_stream_close(context, *fd);
    *fd = -1;
    return SYNGAN_OK;
}

static int allocate(syngan_context *context, int fd, size_t bytes) {
    int result;
    do {
        result = context->io.allocate(fd, (int64_t)bytes);
    } while (result != 0 && errno == EINTR);
    return result;
}

syngan_status sg_scratch_map(syngan_context *context, const char *folder,
                             size_t bytes, sg_scratch *out) {
    *out = (sg_scratch){.context = context, .bytes = bytes, .mapped = true};
    if (folder == NULL) folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] == '\0') folder = "/var/tmp";
    if (bytes == 0) out->bytes = 1; /* which can be mapped */
    int fd, error;
    SG_TRY(open_unnamed(context, folder, &fd, &error));
    if (fd < 0) return fail(context, folder, bytes, error);
    if (allocate(context, fd, out->bytes) == 0)
        out->data = context->io.map(fd, out->bytes);
    error = errno;
    sg_stream_close(context, fd);
    return out->data != NULL ? SYNGAN_OK : fail(context, folder, bytes, error);
}

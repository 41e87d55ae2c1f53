/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing to files, so that at any moment the old or the new content is there,
 * and to streams of the host's; see stream.h.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/stream_internal.h"
#include "base/text.h"

/* Links followed before they are taken for a circle; as Linux does. */
#define MAX_LINKS 40

/* Names tried for the new file; others may be taken by what a killed process
 * with our number left behind. */
#define MAX_NAMES 100

struct sg_writer {
    syngan_context *context;
    char *name;           /* for messages */
    char *target;         /* the file to replace; NULL: written directly */
    char *temporary;      /* the new file beside it */
    int fd;               /* -1: the host's stream */
    syngan_status status; /* the first failure */
    syngan_stream stream; /* of the host */
    size_t used;          /* in the buffer */
    unsigned char buffer[SG_STREAM_BUFFER];
};

/* ---- where to write ----------------------------------------------------- */

/* Bytes of `path` up to its last '/', that one included. */
static size_t folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

/* Where the symbolic link `path` points, in *out, which stays NULL if it is no
 * link. */
static syngan_status follow_link(syngan_context *context, const char *path,
                                 char **out) {
    char link[PATH_MAX];
    *out = NULL;
    int64_t length = context->io.readlink(path, link, sizeof(link) - 1);
    if (length < 0) return SYNGAN_OK; /* a file, or nothing yet */
    link[length] = '\0';
    size_t folder = link[0] == '/' ? 0 : folder_length(path);
    *out = sg_format(context, "%.*s%s", (int)folder, path, link);
    if (*out == NULL) return sg_fail_memory(context, "writer", PATH_MAX);
    return SYNGAN_OK;
}

/* The file that `path` names, with links followed, so that a link stays one and
 * the new file lies beside the file itself. */
static syngan_status resolve(sg_writer *writer, const char *path) {
    syngan_context *context = writer->context;
    writer->target = sg_strdup(context, path);
    if (writer->target == NULL) {
        return sg_fail_memory(context, "writer", strlen(path));
    }
    for (int i = 0; i < MAX_LINKS; i++) {
        char *next;
        SG_TRY(follow_link(context, writer->target, &next));
        if (next == NULL) return SYNGAN_OK;
        sg_free(context, writer->target);
        writer->target = next;
    }
    return sg_stream_fail(context, writer->name, "opening", ELOOP);
}

/* ---- opening ------------------------------------------------------------ */

static syngan_status writer_make(syngan_context *context, const char *name,
                                 sg_writer **out) {
    sg_writer *writer = sg_alloc(context, sizeof(*writer));
    char *copy = sg_stream_name(context, name);
    if (writer == NULL || copy == NULL) {
        sg_free(context, writer);
        sg_free(context, copy);
        return sg_fail_memory(context, "writer", sizeof(*writer));
    }
    sg_context_retain(context);
    writer->context = context;
    writer->name = copy;
    writer->target = NULL;
    writer->temporary = NULL;
    writer->fd = -1;
    writer->status = SYNGAN_OK;
    writer->stream = (syngan_stream){0};
    writer->used = 0;
    *out = writer;
    return SYNGAN_OK;
}

/* Creates the new file, open for writing. */
static syngan_status open_temporary(sg_writer *writer, int mode) {
    syngan_context *context = writer->context;
    for (int i = 0; i < MAX_NAMES; i++) {
        char *path = sg_format(context, "%.*s.syngan-%ld-%d.part",
                               (int)folder_length(writer->target),
                               writer->target, (long)getpid(), i);
        if (path == NULL) return sg_fail_memory(context, "writer", PATH_MAX);
        writer->fd =
            sg_stream_open(context, path, O_WRONLY | O_CREAT | O_EXCL, mode);
        if (writer->fd >= 0) {
            writer->temporary = path;
            return SYNGAN_OK;
        }
        int error = errno;
        sg_free(context, path);
        if (error != EEXIST) {
            return sg_stream_fail(context, writer->name,
                                  "creating a file in its folder", error);
        }
    }
    return sg_stream_fail(context, writer->name,
                          "creating a file in its folder", EEXIST);
}

static syngan_status open_path(sg_writer *writer, const char *path) {
    syngan_context *context = writer->context;
    struct stat info;
    int mode = 0666; /* less the umask */
    if (context->io.stat(path, &info) == 0) {
        if (S_ISDIR(info.st_mode)) {
            return sg_stream_fail(context, writer->name, "opening", EISDIR);
        }
        if (!S_ISREG(info.st_mode)) { /* a pipe, a terminal */
            writer->fd = sg_stream_open(context, path, O_WRONLY, 0);
            if (writer->fd >= 0) return SYNGAN_OK;
            return sg_stream_fail(context, writer->name, "opening", errno);
        }
        mode = info.st_mode & 0777; /* a private file stays private */
    } else if (errno != ENOENT) {
        return sg_stream_fail(context, writer->name, "opening", errno);
    }
    SG_TRY(resolve(writer, path));
    return open_temporary(writer, mode);
}

syngan_status sg_writer_open(syngan_context *context, const char *path,
                             sg_writer **out) {
    *out = NULL;
    if (path == NULL || path[0] == '\0') {
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "the path of the file to write is missing");
    }
    sg_writer *writer;
    SG_TRY(writer_make(context, path, &writer));
    syngan_status status = open_path(writer, path);
    if (status != SYNGAN_OK) {
        sg_writer_abandon(writer);
        return status;
    }
    *out = writer;
    return SYNGAN_OK;
}

syngan_status sg_writer_open_stream(syngan_context *context,
                                    const syngan_stream *stream,
                                    sg_writer **out) {
    *out = NULL;
    if (stream == NULL || stream->struct_size < sizeof(*stream) ||
        stream->write == NULL) {
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "stream: struct_size or write is not set");
    }
    SG_TRY(writer_make(context, "stream", out));
    (*out)->stream = *stream;
    return SYNGAN_OK;
}

/* ---- writing ------------------------------------------------------------ */

static syngan_status write_file(sg_writer *writer, const unsigned char *data,
                                size_t size) {
    syngan_context *context = writer->context;
    while (size > 0) {
        int64_t n = context->io.write(writer->fd, data, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) { /* a write of nothing would go on for ever */
            return sg_stream_fail(context, writer->name, "writing",
                                  n < 0 ? errno : ENOSPC);
        }
        data += n;
        size -= (size_t)n;
    }
    return SYNGAN_OK;
}

static syngan_status write_out(sg_writer *writer, const void *data,
                               size_t size) {
    if (size == 0) return SYNGAN_OK;
    if (writer->fd >= 0) return write_file(writer, data, size);
    int64_t n = writer->stream.write(data, size, writer->stream.user);
    if (n >= 0 && (uint64_t)n == size) return SYNGAN_OK;
    return sg_fail(writer->context, SYNGAN_E_IO,
                   "%s: the host's write of %zu bytes gave %lld", writer->name,
                   size, (long long)n);
}

static syngan_status flush(sg_writer *writer) {
    size_t size = writer->used;
    writer->used = 0;
    return write_out(writer, writer->buffer, size);
}

static syngan_status put(sg_writer *writer, const void *data, size_t size) {
    if (size <= SG_STREAM_BUFFER - writer->used) {
        memcpy(writer->buffer + writer->used, data, size);
        writer->used += size;
        return SYNGAN_OK;
    }
    SG_TRY(flush(writer));
    if (size >= SG_STREAM_BUFFER) return write_out(writer, data, size);
    memcpy(writer->buffer, data, size);
    writer->used = size;
    return SYNGAN_OK;
}

syngan_status sg_writer_put(sg_writer *writer, const void *data, size_t size) {
    if (writer->status == SYNGAN_OK && size > 0) {
        writer->status = put(writer, data, size);
    }
    return writer->status;
}

syngan_status sg_writer_printf(sg_writer *writer, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    char small[512], *text = small;
    int length = sg_text_v(small, sizeof(small), format, arguments);
    va_end(arguments);
    assert(length >= 0);
    size_t size = (size_t)length + 1;
    if (size > sizeof(small) && writer->status == SYNGAN_OK) {
        text = sg_alloc(writer->context, size);
        if (text == NULL) {
            writer->status = sg_fail_memory(writer->context, "writer", size);
        } else {
            sg_text_v(text, size, format, again);
        }
    }
    va_end(again);
    syngan_status status = sg_writer_put(writer, text, size - 1);
    if (text != small) sg_free(writer->context, text);
    return status;
}

/* ---- ending ------------------------------------------------------------- */

/* Makes the new name last through a loss of power. */
static syngan_status sync_folder(sg_writer *writer) {
    syngan_context *context = writer->context;
    size_t length = folder_length(writer->target);
    writer->target[length] = '\0'; /* only the folder is needed from here on */
    const char *folder = length == 0 ? "." : writer->target;
    int fd = sg_stream_open(context, folder, O_RDONLY | O_DIRECTORY, 0);
    int error = fd < 0 ? errno : 0;
    /* A folder that may be written but not read can't be flushed. */
    if (error == EACCES) return SYNGAN_OK;
    if (fd >= 0) {
        /* Some file systems have no flush for folders, and say so. */
        if (sg_stream_sync(context, fd) != 0 && errno != EINVAL) error = errno;
        sg_stream_close(context, fd);
    }
    if (error == 0) return SYNGAN_OK;
    return sg_stream_fail(context, writer->name,
                          "flushing the folder of the written file", error);
}

static syngan_status close_file(sg_writer *writer) {
    int fd = writer->fd;
    writer->fd = -1;
    if (sg_stream_close(writer->context, fd) == 0) return SYNGAN_OK;
    return sg_stream_fail(writer->context, writer->name, "closing", errno);
}

static syngan_status finish(sg_writer *writer) {
    syngan_context *context = writer->context;
    SG_TRY(writer->status);
    SG_TRY(flush(writer));
    if (writer->fd < 0) return SYNGAN_OK;
    if (writer->temporary == NULL) return close_file(writer);
    if (sg_stream_sync(context, writer->fd) != 0) {
        return sg_stream_fail(context, writer->name, "flushing", errno);
    }
    SG_TRY(close_file(writer));
    if (context->io.rename(writer->temporary, writer->target) != 0) {
        return sg_stream_fail(context, writer->name, "renaming", errno);
    }
    sg_free(context, writer->temporary);
    writer->temporary = NULL;
    return sync_folder(writer);
}

syngan_status sg_writer_commit(sg_writer *writer) {
    syngan_status status = finish(writer);
    sg_writer_abandon(writer);
    return status;
}

void sg_writer_abandon(sg_writer *writer) {
    if (writer == NULL) return;
    syngan_context *context = writer->context;
    if (writer->fd >= 0) sg_stream_close(context, writer->fd);
    if (writer->temporary != NULL) context->io.unlink(writer->temporary);
    sg_free(context, writer->temporary);
    sg_free(context, writer->target);
    sg_free(context, writer->name);
    sg_free(context, writer);
    sg_context_release(context);
}

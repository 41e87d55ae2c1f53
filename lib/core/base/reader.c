/* SPDX-License-Identifier: Apache-2.0 */
/* Reading from files and from streams of the host's; see stream.h. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/memory.h"
#include "base/stream_internal.h"

struct sg_reader {
    syngan_context *context;
    char *name;
    int fd;               /* -1: the host's stream */
    bool at_end;          /* the source said so; it is not asked again */
    syngan_stream stream; /* of the host */
    uint64_t position;    /* bytes given out so far */
    size_t used, filled;  /* in the buffer */
    unsigned char buffer[SG_STREAM_BUFFER];
};

static syngan_status reader_make(syngan_context *context, const char *name,
                                 sg_reader **out) {
    sg_reader *reader = sg_alloc(context, sizeof(*reader));
    char *copy = sg_stream_name(context, name);
    if (reader == NULL || copy == NULL) {
        sg_free(context, reader);
        sg_free(context, copy);
        return sg_fail_memory(context, "reader", sizeof(*reader));
    }
    sg_context_retain(context);
    reader->context = context;
    reader->name = copy;
    reader->fd = -1;
    reader->at_end = false;
    reader->stream = (syngan_stream){0};
    reader->position = 0;
    reader->used = reader->filled = 0;
    *out = reader;
    return SYNGAN_OK;
}

syngan_status sg_reader_open(syngan_context *context, const char *path,
                             sg_reader **out) {
    *out = NULL;
    if (path == NULL || path[0] == '\0') {
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "the path of the file to read is missing");
    }
    sg_reader *reader;
    SG_TRY(reader_make(context, path, &reader));
    reader->fd = sg_stream_open(context, path, O_RDONLY, 0);
    if (reader->fd < 0) {
        syngan_status status =
            sg_stream_fail(context, reader->name, "opening", errno);
        sg_reader_close(reader);
        return status;
    }
    *out = reader;
    return SYNGAN_OK;
}

syngan_status sg_reader_open_stream(syngan_context *context,
                                    const syngan_stream *stream,
                                    sg_reader **out) {
    *out = NULL;
    if (stream == NULL || stream->struct_size < sizeof(*stream) ||
        stream->read == NULL) {
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "stream: struct_size or read is not set");
    }
    SG_TRY(reader_make(context, "stream", out));
    (*out)->stream = *stream;
    return SYNGAN_OK;
}

const char *sg_reader_name(const sg_reader *reader) {
    return reader->name;
}

void sg_reader_close(sg_reader *reader) {
    if (reader == NULL) return;
    syngan_context *context = reader->context;
    if (reader->fd >= 0) sg_stream_close(context, reader->fd);
    sg_free(context, reader->name);
    sg_free(context, reader);
    sg_context_release(context);
}

/* Asks the source for at most `size` bytes; 0 at the end. */
static syngan_status read_source(sg_reader *reader, void *data, size_t size,
                                 size_t *got) {
    syngan_context *context = reader->context;
    *got = 0;
    if (reader->at_end || size == 0) return SYNGAN_OK;
    int64_t n;
    if (reader->fd >= 0) {
        do {
            n = context->io.read(reader->fd, data, size);
        } while (n < 0 && errno == EINTR);
        if (n < 0) {
            return sg_stream_fail(context, reader->name, "reading", errno);
        }
    } else {
        n = reader->stream.read(data, size, reader->stream.user);
        if (n < 0 || (uint64_t)n > size) {
            return sg_fail(context, SYNGAN_E_IO,
                           "%s: the host's read of %zu bytes gave %lld",
                           reader->name, size, (long long)n);
        }
        /* A host gives fewer bytes only at the end. */
        reader->at_end = (uint64_t)n < size;
    }
    if (n == 0) reader->at_end = true;
    *got = (size_t)n;
    return SYNGAN_OK;
}

syngan_status sg_reader_some(sg_reader *reader, void *data, size_t size,
                             size_t *got) {
    *got = 0;
    if (reader->used == reader->filled) {
        if (size >= SG_STREAM_BUFFER) { /* no need to copy twice */
            SG_TRY(read_source(reader, data, size, got));
            reader->position += *got;
            return SYNGAN_OK;
        }
        reader->used = reader->filled = 0;
        SG_TRY(read_source(reader, reader->buffer, SG_STREAM_BUFFER,
                           &reader->filled));
    }
    size_t left = reader->filled - reader->used;
    *got = left < size ? left : size;
    memcpy(data, reader->buffer + reader->used, *got);
    reader->used += *got;
    reader->position += *got;
    return SYNGAN_OK;
}

syngan_status sg_reader_exact(sg_reader *reader, void *data, size_t size) {
    unsigned char *target = data;
    size_t done = 0;
    while (done < size) {
        size_t got;
        SG_TRY(sg_reader_some(reader, target + done, size - done, &got));
        if (got == 0) {
            return sg_fail(reader->context, SYNGAN_E_FORMAT,
                           "%s: ends at byte %llu, but %zu more should follow",
                           reader->name, (unsigned long long)reader->position,
                           size - done);
        }
        done += got;
    }
    return SYNGAN_OK;
}

/* Makes room in a block that is full. One byte beyond the limit is enough to
 * see that there is more. */
static syngan_status grow(sg_reader *reader, uint64_t limit,
                          unsigned char **block, size_t *capacity) {
    size_t wanted = *capacity == 0 ? SG_STREAM_BUFFER : *capacity;
    if (*capacity > 0 && !sg_mul_size(wanted, 2, &wanted)) {
        return sg_fail_memory(reader->context, reader->name, SIZE_MAX);
    }
    if (limit != 0 && wanted > limit) wanted = (size_t)limit + 1;
    void *grown = sg_realloc(reader->context, *block, wanted);
    if (grown == NULL) {
        return sg_fail_memory(reader->context, reader->name, wanted);
    }
    *block = grown;
    *capacity = wanted;
    return SYNGAN_OK;
}

static syngan_status read_all(sg_reader *reader, uint64_t limit,
                              unsigned char **block, size_t *size) {
    size_t capacity = 0, got;
    *size = 0;
    do {
        if (*size == capacity) SG_TRY(grow(reader, limit, block, &capacity));
        SG_TRY(sg_reader_some(reader, *block + *size, capacity - *size, &got));
        *size += got;
        if (limit != 0 && *size > limit) {
            return sg_fail(reader->context, SYNGAN_E_FORMAT,
                           "%s: has more than %llu bytes, the most that is "
                           "read",
                           reader->name, (unsigned long long)limit);
        }
    } while (got > 0);
    return SYNGAN_OK;
}

syngan_status sg_reader_all(sg_reader *reader, uint64_t limit,
                            unsigned char **data, size_t *size) {
    assert(limit < SIZE_MAX);
    unsigned char *block = NULL;
    syngan_status status = read_all(reader, limit, &block, size);
    if (status != SYNGAN_OK) {
        sg_free(reader->context, block);
        block = NULL;
        *size = 0;
    }
    *data = block;
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Streams in memory; see memory_stream.h. */
#include "support/memory_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int64_t stream_read(void *buffer, size_t size, void *user) {
    memory_stream *stream = user;
    if (++stream->calls == stream->fail_at) return -1;
    size_t left = stream->size - stream->position;
    size_t n = left < size ? left : size;
    if (n > 0) memcpy(buffer, stream->data + stream->position, n);
    stream->position += n;
    return (int64_t)n;
}

static int64_t stream_write(const void *buffer, size_t size, void *user) {
    memory_stream *stream = user;
    if (++stream->calls == stream->fail_at) return (int64_t)size / 2;
    unsigned char *grown = realloc(stream->data, stream->size + size);
    assert_non_null(grown);
    memcpy(grown + stream->size, buffer, size);
    stream->data = grown;
    stream->size += size;
    return (int64_t)size;
}

void memory_stream_init(memory_stream *stream, const void *data, size_t size) {
    memset(stream, 0, sizeof(*stream));
    stream->hooks = (syngan_stream){.struct_size = sizeof(stream->hooks),
                                    .read = stream_read,
                                    .write = stream_write,
                                    .user = stream};
    if (size == 0) return;
    stream->data = malloc(size);
    assert_non_null(stream->data);
    memcpy(stream->data, data, size);
    stream->size = size;
}

void memory_stream_end(memory_stream *stream) {
    free(stream->data);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of the host's that lies in memory, and can be made to fail.
 */
#ifndef TESTS_SUPPORT_MEMORY_STREAM_H
#define TESTS_SUPPORT_MEMORY_STREAM_H

#include <syngan/base.h>

typedef struct memory_stream {
    syngan_stream hooks; /* for the library */
    unsigned char *data; /* from malloc() */
    size_t size;         /* bytes written, or to be read */
    size_t position;     /* of reading */
    long long calls;     /* of read and write so far */
    long long fail_at;   /* this call fails, counted from 1; 0: none */
} memory_stream;

/* With a copy of `data` to be read; NULL and 0 for an empty one. */
void memory_stream_init(memory_stream *stream, const void *data, size_t size);
void memory_stream_end(memory_stream *stream);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What readers of untrusted files read from: exact pieces, unpacked where the
 * file is gzip, into memory that grows as bytes come, so that a length in a
 * file costs nothing before its bytes are there.
 */
#ifndef SG_FILE_SOURCE_H
#define SG_FILE_SOURCE_H

#include <syngan/tensor.h>

#include "base/stream.h"
#include "file/gzip.h"
#include "tensor/shape.h"

typedef struct sg_source {
    syngan_context *context;
    sg_reader *reader;
    sg_gzip *gzip; /* NULL: plain */
    const char *name;
    uint64_t position;      /* unpacked bytes taken so far */
    unsigned char head[2];  /* read to recognise gzip, */
    size_t head_at, head_n; /* and not yet taken from `head` if plain */
} sg_source;

/* Reads from `reader`, which stays the caller's. `unpack`: gzip is recognised
 * by its first two bytes. */
syngan_status sg_source_start(sg_source *source, syngan_context *context,
                              sg_reader *reader, bool unpack);
/* At most `size` bytes; *got is 0 at the end. */
syngan_status sg_source_some(sg_source *source, void *data, size_t size,
                             size_t *got);
/* Exactly `size` bytes, which messages call `what`; else SYNGAN_E_FORMAT. */
syngan_status sg_source_exact(sg_source *source, void *data, size_t size,
                              const char *what);
/* The same into a block of its own, which sg_free() releases. */
syngan_status sg_source_block(sg_source *source, uint64_t size,
                              const char *what, unsigned char **out);
/* Checks a shape that the file tells: SYNGAN_E_FORMAT if it is too large. */
syngan_status sg_source_dims(sg_source *source, const int64_t *sizes,
                             size_t rank, sg_dims *out);
/* The elements of a tensor. */
syngan_status sg_source_tensor(sg_source *source, int32_t type,
                               const sg_dims *dims, syngan_tensor **out);
/* SYNGAN_E_FORMAT if anything is left. */
syngan_status sg_source_end(sg_source *source);
void sg_source_stop(sg_source *source);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Reading pieces of files whose lengths can't be trusted. */
#include "file/source.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tensor/tensor.h"

/* What a block starts with. It doubles while bytes come. */
#define FIRST_BYTES (1u << 16)

syngan_status sg_source_start(sg_source *source, syngan_context *context,
                              sg_reader *reader, bool unpack) {
    *source = (sg_source){
        .context = context, .reader = reader, .name = sg_reader_name(reader)};
    while (unpack && source->head_n < sizeof(source->head)) {
        size_t got = 0;
        SG_TRY(sg_reader_some(reader, source->head + source->head_n,
                              sizeof(source->head) - source->head_n, &got));
        if (got == 0) return SYNGAN_OK;
        source->head_n += got;
    }
    if (!unpack || source->head[0] != 0x1f || source->head[1] != 0x8b) {
        return SYNGAN_OK;
    }
    return sg_gzip_open(context, reader, source->head, source->head_n,
                        &source->gzip);
}

void sg_source_stop(sg_source *source) {
    sg_gzip_close(source->gzip);
    source->gzip = NULL;
}

static syngan_status take(sg_source *source, void *data, size_t size,
                          size_t *got) {
    if (source->gzip != NULL) {
        return sg_gzip_some(source->gzip, data, size, got);
    }
    size_t left = source->head_n - source->head_at;
    if (left == 0) return sg_reader_some(source->reader, data, size, got);
    *got = left < size ? left : size;
    memcpy(data, source->head + source->head_at, *got);
    source->head_at += *got;
    return SYNGAN_OK;
}

syngan_status sg_source_some(sg_source *source, void *data, size_t size,
                             size_t *got) {
    SG_TRY(take(source, data, size, got));
    source->position += *got;
    return SYNGAN_OK;
}

syngan_status sg_source_exact(sg_source *source, void *data, size_t size,
                              const char *what) {
    unsigned char *at = data;
    for (size_t done = 0; done < size;) {
        size_t got = 0;
        SG_TRY(take(source, at + done, size - done, &got));
        if (got == 0) {
            return sg_fail(source->context, SYNGAN_E_FORMAT,
                           "%s: ends at byte %llu, inside %s", source->name,
                           (unsigned long long)source->position, what);
        }
        done += got;
        source->position += got;
    }
    return SYNGAN_OK;
}

/* Fills a block that has `front` bytes free before what is read. */
static syngan_status fill(sg_source *source, size_t front, size_t size,
                          const char *what, unsigned char **block) {
    size_t have = 0;
    do {
        size_t wanted = have > 0 ? have : FIRST_BYTES;
        if (wanted > size - have) wanted = size - have;
        unsigned char *grown =
            sg_realloc(source->context, *block, front + have + wanted);
        if (grown == NULL) {
            return sg_fail_memory(source->context, source->name,
                                  front + have + wanted);
        }
        *block = grown;
        SG_TRY(sg_source_exact(source, grown + front + have, wanted, what));
        have += wanted;
    } while (have < size);
    return SYNGAN_OK;
}

static syngan_status read_block(sg_source *source, size_t front, uint64_t size,
                                const char *what, unsigned char **out) {
    *out = NULL;
    size_t total;
    if (!sg_add_size(size, front, &total)) {
        return sg_fail_memory(source->context, source->name, size);
    }
    unsigned char *block = NULL;
    syngan_status status = fill(source, front, size, what, &block);
    if (status != SYNGAN_OK) {
        sg_free(source->context, block);
        return status;
    }
    *out = block;
    return SYNGAN_OK;
}

syngan_status sg_source_block(sg_source *source, uint64_t size,
                              const char *what, unsigned char **out) {
    return read_block(source, 0, size, what, out);
}

syngan_status sg_source_dims(sg_source *source, const int64_t *sizes,
                             size_t rank, sg_dims *out) {
    syngan_status status =
        sg_dims_check(source->context, source->name, sizes, rank, 0);
    if (status == SYNGAN_E_SHAPE) return SYNGAN_E_FORMAT; /* same sentence */
    SG_TRY(status);
    *out = sg_dims_make(sizes, rank);
    return SYNGAN_OK;
}

/* A tensor's block starts with its context, in one unit of alignment. */
static void release_block(void *data, void *block) {
    (void)data;
    syngan_context *context;
    memcpy(&context, block, sizeof(context));
    sg_free(context, block);
}

syngan_status sg_source_tensor(sg_source *source, int32_t type,
                               const sg_dims *dims, syngan_tensor **out) {
    *out = NULL;
    uint64_t bytes = (uint64_t)sg_dims_count(dims) * syngan_type_size(type);
    unsigned char *block;
    char shape[SG_DIMS_TEXT], what[SG_DIMS_TEXT + 32];
    sg_text(what, sizeof(what), "its elements, %s of %s",
            sg_dims_text(dims, shape), syngan_type_name(type));
    SG_TRY(read_block(source, SG_ALIGNMENT, bytes, what, &block));
    memcpy(block, &source->context, sizeof(source->context));
    syngan_status status =
        sg_tensor_view(source->context, block + SG_ALIGNMENT, type, dims,
                       release_block, block, out);
    if (status != SYNGAN_OK) sg_free(source->context, block);
    return status;
}

syngan_status sg_source_end(sg_source *source) {
    unsigned char byte;
    size_t got = 0;
    SG_TRY(take(source, &byte, 1, &got));
    if (got == 0) return SYNGAN_OK;
    return sg_fail(source->context, SYNGAN_E_FORMAT,
                   "%s: goes on after byte %llu, where it should end",
                   source->name, (unsigned long long)source->position);
}

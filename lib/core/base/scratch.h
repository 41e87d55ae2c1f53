/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A large block that lies in memory, or in a temporary file that is mapped, so
 * that it may be larger than the memory: the system keeps of it what is in use.
 * The file has no name from the moment that it is made, and all of its room:
 * a full disk is noticed then, and not when the block is written to.
 */
#ifndef SG_BASE_SCRATCH_H
#define SG_BASE_SCRATCH_H

#include "base/context.h"

typedef struct sg_scratch {
    syngan_context *context;
    void *data;
    size_t bytes;
    bool mapped;
} sg_scratch;

/* In memory: SYNGAN_E_MEMORY. */
syngan_status sg_scratch_alloc(syngan_context *context, size_t bytes,
                               sg_scratch *out);
/* In a file in a folder; NULL: that of the environment's TMPDIR, or /var/tmp.
 * SYNGAN_E_IO. */
syngan_status sg_scratch_map(syngan_context *context, const char *folder,
                             size_t bytes, sg_scratch *out);
void sg_scratch_end(sg_scratch *scratch);

#endif

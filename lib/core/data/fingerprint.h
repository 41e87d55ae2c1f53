/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tells the examples of one dataset from those of another, so that a
 * checkpoint is not continued on other data unnoticed.
 */
#ifndef SG_DATA_FINGERPRINT_H
#define SG_DATA_FINGERPRINT_H

#include "data/dataset.h"
#include "file/checksum.h"

#define SG_SOURCE_TEXT 128

typedef struct sg_fingerprint {
    char source[SG_SOURCE_TEXT];           /* "u8 examples, -1 ... 1" */
    char checksum[SG_CHECKSUM_DIGITS + 1]; /* of the content; "" if unknown */
} sg_fingerprint;

/* The content is that of tensors, up to 256 MiB whole and evenly spread pieces
 * of more; else that of SG_FINGERPRINT_EXAMPLES examples, evenly spread, each
 * made twice: it is unknown where the two differ, or where making one fails.
 * Labels are not in it. */
#define SG_FINGERPRINT_EXAMPLES 8
syngan_status sg_fingerprint_take(syngan_dataset *dataset, sg_fingerprint *out);

/* Adds `size` bytes, or evenly spread pieces of them, to a checksum. */
void sg_fingerprint_add(sg_checksum *checksum, const void *data, size_t size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checksum of files that we write: XXH3, 128 bits, in pieces.
 */
#ifndef SG_FILE_CHECKSUM_H
#define SG_FILE_CHECKSUM_H

#include "base/context.h"

/* Digits of a checksum as lowercase hexadecimal text. */
#define SG_CHECKSUM_DIGITS 32

typedef struct sg_checksum sg_checksum;

/* NULL when memory fails. */
sg_checksum *sg_checksum_create(syngan_context *context);
void sg_checksum_add(sg_checksum *checksum, const void *data, size_t size);
/* Writes the digits and an end to `text` (SG_CHECKSUM_DIGITS + 1 bytes). */
void sg_checksum_text(const sg_checksum *checksum, char *text);
void sg_checksum_free(sg_checksum *checksum); /* takes NULL */

#endif

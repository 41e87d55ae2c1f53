/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a CSV file: UTF-16 becomes UTF-8 on the way, all else stays.
 */
#ifndef SG_TABLE_CSV_TEXT_H
#define SG_TABLE_CSV_TEXT_H

#include "file/source.h"

/* Bytes of a block, at most. */
#define SG_CSV_BLOCK 65536

typedef struct sg_csv_text {
    syngan_context *context;
    sg_source *source;
    const char *name;
    char *raw; /* UTF-16 of the next block; NULL: bytes stay */
    unsigned char carry[4];
    size_t n_carry; /* bytes of a character that is not complete */
    bool big, replace;
    int64_t position; /* bytes converted */
} sg_csv_text;

/* Looks at the first bytes. `encoding`: SYNGAN_CSV_...; *utf8: whether what
 * comes is UTF-8 whatever the encoding says. */
syngan_status sg_csv_text_start(sg_csv_text *text, syngan_context *context,
                                sg_source *source, const char *name,
                                int32_t encoding, bool *utf8);
/* The next bytes, at most SG_CSV_BLOCK; 0: the end. */
syngan_status sg_csv_text_some(sg_csv_text *text, char *block, size_t *size);
void sg_csv_text_stop(sg_csv_text *text);

#endif

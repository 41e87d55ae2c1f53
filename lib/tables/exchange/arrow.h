/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two structs of the Arrow C data interface, as its specification has them
 * (https://arrow.apache.org/docs/format/CDataInterface.html), and what is
 * shared between reading and writing them.
 */
#ifndef SG_EXCHANGE_ARROW_H
#define SG_EXCHANGE_ARROW_H

#include <stdint.h>

#include "table/table.h"

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    /* Array type description */
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;

    /* Release callback */
    void (*release)(struct ArrowSchema *);
    /* Opaque producer-specific data */
    void *private_data;
};

struct ArrowArray {
    /* Array data description */
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;

    /* Release callback */
    void (*release)(struct ArrowArray *);
    /* Opaque producer-specific data */
    void *private_data;
};

#endif

/* syngan_table_to_arrow() with a limit on the bytes of an array of utf8, above
 * which it becomes large_utf8. */
syngan_status sg_table_to_arrow(const syngan_table *table, int64_t utf8_limit,
                                struct ArrowSchema *schema,
                                struct ArrowArray *array);

#endif

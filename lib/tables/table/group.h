/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows with equal keys: baskets, and sequences in their order.
 */
#ifndef SG_TABLE_GROUP_H
#define SG_TABLE_GROUP_H

#include "table/table.h"

typedef struct sg_groups {
    syngan_context *context;
    int64_t count;  /* groups */
    int64_t *first; /* by group, and one more: in `rows` */
    int64_t *rows;  /* of the table; those without a key are left out */
} sg_groups;

/* Groups by the column `key`, their rows ordered by the column `order` (-1: as
 * in the table), then as in the table. SYNGAN_E_ARGUMENT for a key or an order
 * of the wrong type, an order that is missing, or a table without any key. */
syngan_status sg_groups_make(const syngan_table *table, int64_t key,
                             int64_t order, sg_groups *out);
void sg_groups_end(sg_groups *groups);

/* Fills a column of the key's type with new keys: group i of those asked for,
 * whose rows begin at offset[i], has the number first + i + 1. */
syngan_status sg_groups_new_keys(syngan_context *context, int64_t first,
                                 const int64_t *offset, int64_t count,
                                 sg_column *keys);

#endif

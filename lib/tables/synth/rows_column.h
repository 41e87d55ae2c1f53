/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns of baskets and of sequences: as files have them.
 */
#ifndef SG_SYNTH_ROWS_COLUMN_H
#define SG_SYNTH_ROWS_COLUMN_H

#include "file/json.h"
#include "table/table.h"

/* Adds a column of a table without rows. */
syngan_status sg_rows_add_empty(syngan_table *to, const char *name,
                                int32_t type);
/* A type of column, as a member of an object. */
syngan_status sg_rows_read_type(sg_json_value object, const char *key,
                                int32_t *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schemas: what a JSON text says of a table; see syngan_table_schema().
 */
#ifndef SG_TABLE_SCHEMA_H
#define SG_TABLE_SCHEMA_H

#include "table/infer.h"

typedef struct sg_schema sg_schema;

/* SYNGAN_E_FORMAT. A NULL text gives a schema that says nothing. */
syngan_status sg_schema_parse(syngan_context *context, const char *text,
                              sg_schema **out);
void sg_schema_free(sg_schema *schema); /* takes NULL */

/* What it says of the column of a name: nothing, if it has none. */
sg_wish sg_schema_wish(const sg_schema *schema, const char *name);
/* Its marks of missing values, separated by spaces; NULL: it has none. */
const char *sg_schema_marks(const sg_schema *schema);

/* Gives a table whose columns have their types already the rest: constraints,
 * key and order. SYNGAN_E_NOT_FOUND for a column that the table lacks,
 * SYNGAN_E_FORMAT for what can't be said of its columns, SYNGAN_E_MISMATCH for
 * a row that breaks a constraint. */
syngan_status sg_schema_apply(const sg_schema *schema, syngan_table *table,
                              const sg_origin *origin);

/* The values of a column under another type, as their texts say them.
 * SYNGAN_E_FORMAT for a value that is none of the type; `origin` says where it
 * is. */
syngan_status sg_column_retype(syngan_context *context, const sg_column *from,
                               int64_t rows, const sg_wish *wish,
                               const char *marks, const sg_origin *origin,
                               sg_column *out);

/* Whether a row keeps a constraint that is about single rows: "greater" and
 * "range". */
bool sg_constraint_holds(const sg_constraint *constraint,
                         const syngan_table *table, int64_t row);
/* SYNGAN_E_MISMATCH and a sentence for a row that breaks a constraint. */
syngan_status sg_constraints_check(const syngan_table *table,
                                   const sg_origin *origin);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file schema.h
 * Schemas, constraints and conditions built call by call, for programs that do
 * not want to write their texts (of the tables' storey). The results are the
 * texts that options take: `schema` of ::syngan_csv_options and of
 * syngan_table_with_schema(), `where` of ::syngan_sample_options.
 *
 *     syngan_schema *schema;
 *     syngan_schema_create(context, &schema);
 *     syngan_schema_add_column(schema, "age", SYNGAN_COLUMN_INTEGER, NULL);
 *     syngan_schema_add_range(schema, "age", 0, 120);
 *     syngan_table_read_csv(context, path,
 *         SYNGAN_CSV(.schema = syngan_schema_text(schema)), &table);
 *     syngan_schema_free(schema);
 *
 * Names need not be of a table's columns yet: that is checked where the text is
 * used. A builder belongs to one thread at a time. After a failed call it is as
 * before.
 */
#ifndef SYNGAN_SCHEMA_H
#define SYNGAN_SCHEMA_H

#include <syngan/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- schemas ------------------------------------------------------------ */

typedef struct syngan_schema syngan_schema;

/** What else a schema can say of a column; see syngan_table_schema(). */
typedef struct syngan_column_options {
    size_t struct_size;
    const char *format; /**< of times and numbers; default: found */
    const char *arrow;  /**< Arrow type; default: that of the column's type */
    int32_t decimals;   /**< of reals: 0 to 15, -1 to -17; default SYNGAN_AUTO:
                             as most cells have it */
    int32_t reserved;
} syngan_column_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_COLUMN_DEFAULTS                                                 \
    .struct_size = SYNGAN_INITIALISED(syngan_column_options),                  \
    .decimals = SYNGAN_AUTO
#define SYNGAN_COLUMN_INIT                                                     \
    { SYNGAN_COLUMN_DEFAULTS }
#define SYNGAN_COLUMN(...)                                                     \
    (&(const syngan_column_options){SYNGAN_COLUMN_DEFAULTS, __VA_ARGS__})

/** A schema that says nothing yet.
 *  @return SYNGAN_OK, SYNGAN_E_ARGUMENT or SYNGAN_E_MEMORY. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_schema_create(syngan_context *context, syngan_schema **out);
/** Takes NULL. Its text goes with it. */
SYNGAN_API void syngan_schema_free(syngan_schema *schema);

/** Gives a column its type. All texts of this header are copied; they are
 *  UTF-8.
 *  @param options NULL for defaults
 *  @return SYNGAN_OK, SYNGAN_E_ARGUMENT (no type, a name that is empty or was
 *  given before) or SYNGAN_E_MEMORY. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_schema_add_column(
    syngan_schema *schema, const char *name, syngan_column_type type,
    const syngan_column_options *options);
/** One more mark of missing values, without spaces. An empty cell is missing
 *  in any case. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_schema_add_missing(syngan_schema *schema, const char *mark);

/** high >= low in every row; high > low if `strict` is not 0. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_schema_add_greater(
    syngan_schema *schema, const char *high, const char *low, int32_t strict);
/** low <= column <= high in every row; an infinite bound is none.
 *  @return SYNGAN_OK, SYNGAN_E_MEMORY, SYNGAN_E_ARGUMENT (NaN, low above high,
 *  or no bound at all). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_schema_add_range(
    syngan_schema *schema, const char *column, double low, double high);
/** The same of times: bounds in the column's format; NULL is none. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_schema_add_text_range(syngan_schema *schema, const char *column,
                             const char *low, const char *high);
/** Only combinations of values of these columns that occur in the data. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_schema_add_fixed(
    syngan_schema *schema, const char *const *columns, size_t count);
/** No two rows have equal values in all of these columns. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_schema_add_unique(
    syngan_schema *schema, const char *const *columns, size_t count);

/** The column that groups rows, and the one that orders those of a group. NULL
 *  takes it back. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_schema_set_key(syngan_schema *schema, const char *column);
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_schema_set_order(syngan_schema *schema, const char *column);

/** The schema as JSON, which lives until the next call with this schema. NULL:
 *  `schema` is, or memory fails (the context's error tells). */
SYNGAN_API const char *syngan_schema_text(syngan_schema *schema);

/* ---- conditions --------------------------------------------------------- */

/** Conditions on sampled rows: terms that all hold, or one of several such
 *  ways; see `where` of ::syngan_sample_options for what values may be. */
typedef struct syngan_conditions syngan_conditions;

/** How a value is compared. */
typedef int32_t syngan_comparison;
enum {
    SYNGAN_COMPARISON_EQUAL = 1,
    SYNGAN_COMPARISON_NOT_EQUAL = 2,
    SYNGAN_COMPARISON_GREATER = 3, /**< of integers, reals, times */
    SYNGAN_COMPARISON_NOT_LESS = 4,
    SYNGAN_COMPARISON_LESS = 5,
    SYNGAN_COMPARISON_NOT_GREATER = 6
};

/** Without terms, which every row satisfies.
 *  @return SYNGAN_OK, SYNGAN_E_ARGUMENT or SYNGAN_E_MEMORY. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_conditions_create(syngan_context *context, syngan_conditions **out);
/** Takes NULL. Its text goes with it. */
SYNGAN_API void syngan_conditions_free(syngan_conditions *conditions);

/** One more term of the present way: "column = value" and the like. The value
 *  is written as a cell of the column.
 *  @return SYNGAN_OK, SYNGAN_E_ARGUMENT (NULL, an empty name, no comparison) or
 *  SYNGAN_E_MEMORY; so do the three below. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_conditions_add(syngan_conditions *conditions, const char *column,
                      syngan_comparison comparison, const char *value);
/** "column in low .. high", both included. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_conditions_add_range(syngan_conditions *conditions, const char *column,
                            const char *low, const char *high);
/** "column in (value, ...)"; "not in" if `inside` is 0. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_conditions_add_values(
    syngan_conditions *conditions, const char *column,
    const char *const *values, size_t count, int32_t inside);
/** "column is missing"; "is not missing" if `missing` is 0. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_conditions_add_missing(
    syngan_conditions *conditions, const char *column, int32_t missing);
/** Begins another way: a row satisfies what was added until now, or all of what
 *  follows.
 *  @return SYNGAN_OK, SYNGAN_E_STATE (the present way has no term yet) or
 *  SYNGAN_E_MEMORY. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_conditions_or(syngan_conditions *conditions);

/** The conditions as a text, which lives until the next call with them; "" if
 *  there is no term. A way without terms is left out. NULL: `conditions` is. */
SYNGAN_API const char *
syngan_conditions_text(const syngan_conditions *conditions);

#ifdef __cplusplus
}
#endif
#endif

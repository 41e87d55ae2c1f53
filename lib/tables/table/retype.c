/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables under another schema.
 */
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "table/schema.h"
#include "table/stored.h"

/* Whether the values may stay, under another type or form. */
static bool values_stay(const sg_column *column, const sg_wish *wish) {
    const sg_column_type *type = sg_column_types[wish->type];
    return column->type == wish->type ||
           (type->storage == SG_STORE_CODES && !type->is_pair &&
            sg_column_has_codes(column));
}

/* What values go out as is what the wish says or, as far as it can be, what
 * they came in as. */
static void set_stored(sg_column *column, const sg_wish *wish,
                       const char *before) {
    const char *stored = wish->stored[0] != '\0' ? wish->stored : before;
    bool own = sg_stored_is_own(stored, wish->type);
    bool fits = stored[0] != '\0' && !own && sg_stored_fits(stored, wish->type);
    if (stored == column->stored && fits) return;
    memset(column->stored, 0, sizeof column->stored);
    if (fits) memcpy(column->stored, stored, strlen(stored) + 1);
}

/* The form that the wish has: digits behind the point, format of times. */
static syngan_status set_form(syngan_context *context, sg_column *column,
                              const sg_wish *wish) {
    column->type = wish->type;
    set_stored(column, wish, column->stored);
    if (wish->decimals != SG_AS_TEXTS_HAVE) column->decimals = wish->decimals;
    if (wish->format == NULL) return SYNGAN_OK;
    char *format = sg_strdup(context, wish->format);
    if (format == NULL) return sg_fail_memory(context, "a column", 1);
    sg_free(context, column->format);
    column->format = format;
    return SYNGAN_OK;
}

syngan_status sg_column_retype(syngan_context *context, const sg_column *from,
                               int64_t rows, const sg_wish *wish,
                               const char *marks, const sg_origin *origin,
                               sg_column *out) {
    sg_cells cells;
    sg_wish plain = *wish;
    bool numbers = sg_wish_is_number(wish) && sg_column_is_number(from);
    if (numbers) plain.format = "#";
    sg_cells_start(&cells, context);
    syngan_status status = sg_cells_put_column(&cells, from, rows, numbers);
    if (status != SYNGAN_OK) {
        sg_cells_end(&cells);
        return status;
    }
    SG_TRY(sg_infer_column(&cells, from->name, &plain, marks, origin, out));
    if (numbers) status = set_form(context, out, wish);
    if (status != SYNGAN_OK) {
        sg_column_end(context, out);
        return status;
    }
    out->missing = 0;
    for (int64_t row = 0; row < rows; row++)
        out->missing += sg_column_is_missing(out, row);
    return SYNGAN_OK;
}

static syngan_status retype(syngan_table *table, sg_column *column,
                            const sg_wish *wish, const char *marks) {
    static const sg_origin origin = {.name = "table"};
    sg_column made;
    if (values_stay(column, wish) &&
        (marks == NULL || !sg_column_has_codes(column)))
        return set_form(table->context, column, wish);
    if (marks == NULL) marks = table->missing_marks;
    if (marks == NULL) marks = SG_USUAL_MARKS;
    SG_TRY(sg_column_retype(table->context, column, table->rows, wish, marks,
                            &origin, &made));
    set_stored(&made, wish, column->stored);
    sg_column_end(table->context, column);
    *column = made;
    return SYNGAN_OK;
}

static syngan_status with_schema(syngan_table *table, const sg_schema *schema) {
    static const sg_origin origin = {.name = "table"};
    const char *marks = sg_schema_marks(schema);
    for (size_t i = 0; i < table->n_columns; i++) {
        sg_wish wish = sg_schema_wish(schema, table->columns[i].name);
        if (wish.type != 0)
            SG_TRY(retype(table, &table->columns[i], &wish, marks));
    }
    if (marks != NULL) {
        char *copy = sg_strdup(table->context, marks);
        if (copy == NULL) return sg_fail_memory(table->context, "a table", 1);
        sg_free(table->context, table->missing_marks);
        table->missing_marks = copy;
    }
    return sg_schema_apply(schema, table, &origin);
}

syngan_status syngan_table_with_schema(const syngan_table *table,
                                       const char *schema, syngan_table **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (table == NULL) return SYNGAN_E_ARGUMENT;
    if (out == NULL || schema == NULL)
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "syngan_table_with_schema: `%s` is NULL",
                       out == NULL ? "out" : "schema");
    sg_schema *parsed;
    syngan_table *made = NULL;
    SG_TRY(sg_schema_parse(table->context, schema, &parsed));
    syngan_status status = sg_table_copy(table, &made);
    if (status == SYNGAN_OK) status = with_schema(made, parsed);
    sg_schema_free(parsed);
    if (status == SYNGAN_OK)
        *out = made;
    else
        syngan_table_free(made);
    return status;
}

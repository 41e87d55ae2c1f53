/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema of a table as JSON text.
 */
#include <math.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "file/json.h"
#include "table/infer.h"

static void put_column(sg_json_writer *writer, const sg_column *column) {
    sg_json_open_object(writer, NULL);
    sg_json_put_string(writer, "name", column->name);
    sg_json_put_string(writer, "type", sg_column_type_name(column->type));
    if (sg_type_of(column)->has_decimals)
        sg_json_put_i64(writer, "decimals", column->decimals);
    if (column->format != NULL)
        sg_json_put_string(writer, "format", column->format);
    if (column->stored[0] != '\0')
        sg_json_put_string(writer, "arrow", column->stored);
    sg_json_close_object(writer);
}

static void put_marks(sg_json_writer *writer, const char *marks) {
    sg_json_open_array(writer, "missing");
    for (const char *at = marks + strspn(marks, " "); *at != '\0';
         at += strspn(at, " ")) {
        char mark[SG_MARK_TEXT];
        size_t size = strcspn(at, " ");
        memcpy(mark, at, size);
        mark[size] = '\0';
        sg_json_put_string(writer, NULL, mark);
        at += size;
    }
    sg_json_close_array(writer);
}

static void put_bound(sg_json_writer *writer, const char *key, double bound,
                      const sg_column *column) {
    char text[256];
    if (!isfinite(bound)) return;
    if (sg_column_is_number(column)) {
        sg_json_put_f64(writer, key, bound);
        return;
    }
    int64_t value = (int64_t)bound;
    const sg_column one = {
        .type = column->type, .format = column->format, .integers = &value};
    sg_column_text(&one, 0, text, sizeof text);
    sg_json_put_string(writer, key, text);
}

static void put_constraint(sg_json_writer *writer, const syngan_table *table,
                           const sg_constraint *constraint) {
    static const char *const kinds[] = {[SG_CONSTRAINT_GREATER] = "greater",
                                        [SG_CONSTRAINT_RANGE] = "range",
                                        [SG_CONSTRAINT_FIXED] = "fixed",
                                        [SG_CONSTRAINT_UNIQUE] = "unique"};
    const sg_column *first = &table->columns[constraint->columns[0]];
    sg_json_open_object(writer, NULL);
    sg_json_put_string(writer, "kind", kinds[constraint->kind]);
    if (constraint->kind == SG_CONSTRAINT_GREATER) {
        sg_json_put_string(writer, "high",
                           table->columns[constraint->columns[1]].name);
        sg_json_put_string(writer, "low", first->name);
        if (constraint->strict) sg_json_put_bool(writer, "strict", true);
    } else if (constraint->kind == SG_CONSTRAINT_RANGE) {
        sg_json_put_string(writer, "column", first->name);
        put_bound(writer, "low", constraint->low, first);
        put_bound(writer, "high", constraint->high, first);
    } else {
        sg_json_open_array(writer, "columns");
        for (int32_t i = 0; i < constraint->n_columns; i++)
            sg_json_put_string(writer, NULL,
                               table->columns[constraint->columns[i]].name);
        sg_json_close_array(writer);
    }
    sg_json_close_object(writer);
}

static void put_table(sg_json_writer *writer, const syngan_table *table) {
    sg_json_open_object(writer, NULL);
    sg_json_open_array(writer, "columns");
    for (size_t i = 0; i < table->n_columns; i++)
        put_column(writer, &table->columns[i]);
    sg_json_close_array(writer);
    if (table->missing_marks != NULL) put_marks(writer, table->missing_marks);
    if (table->constraints.count > 0) {
        sg_json_open_array(writer, "constraints");
        for (size_t i = 0; i < table->constraints.count; i++)
            put_constraint(writer, table, &table->constraints.item[i]);
        sg_json_close_array(writer);
    }
    if (table->key >= 0)
        sg_json_put_string(writer, "key", table->columns[table->key].name);
    if (table->order >= 0)
        sg_json_put_string(writer, "order", table->columns[table->order].name);
    sg_json_close_object(writer);
}

size_t syngan_table_schema(const syngan_table *table, char *text, size_t size) {
    SG_OWN_FLOATS;
    char *all = NULL;
    size_t length = 0;
    if (size > 0) text[0] = '\0';
    if (table == NULL) return 0;
    sg_json_writer writer;
    sg_json_start(&writer, table->context);
    put_table(&writer, table);
    if (sg_json_finish(&writer, &all, &length) != SYNGAN_OK) return 0;
    if (size > 0) {
        size_t part = length < size ? length : size - 1;
        memcpy(text, all, part);
        text[part] = '\0';
    }
    sg_free(table->context, all);
    return length;
}

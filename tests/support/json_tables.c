/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from JSON.
 */
#include "support/json_tables.h"

#include <math.h>
#include <stdio.h>

#include "support/folder.h"
#include "support/test.h"
#include "table/table.h"

sg_json *tables_open(syngan_context *context, const char *name) {
    char path[FOLDER_PATH_MAX];
    snprintf(path, sizeof path, SYNGAN_TEST_FIXTURES "/%s", name);
    size_t size;
    char *text = file_read(path, &size);
    assert_non_null(text);
    sg_json *json = NULL;
    assert_ok(context, sg_json_parse(context, name, text, size, &json));
    free(text);
    return json;
}

static void add_texts(syngan_table *table, const char *name, int32_t type,
                      sg_json_value values, size_t rows) {
    const char **texts = calloc(rows + 1, sizeof *texts);
    for (size_t i = 0; i < rows; i++)
        if (sg_json_present(sg_json_item(values, i)))
            assert_ok(table->context,
                      sg_json_read_string(sg_json_item(values, i), &texts[i]));
    assert_ok(table->context, syngan_table_add_texts(table, name, type, texts));
    free(texts);
}

static void add_numbers(syngan_table *table, const char *name, int32_t type,
                        sg_json_value values, size_t rows) {
    double *reals = calloc(rows + 1, sizeof *reals);
    int64_t *integers = calloc(rows + 1, sizeof *integers);
    for (size_t i = 0; i < rows; i++) {
        sg_json_value item = sg_json_item(values, i);
        reals[i] = NAN;
        integers[i] = SYNGAN_MISSING;
        if (!sg_json_present(item)) continue;
        if (type == SYNGAN_COLUMN_REAL)
            assert_ok(table->context, sg_json_read_f64(item, &reals[i]));
        else
            assert_ok(
                table->context,
                sg_json_read_i64(item, INT64_MIN, INT64_MAX, &integers[i]));
    }
    syngan_status status =
        type == SYNGAN_COLUMN_REAL ? syngan_table_add_reals(table, name, reals)
        : type == SYNGAN_COLUMN_INTEGER
            ? syngan_table_add_integers(table, name, integers)
            : syngan_table_add_times(table, name, integers, NULL);
    assert_ok(table->context, status);
    free(integers);
    free(reals);
}

syngan_table *tables_from_json(syngan_context *context, sg_json_value columns) {
    size_t count = 0, rows = 0;
    assert_ok(context, sg_json_read_array(columns, &count));
    syngan_table *table = NULL;
    for (size_t c = 0; c < count; c++) {
        sg_json_value column = sg_json_item(columns, c);
        sg_json_value values = sg_json_member(column, "values");
        const char *name, *type_name;
        assert_ok(context,
                  sg_json_read_string(sg_json_member(column, "name"), &name));
        assert_ok(context, sg_json_read_string(sg_json_member(column, "type"),
                                               &type_name));
        assert_ok(context, sg_json_read_array(values, &rows));
        if (c == 0)
            assert_ok(context,
                      syngan_table_create(context, (int64_t)rows, &table));
        const sg_column_type *type = sg_column_type_find(type_name);
        if (type->storage == SG_STORE_CODES)
            add_texts(table, name, type->id, values, rows);
        else
            add_numbers(table, name, type->id, values, rows);
    }
    return table;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from the cells of a CSV file.
 */
#include <string.h>

#include "base/memory.h"
#include "table/csv_notices.h"

static syngan_status add_columns(sg_csv_scan *s, const sg_wish *wishes,
                                 const sg_csv_look *looks,
                                 syngan_table *table) {
    const sg_origin origin = sg_csv_scan_origin(s);
    for (size_t i = 0; i < s->n_columns; i++) {
        const char *name = sg_dictionary_text(s->names, (int32_t)i);
        sg_cells *cells = sg_csv_scan_cells(s, i);
        sg_wish wish =
            wishes != NULL ? wishes[i] : sg_schema_wish(s->schema, name);
        sg_column column;
        wish.hint = s->hint;
        SG_TRY(looks != NULL
                   ? sg_infer_looked(cells, name, &wish, &looks[i].looks,
                                     &origin, &column)
                   : sg_infer_column(cells, name, &wish, s->marks, &origin,
                                     &column));
        SG_TRY(sg_table_add(table, &column));
    }
    return SYNGAN_OK;
}

static syngan_status fill_table(sg_csv_scan *s, const sg_wish *wishes,
                                const sg_csv_look *looks, syngan_table *table) {
    const sg_origin origin = sg_csv_scan_origin(s);
    SG_TRY(add_columns(s, wishes, looks, table));
    if (strcmp(s->marks, SG_USUAL_MARKS) != 0) {
        table->missing_marks = sg_strdup(s->context, s->marks);
        if (table->missing_marks == NULL)
            return sg_fail_memory(s->context, "a table", strlen(s->marks));
    }
    return sg_schema_apply(s->schema, table, &origin);
}

/* Looks at all cells, and again if some rows are none. */
static syngan_status look_at_rows(sg_csv_scan *s, sg_csv_look **looks) {
    size_t bytes = s->n_columns * sizeof **looks;
    *looks = sg_alloc_zero(s->context, s->n_columns, sizeof **looks);
    if (*looks == NULL) return sg_fail_memory(s->context, s->name, bytes);
    sg_csv_notices notices = {.columns = *looks, .stride = sizeof **looks};
    SG_TRY(sg_csv_notices_take(&notices, s));
    sg_csv_notices_find(&notices);
    if (notices.total) sg_csv_notices_add(&notices, s);
    if (!sg_csv_notices_tell(&notices, s->context, s->name)) return SYNGAN_OK;
    sg_csv_notices_drop(&notices, s);
    memset(*looks, 0, bytes);
    return sg_csv_notices_take(&notices, s);
}

syngan_status sg_csv_scan_table(sg_csv_scan *scan, const sg_wish *wishes,
                                syngan_table **out) {
    syngan_table *table = NULL;
    sg_csv_look *looks = NULL;
    syngan_status status =
        wishes == NULL ? look_at_rows(scan, &looks) : SYNGAN_OK;
    if (status == SYNGAN_OK)
        status = sg_table_make(scan->context, scan->rows, &table);
    if (status == SYNGAN_OK) status = fill_table(scan, wishes, looks, table);
    sg_free(scan->context, looks);
    if (status == SYNGAN_OK)
        *out = table;
    else
        syngan_table_free(table);
    return status;
}

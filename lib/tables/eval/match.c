/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching columns of tables by name, and bringing them into one form.
 */
#include "eval/match.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "table/schema.h"

static const char *const side_names[] = {"real", "synthetic", "hold-out",
                                         "shuffled"};

/* Integers go with reals and booleans with categories: which of the two a
 * reader infers may depend on the rows. */
static bool types_agree(const sg_column *a, const sg_column *b) {
    sg_comparison as = sg_type_of(a)->comparison;
    return as == sg_type_of(b)->comparison && as != SG_COMPARED_NEVER;
}

/* ---- the form ----------------------------------------------------------- */

/* Squares of what is measured must be finite. */
static syngan_status check_reals(syngan_context *context, int64_t rows,
                                 const sg_column *from, int side) {
    for (int64_t i = 0; i < rows; i++)
        if (fabs(from->reals[i]) > SG_LARGEST)
            return sg_fail(context, SYNGAN_E_ARGUMENT,
                           "evaluate: the %s table, column '%s': row %lld is "
                           "infinite or above 1e150; mark it as missing",
                           side_names[side], from->name, (long long)i);
    return SYNGAN_OK;
}

static syngan_status take_number(syngan_context *context, int64_t rows,
                                 const sg_column *from, int side,
                                 sg_matched *to) {
    if (sg_column_has_reals(from)) {
        to->value[side] = from->reals;
        return check_reals(context, rows, from, side);
    }
    size_t bytes = (size_t)rows * sizeof(double);
    double *value = to->owned[side] = sg_alloc(context, bytes);
    if (value == NULL) return sg_fail_memory(context, "a column", bytes);
    double unit = sg_type_of(from)->scale;
    for (int64_t i = 0; i < rows; i++)
        value[i] = from->integers[i] == SYNGAN_MISSING
                       ? NAN
                       : (double)from->integers[i] * unit;
    to->value[side] = value;
    return SYNGAN_OK;
}

/* Codes of the real table stay as they are; new texts come behind. */
static syngan_status take_codes(syngan_context *context, int64_t rows,
                                const sg_column *from, int side,
                                sg_matched *to) {
    if (from->words == to->words) {
        to->code[side] = from->codes;
        return SYNGAN_OK;
    }
    int32_t count = from->words->count;
    size_t bytes = (size_t)rows * sizeof(int32_t);
    size_t map_bytes = (size_t)count * sizeof(int32_t);
    int32_t *map = sg_alloc(context, map_bytes);
    int32_t *code = to->owned[side] = sg_alloc(context, bytes);
    syngan_status status = SYNGAN_OK;
    if (map == NULL || code == NULL)
        status = sg_fail_memory(context, "a column", bytes + map_bytes);
    if (status == SYNGAN_OK) status = sg_check_cancelled(context, "evaluate");
    for (int32_t k = 0; k < count && status == SYNGAN_OK; k++)
        status =
            sg_dictionary_add(to->words, sg_dictionary_text(from->words, k),
                              sg_dictionary_size(from->words, k), &map[k]);
    for (int64_t i = 0; i < rows && status == SYNGAN_OK; i++)
        code[i] = from->codes[i] < 0 ? -1 : map[from->codes[i]];
    sg_free(context, map);
    to->code[side] = code;
    return status;
}

/* One dictionary for all sides: the real one if all have it. */
static syngan_status take_words(syngan_context *context,
                                const sg_column *const from[SG_SIDES],
                                sg_matched *to) {
    bool same = true;
    for (int side = SG_SYNTHETIC; side < SG_SIDES; side++)
        if (from[side] != NULL && from[side]->words != from[SG_REAL]->words)
            same = false;
    if (same) {
        to->words = sg_dictionary_retain(from[SG_REAL]->words);
        return SYNGAN_OK;
    }
    to->words = sg_dictionary_make(context);
    return to->words != NULL
               ? SYNGAN_OK
               : sg_fail_memory(context, "a dictionary", sizeof *to->words);
}

static syngan_status take(sg_match *match, const sg_column *const from[],
                          sg_matched *to) {
    syngan_context *context = match->context;
    to->name = from[SG_REAL]->name;
    to->type = from[SG_REAL]->type;
    to->number = !sg_column_has_codes(from[SG_REAL]);
    to->path = sg_report_path(context, to->name);
    if (to->path == NULL)
        return sg_fail_memory(context, "a name", strlen(to->name));
    if (!to->number) SG_TRY(take_words(context, from, to));
    for (int side = 0; side < SG_SIDES; side++) {
        if (from[side] == NULL) continue;
        to->missing[side] = from[side]->missing;
        if (to->number)
            SG_TRY(
                take_number(context, match->rows[side], from[side], side, to));
        else
            SG_TRY(
                take_codes(context, match->rows[side], from[side], side, to));
    }
    return SYNGAN_OK;
}

/* ---- columns in common -------------------------------------------------- */

/* Marks of missing values, those of the real table where another has none. */
static const char *marks_of(const syngan_table *real,
                            const syngan_table *table) {
    return table->missing_marks != NULL  ? table->missing_marks
           : real->missing_marks != NULL ? real->missing_marks
                                         : SG_USUAL_MARKS;
}

/* A column as one of the real column's type and form. */
static syngan_status retype(const syngan_table *real_table,
                            const syngan_table *table, const sg_column *real,
                            const sg_column *from, const char *name,
                            sg_column *out) {
    const sg_wish wish = {.type = real->type,
                          .decimals = SG_AS_TEXTS_HAVE,
                          .format = real->format};
    return sg_column_retype(table->context, from, table->rows, &wish,
                            marks_of(real_table, table),
                            &(const sg_origin){.name = name}, out);
}

/* Whether some mark is a number, as -999 is: only such are among numbers. */
static bool has_number(const char *marks) {
    sg_number_form form;
    for (const char *at = marks; *at != '\0'; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        if (sg_number_scan(at, size, &form)) return true;
        at += size;
    }
    return false;
}

/* Whether a column whose type agrees is read otherwise all the same: where day
 * and month may change places, each file alone can be taken for both. */
static bool reads_otherwise(const syngan_table *real_table,
                            const syngan_table *table, const sg_column *real,
                            const sg_column *from) {
    if (sg_column_is_time(real)) return strcmp(real->format, from->format) != 0;
    const char *marks = real_table->missing_marks;
    return marks != NULL && table->missing_marks == NULL &&
           (sg_column_has_codes(from) || has_number(marks));
}

static void note_types(const sg_column *real, const sg_column *other, int side,
                       const char *how, syngan_report *report) {
    sg_report_note(report,
                   "Column '%s' is compared %s: it is of type %s in the real "
                   "and %s in the %s table",
                   real->name, how, sg_column_type_name(real->type),
                   sg_column_type_name(other->type), side_names[side]);
}

static void note_agreeing(const sg_column *real, const sg_column *other,
                          int side, syngan_report *report) {
    if (real->type != other->type)
        note_types(real, other, side,
                   sg_column_has_codes(real) ? "as texts" : "as numbers",
                   report);
}

/* Retypes a column, or, unless its type agrees, leaves it out. */
static syngan_status adapt(const syngan_table *const tables[], int side,
                           sg_matched *to, const sg_column **from, bool agrees,
                           syngan_report *report) {
    const sg_column *real = to->real, *other = *from;
    sg_error_text before, reason;
    sg_error_keep(report->context, &before);
    syngan_status status = retype(tables[SG_REAL], tables[side], real, other,
                                  side_names[side], &to->retyped[side]);
    if (status != SYNGAN_OK && status != SYNGAN_E_FORMAT) return status;
    sg_error_keep(report->context, &reason);
    sg_error_put_back(report->context, &before);
    if (status == SYNGAN_OK) {
        *from = &to->retyped[side];
        if (!agrees)
            note_types(real, other, side, "as in the real table", report);
        else if (sg_column_is_time(real))
            sg_report_note(report,
                           "Column '%s' of the %s table is read as \"%s\", "
                           "like that of the real table",
                           real->name, side_names[side], real->format);
    } else if (!agrees) {
        *from = NULL;
        sg_report_leave_out(
            report, real->name,
            "it is of type %s in the real and %s in the %s table (%s)",
            sg_column_type_name(real->type), sg_column_type_name(other->type),
            side_names[side], reason.text);
    }
    return SYNGAN_OK;
}

/* *from: the column of a table that is like the real one, retyped if need be;
 * NULL if there is none, which a note says. */
static syngan_status find_one(const syngan_table *const tables[], int side,
                              sg_matched *to, const sg_column **from,
                              syngan_report *report) {
    const syngan_table *table = tables[side];
    const sg_column *real = to->real;
    int64_t at = syngan_table_find(table, real->name);
    *from = at < 0 ? NULL : &table->columns[at];
    if (at < 0) {
        sg_report_leave_out(report, real->name,
                            "the %s table has none of this name",
                            side_names[side]);
        return SYNGAN_OK;
    }
    bool agrees = types_agree(real, *from);
    if (!agrees || reads_otherwise(tables[SG_REAL], table, real, *from))
        return adapt(tables, side, to, from, agrees, report);
    note_agreeing(real, *from, side, report);
    return SYNGAN_OK;
}

/* *all: whether all tables have a column like the real one. */
static syngan_status find_all(const syngan_table *const tables[], size_t index,
                              sg_matched *to, const sg_column *from[],
                              syngan_report *report, bool *all) {
    const sg_column *real = &tables[SG_REAL]->columns[index];
    from[SG_REAL] = to->real = real;
    *all = sg_type_of(real)->comparison != SG_COMPARED_NEVER;
    if (!*all)
        sg_report_leave_out(report, real->name,
                            real->type == SYNGAN_COLUMN_TEXT
                                ? "it is free text"
                                : "it holds identifiers");
    for (int side = SG_SYNTHETIC; side < SG_SIDES && *all; side++) {
        from[side] = NULL;
        if (tables[side] == NULL) continue;
        SG_TRY(find_one(tables, side, to, &from[side], report));
        *all = from[side] != NULL;
    }
    return SYNGAN_OK;
}

static void end_matched(syngan_context *context, sg_matched *column) {
    for (int side = 0; side < SG_SIDES; side++) {
        sg_free(context, column->owned[side]);
        sg_column_end(context, &column->retyped[side]);
    }
    sg_dictionary_release(column->words);
    sg_free(context, column->path);
    *column = (sg_matched){0};
}

static void note_others(const syngan_table *real, const syngan_table *other,
                        syngan_report *report) {
    for (size_t i = 0; i < other->n_columns; i++)
        if (syngan_table_find(real, other->columns[i].name) < 0)
            sg_report_leave_out(report, other->columns[i].name,
                                "only the synthetic table has it");
}

syngan_status sg_match_make(const syngan_table *const tables[SG_SIDES],
                            int64_t key, syngan_report *report, sg_match *out) {
    const syngan_table *real = tables[SG_REAL];
    syngan_context *context = real->context;
    *out = (sg_match){.context = context};
    for (int side = 0; side < SG_SIDES; side++)
        out->rows[side] = tables[side] == NULL ? 0 : tables[side]->rows;
    out->column = sg_alloc_zero(context, real->n_columns, sizeof *out->column);
    if (out->column == NULL)
        return sg_fail_memory(context, "columns",
                              real->n_columns * sizeof *out->column);
    for (size_t i = 0; i < real->n_columns; i++) {
        const sg_column *from[SG_SIDES];
        if ((int64_t)i == key) continue;
        if (sg_is_cancelled(context))
            return sg_fail(context, SYNGAN_E_CANCELLED, "evaluate: cancelled");
        sg_matched *to = &out->column[out->count++];
        bool all;
        SG_TRY(find_all(tables, i, to, from, report, &all));
        if (all)
            SG_TRY(take(out, from, to));
        else
            end_matched(context, &out->column[--out->count]);
    }
    note_others(real, tables[SG_SYNTHETIC], report);
    if (out->count > 0) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_MISMATCH,
                   "evaluate: the tables have no column in common that can be "
                   "compared; columns are matched by name and type");
}

void sg_match_end(sg_match *match) {
    if (match->context == NULL) return;
    for (size_t i = 0; match->column != NULL && i < match->count; i++)
        end_matched(match->context, &match->column[i]);
    sg_free(match->context, match->column);
    *match = (sg_match){0};
}

syngan_status sg_match_view(const sg_match *match, int side,
                            const syngan_table *table, syngan_table *view) {
    *view = (syngan_table){.context = table->context,
                           .rows = table->rows,
                           .n_columns = table->n_columns,
                           .names = table->names,
                           .key = table->key,
                           .order = table->order};
    size_t bytes = table->n_columns * sizeof *view->columns;
    view->columns = sg_alloc(match->context, bytes);
    if (view->columns == NULL)
        return sg_fail_memory(match->context, "columns", bytes);
    memcpy(view->columns, table->columns, bytes);
    for (size_t i = 0; i < match->count; i++) {
        const sg_matched *column = &match->column[i];
        if (column->retyped[side].name == NULL) continue;
        view->columns[syngan_table_find(table, column->name)] =
            column->retyped[side];
    }
    return SYNGAN_OK;
}

int64_t sg_match_find(const sg_match *match, const char *name) {
    for (size_t i = 0; i < match->count; i++)
        if (strcmp(match->column[i].name, name) == 0) return (int64_t)i;
    return -1;
}

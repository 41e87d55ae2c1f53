/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table handle: making, looking, choosing rows.
 */
#include "table/table.h"

#include <math.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/random.h"
#include "table/group.h"
#include "table/time.h"

/* ---- making ------------------------------------------------------------- */

syngan_status sg_table_make(syngan_context *context, int64_t rows,
                            syngan_table **out) {
    syngan_table *table = sg_alloc_zero(context, 1, sizeof *table);
    *out = table;
    if (table == NULL) return sg_fail_memory(context, "a table", sizeof *table);
    atomic_init(&table->references, 1);
    table->context = context;
    table->rows = rows;
    table->key = table->order = -1;
    sg_context_retain(context);
    return SYNGAN_OK;
}

syngan_table *sg_table_retain(syngan_table *table) {
    atomic_fetch_add(&table->references, 1);
    return table;
}

void syngan_table_free(syngan_table *table) {
    if (table == NULL || atomic_fetch_sub(&table->references, 1) != 1) return;
    syngan_context *context = table->context;
    for (size_t i = 0; i < table->n_columns; i++)
        sg_column_end(context, &table->columns[i]);
    sg_free(context, table->columns);
    sg_dictionary_release(table->names);
    sg_constraints_end(context, &table->constraints);
    sg_free(context, table->missing_marks);
    sg_free(context, table);
    sg_context_release(context);
}

static syngan_status add_name(syngan_table *table, const char *name) {
    int32_t code;
    if (table->names == NULL) table->names = sg_dictionary_make(table->context);
    if (table->names == NULL)
        return sg_fail_memory(table->context, "a table", sizeof *table->names);
    SG_TRY(sg_dictionary_add(table->names, name, strlen(name), &code));
    if ((size_t)code == table->n_columns) return SYNGAN_OK;
    return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                   "table: there are two columns named '%s'; names must differ",
                   name);
}

static syngan_status add(syngan_table *table, sg_column *column) {
    void *array = table->columns;
    if (column->name == NULL ||
        !sg_reserve(table->context, &array, &table->column_capacity,
                    table->n_columns, sizeof *table->columns))
        return sg_fail_memory(table->context, "a table", sizeof *column);
    table->columns = array;
    SG_TRY(add_name(table, column->name));
    column->missing = sg_column_count_missing(column, table->rows);
    table->columns[table->n_columns++] = *column;
    *column = (sg_column){0};
    return SYNGAN_OK;
}

syngan_status sg_table_add(syngan_table *table, sg_column *column) {
    syngan_status status = add(table, column);
    if (status != SYNGAN_OK) sg_column_end(table->context, column);
    return status;
}

syngan_status sg_table_add_empty(syngan_table *table, const sg_column *form) {
    sg_column column;
    SG_TRY(sg_column_start(table->context, form, table->rows, &column));
    syngan_status status = sg_column_has_codes(form)
                               ? sg_column_empty_words(table->context, &column)
                               : SYNGAN_OK;
    if (status == SYNGAN_OK) return sg_table_add(table, &column);
    sg_column_end(table->context, &column);
    return status;
}

syngan_status syngan_table_create(syngan_context *context, int64_t rows,
                                  syngan_table **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (out == NULL || rows < 0)
        return sg_fail(context, SYNGAN_E_ARGUMENT, "syngan_table_create: %s",
                       out == NULL ? "`out` is NULL"
                                   : "the number of rows is below 0");
    return sg_table_make(context, rows, out);
}

/* A copy of a column's values in a column of its own. */
static syngan_status add_numbers(syngan_table *table, const char *name,
                                 int32_t type, const void *values,
                                 const char *format) {
    if (table == NULL) return SYNGAN_E_ARGUMENT;
    if (name == NULL || (values == NULL && table->rows > 0))
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "table: a column needs a name and values");
    const sg_format_kind *kind = sg_column_types[type]->format;
    if (format == NULL) format = kind->standard;
    if (format != NULL && !kind->valid(format))
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "table: column '%s': \"%s\" is no %s", name, format,
                       kind->what);
    size_t bytes = (size_t)table->rows * sizeof(int64_t);
    sg_column column = {.type = type, .decimals = -1};
    column.name = sg_strdup(table->context, name);
    column.data = sg_alloc(table->context, bytes);
    if (format != NULL) column.format = sg_strdup(table->context, format);
    if (column.data == NULL || (format != NULL && column.format == NULL)) {
        sg_column_end(table->context, &column);
        return sg_fail_memory(table->context, "a column", bytes);
    }
    if (bytes > 0) memcpy(column.data, values, bytes);
    return sg_table_add(table, &column);
}

syngan_status syngan_table_add_integers(syngan_table *table, const char *name,
                                        const int64_t *values) {
    SG_OWN_FLOATS;
    return add_numbers(table, name, SYNGAN_COLUMN_INTEGER, values, NULL);
}

syngan_status syngan_table_add_reals(syngan_table *table, const char *name,
                                     const double *values) {
    SG_OWN_FLOATS;
    return add_numbers(table, name, SYNGAN_COLUMN_REAL, values, NULL);
}

syngan_status syngan_table_add_times(syngan_table *table, const char *name,
                                     const int64_t *values,
                                     const char *format) {
    SG_OWN_FLOATS;
    return add_numbers(table, name, SYNGAN_COLUMN_TIME, values, format);
}

syngan_status syngan_table_add_durations(syngan_table *table, const char *name,
                                         const int64_t *values,
                                         const char *format) {
    SG_OWN_FLOATS;
    return add_numbers(table, name, SYNGAN_COLUMN_DURATION, values, format);
}

static syngan_status code_texts(const syngan_table *table, sg_column *column,
                                const char *const *values) {
    for (int64_t row = 0; row < table->rows; row++) {
        column->codes[row] = -1;
        if (values[row] != NULL)
            SG_TRY(sg_dictionary_add(column->words, values[row],
                                     strlen(values[row]), &column->codes[row]));
    }
    if (sg_type_of(column)->is_pair && column->words->count > 2)
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "table: column '%s' is boolean, but has %d different "
                       "texts; at most two are expected",
                       column->name, column->words->count);
    return SYNGAN_OK;
}

syngan_status syngan_table_add_texts(syngan_table *table, const char *name,
                                     int32_t type, const char *const *values) {
    SG_OWN_FLOATS;
    if (table == NULL) return SYNGAN_E_ARGUMENT;
    const sg_column_type *row = sg_column_type_at(type);
    sg_column column = {.type = type, .decimals = -1};
    if (name == NULL || (values == NULL && table->rows > 0) || row == NULL ||
        row->storage != SG_STORE_CODES)
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "table: a column of texts needs a name, texts, and one "
                       "of the types boolean, category, identifier and text");
    size_t bytes = (size_t)table->rows * sizeof(int32_t);
    column.name = sg_strdup(table->context, name);
    column.data = sg_alloc(table->context, bytes);
    column.words = sg_dictionary_make(table->context);
    syngan_status status = SYNGAN_OK;
    if (column.name == NULL || column.data == NULL || column.words == NULL)
        status = sg_fail_memory(table->context, "a column", bytes);
    if (status == SYNGAN_OK) status = code_texts(table, &column, values);
    if (status == SYNGAN_OK) return sg_table_add(table, &column);
    sg_column_end(table->context, &column);
    return status;
}

/* ---- choosing rows ------------------------------------------------------ */

/* `rows` may be NULL here and below: all rows. */
static void gather(const sg_column *from, const int64_t *rows, int64_t count,
                   sg_column *to) {
    size_t bytes = (size_t)count * sg_column_step(from);
    if (rows == NULL && bytes > 0) memcpy(to->data, from->data, bytes);
    if (rows == NULL) return;
    for (int64_t i = 0; i < count; i++)
        if (sg_column_has_codes(from))
            to->codes[i] = from->codes[rows[i]];
        else
            to->integers[i] = from->integers[rows[i]];
}

syngan_status sg_table_add_selected(syngan_table *to, const sg_column *from,
                                    const int64_t *rows) {
    syngan_context *context = to->context;
    sg_column column;
    SG_TRY(sg_column_start(context, from, to->rows, &column));
    if (from->note != NULL) column.note = sg_strdup(context, from->note);
    if (from->note != NULL && column.note == NULL) {
        sg_column_end(context, &column);
        return sg_fail_memory(context, "a column", strlen(from->note));
    }
    if (from->words != NULL) column.words = sg_dictionary_retain(from->words);
    gather(from, rows, to->rows, &column);
    return sg_table_add(to, &column);
}

syngan_status sg_table_copy_rest(const syngan_table *from, syngan_table *to) {
    to->key = from->key;
    to->order = from->order;
    SG_TRY(
        sg_constraints_copy(to->context, &from->constraints, &to->constraints));
    if (from->missing_marks == NULL) return SYNGAN_OK;
    to->missing_marks = sg_strdup(to->context, from->missing_marks);
    return to->missing_marks != NULL
               ? SYNGAN_OK
               : sg_fail_memory(to->context, "a table",
                                strlen(from->missing_marks));
}

static syngan_status select_rows(const syngan_table *table, const int64_t *rows,
                                 int64_t count, syngan_table **out) {
    syngan_table *made;
    *out = NULL;
    SG_TRY(sg_table_make(table->context, count, &made));
    syngan_status status = sg_table_copy_rest(table, made);
    for (size_t i = 0; i < table->n_columns && status == SYNGAN_OK; i++) {
        status = sg_check_cancelled(table->context, "table");
        if (status == SYNGAN_OK)
            status = sg_table_add_selected(made, &table->columns[i], rows);
    }
    if (status == SYNGAN_OK)
        *out = made;
    else
        syngan_table_free(made);
    return status;
}

syngan_status sg_table_copy(const syngan_table *table, syngan_table **out) {
    return select_rows(table, NULL, table->rows, out);
}

syngan_status syngan_table_select(const syngan_table *table,
                                  const int64_t *rows, int64_t count,
                                  syngan_table **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (table == NULL) return SYNGAN_E_ARGUMENT;
    if (out == NULL || count < 0 || (rows == NULL && count > 0))
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "syngan_table_select: %s",
                       out == NULL ? "`out` is NULL" : "no rows are given");
    for (int64_t i = 0; i < count; i++)
        if (rows[i] < 0 || rows[i] >= table->rows)
            return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                           "syngan_table_select: there is no row %lld; the "
                           "table has %lld",
                           (long long)rows[i], (long long)table->rows);
    return select_rows(table, rows, count, out);
}

/* Chooses round(share count) of `count` rows, or groups, by chance: selection
 * sampling (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S).
 * `rows` receives the chosen ones from its start, the others from its end on,
 * backwards. */
static int64_t choose_rows(int64_t count, double share, uint64_t seed,
                           int64_t *rows) {
    const sg_random random = {.seed = seed,
                              .stream = sg_stream_id("table split")};
    int64_t wanted = (int64_t)llround(share * (double)count);
    int64_t chosen = 0, others = 0;
    for (int64_t row = 0; row < count; row++) {
        uint64_t left = (uint64_t)(count - row);
        bool take = (int64_t)sg_random_below(&random, (uint64_t)row, left) <
                    wanted - chosen;
        if (take)
            rows[chosen++] = row;
        else
            rows[count - ++others] = row;
    }
    for (int64_t a = chosen, b = count - 1; a < b; a++, b--) {
        int64_t row = rows[a];
        rows[a] = rows[b];
        rows[b] = row;
    }
    return chosen;
}

static syngan_status check_split(const syngan_table *table, double share,
                                 syngan_table **first, syngan_table **second,
                                 const char *where) {
    if (first != NULL) *first = NULL;
    if (second != NULL) *second = NULL;
    if (table == NULL) return SYNGAN_E_ARGUMENT;
    if (first != NULL && second != NULL && share > 0 && share < 1)
        return SYNGAN_OK;
    return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                   "%s: the share is %g, but must be above 0 and below 1, and "
                   "both results must be asked for",
                   where, share);
}

/* The first `chosen` of `all` rows, and the others. */
static syngan_status divide(const syngan_table *table, const int64_t *rows,
                            int64_t chosen, int64_t all, syngan_table **first,
                            syngan_table **second) {
    SG_TRY(syngan_table_select(table, rows, chosen, first));
    syngan_status status =
        syngan_table_select(table, rows + chosen, all - chosen, second);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    syngan_table_free(*first);
    *first = NULL;
    return status;
}

syngan_status syngan_table_split(const syngan_table *table, double share,
                                 uint64_t seed, syngan_table **first,
                                 syngan_table **second) {
    SG_OWN_FLOATS;
    SG_TRY(check_split(table, share, first, second, "syngan_table_split"));
    syngan_context *context = table->context;
    size_t bytes = (size_t)table->rows * sizeof(int64_t);
    int64_t *rows = sg_alloc(context, bytes);
    if (rows == NULL) return sg_fail_memory(context, "a split", bytes);
    int64_t chosen = choose_rows(table->rows, share, seed, rows);
    syngan_status status = sg_check_cancelled(context, "table");
    if (status == SYNGAN_OK)
        status = divide(table, rows, chosen, table->rows, first, second);
    sg_free(context, rows);
    return status;
}

/* Rows of the groups that are chosen, ascending, then those of the others;
 * `side` has room for a number by group, and one by row. */
static int64_t choose_groups(const syngan_table *table, const sg_groups *groups,
                             double share, uint64_t seed, int64_t *side,
                             int64_t *rows, int64_t *all) {
    int64_t *chosen = side + groups->count, taken = 0;
    int64_t n = choose_rows(groups->count, share, seed, side);
    for (int64_t row = 0; row < table->rows; row++)
        chosen[row] = -1;
    for (int64_t i = 0; i < groups->count; i++)
        for (int64_t k = groups->first[side[i]]; k < groups->first[side[i] + 1];
             k++)
            chosen[groups->rows[k]] = i < n;
    *all = 0;
    for (int64_t which = 1; which >= 0; which--) {
        for (int64_t row = 0; row < table->rows; row++)
            if (chosen[row] == which) rows[(*all)++] = row;
        if (which == 1) taken = *all;
    }
    return taken;
}

syngan_status syngan_table_split_groups(const syngan_table *table,
                                        const char *key, double share,
                                        uint64_t seed, syngan_table **first,
                                        syngan_table **second) {
    SG_OWN_FLOATS;
    int64_t column, all;
    sg_groups groups;
    SG_TRY(
        check_split(table, share, first, second, "syngan_table_split_groups"));
    SG_TRY(sg_find_column(table, key, table->key, &column));
    if (column < 0)
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "syngan_table_split_groups: no key is given, and the "
                       "table has none");
    SG_TRY(sg_groups_make(table, column, -1, &groups));
    size_t bytes =
        (2 * (size_t)table->rows + (size_t)groups.count) * sizeof(int64_t);
    int64_t *rows = sg_alloc(table->context, bytes);
    syngan_status status = SYNGAN_OK;
    if (rows == NULL) {
        status = sg_fail_memory(table->context, "a split", bytes);
    } else {
        int64_t chosen = choose_groups(table, &groups, share, seed,
                                       rows + table->rows, rows, &all);
        status = divide(table, rows, chosen, all, first, second);
    }
    sg_free(table->context, rows);
    sg_groups_end(&groups);
    return status;
}

/* ---- looking ------------------------------------------------------------ */

static const sg_column *column_at(const syngan_table *table, size_t column) {
    return table == NULL || column >= table->n_columns
               ? NULL
               : &table->columns[column];
}

int64_t syngan_table_rows(const syngan_table *table) {
    return table == NULL ? 0 : table->rows;
}

size_t syngan_table_columns(const syngan_table *table) {
    return table == NULL ? 0 : table->n_columns;
}

int64_t syngan_table_find(const syngan_table *table, const char *name) {
    return table == NULL || name == NULL || table->names == NULL
               ? -1
               : sg_dictionary_find(table->names, name, strlen(name));
}

syngan_status sg_find_column(const syngan_table *table, const char *name,
                             int64_t standard, int64_t *out) {
    *out = name == NULL ? standard : syngan_table_find(table, name);
    if (name == NULL || *out >= 0) return SYNGAN_OK;
    return sg_fail(table->context, SYNGAN_E_NOT_FOUND,
                   "table: there is no column '%s'", name);
}

const char *syngan_table_name(const syngan_table *table, size_t column) {
    const sg_column *c = column_at(table, column);
    return c == NULL ? NULL : c->name;
}

int32_t syngan_table_type(const syngan_table *table, size_t column) {
    const sg_column *c = column_at(table, column);
    return c == NULL ? 0 : c->type;
}

const char *syngan_table_note(const syngan_table *table, size_t column) {
    const sg_column *c = column_at(table, column);
    return c == NULL ? NULL : c->note;
}

int64_t syngan_table_missing(const syngan_table *table, size_t column) {
    const sg_column *c = column_at(table, column);
    return c == NULL ? 0 : c->missing;
}

const int64_t *syngan_table_integers(const syngan_table *table, size_t column) {
    const sg_column *c = column_at(table, column);
    return c != NULL && sg_type_of(c)->storage == SG_STORE_INTEGERS
               ? c->integers
               : NULL;
}

const double *syngan_table_reals(const syngan_table *table, size_t column) {
    const sg_column *c = column_at(table, column);
    return c != NULL && sg_column_has_reals(c) ? c->reals : NULL;
}

const int32_t *syngan_table_codes(const syngan_table *table, size_t column) {
    const sg_column *c = column_at(table, column);
    return c != NULL && sg_column_has_codes(c) ? c->codes : NULL;
}

size_t syngan_table_text_count(const syngan_table *table, size_t column) {
    const sg_column *c = column_at(table, column);
    return c == NULL || c->words == NULL ? 0 : (size_t)c->words->count;
}

const char *syngan_table_text(const syngan_table *table, size_t column,
                              int32_t code) {
    const sg_column *c = column_at(table, column);
    bool is_there =
        c != NULL && c->words != NULL && code >= 0 && code < c->words->count;
    return is_there ? sg_dictionary_text(c->words, code) : NULL;
}

size_t syngan_table_cell(const syngan_table *table, int64_t row, size_t column,
                         char *text, size_t size) {
    SG_OWN_FLOATS;
    const sg_column *c = column_at(table, column);
    if (c != NULL && row >= 0 && row < table->rows)
        return sg_column_text(c, row, text, size);
    if (size > 0) text[0] = '\0';
    return 0;
}

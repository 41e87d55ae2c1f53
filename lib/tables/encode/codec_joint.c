/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codecs of columns of "fixed" constraints: the first of such columns is a
 * choice of a combination of values that occurs; the others are its members.
 */
#include <string.h>

#include "base/memory.h"
#include "encode/codec.h"

/* More combinations than this are refused: they would be the rows themselves.
 */
#define ROWS_MOST 1000000

/* ---- cells --------------------------------------------------------------- */

static int64_t cell_of(const sg_column *column, const int32_t *map,
                       int64_t row) {
    int64_t cell;
    if (sg_column_has_codes(column)) {
        int32_t code = column->codes[row];
        return code < 0 ? -1 : map[code];
    }
    if (!sg_column_has_reals(column)) return column->integers[row];
    double v = column->reals[row] + 0.0; /* -0 is 0 */
    if (v != v) v = (double)__builtin_nanf("");
    memcpy(&cell, &v, sizeof cell);
    return cell;
}

int32_t sg_joint_place(const sg_joint_code *code, int32_t column) {
    for (int32_t i = 0; i < code->n_columns; i++)
        if (code->columns[i] == column) return i;
    return -1;
}

int32_t sg_joint_owner(const sg_encoder *encoder, int32_t column) {
    for (int32_t c = 0; c < column; c++)
        if (sg_joint_place(&encoder->codes[c].joint, column) >= 0) return c;
    return -1;
}

void sg_joint_write(const sg_joint_code *code, int32_t row_of_code,
                    int32_t member, sg_column *column, int64_t row) {
    int64_t cell = code->cells[(int64_t)row_of_code * code->n_columns + member];
    if (sg_column_has_codes(column))
        column->codes[row] = (int32_t)cell;
    else
        memcpy(&column->integers[row], &cell, sizeof cell);
}

/* ---- the table of combinations --------------------------------------------
 */

static bool has_cells(const void *user, int32_t number, const void *key) {
    const sg_joint_code *code = user;
    return memcmp(code->cells + (int64_t)number * code->n_columns, key,
                  (size_t)code->n_columns * sizeof *code->cells) == 0;
}

static sg_index index_of(syngan_context *context, const sg_joint_code *code) {
    return (sg_index){.context = context, .equal = has_cells, .user = code};
}

static uint64_t hash_cells(const sg_index *index, const int64_t *cells) {
    const sg_joint_code *code = index->user;
    return sg_hash(&index->context->hash_key, cells,
                   (size_t)code->n_columns * sizeof *cells);
}

/* The number of the combination in h->cells, a new one if it is not there. */
static bool add_combination(sg_joint_table *h, int32_t *out) {
    uint64_t hash = hash_cells(&h->index, h->cells);
    *out = sg_index_find(&h->index, hash, h->cells);
    if (*out >= 0) return true;
    size_t bytes = (size_t)h->code->n_columns * sizeof *h->cells;
    void *array = h->code->cells;
    if (!sg_reserve(h->context, &array, &h->capacity, (size_t)h->code->n_rows,
                    bytes))
        return false;
    h->code->cells = array;
    memcpy(h->code->cells + (int64_t)h->code->n_rows * h->code->n_columns,
           h->cells, bytes);
    if (!sg_index_add(&h->index, hash, h->code->n_rows)) return false;
    *out = h->code->n_rows++;
    return true;
}

/* ---- fitting and finding ---------------------------------------------------
 */

/* Counts the combination of a row, a new one from 0. */
static bool count_row(sg_joint_table *h) {
    int32_t before = h->code->n_rows, at;
    if (!add_combination(h, &at)) return false;
    if (at == before) {
        void *array = h->count;
        if (!sg_reserve(h->context, &array, &h->count_capacity, (size_t)before,
                        sizeof *h->count))
            return false;
        h->count = array;
        h->count[at] = 0;
    }
    h->count[at]++;
    return true;
}

/* The combination of each row, -1 if there is none such. */
static syngan_status find_combinations(const sg_encoding *table,
                                       const sg_joint_code *code,
                                       int32_t *found) {
    syngan_context *context = table->encoder->context;
    sg_index index = index_of(context, code);
    size_t bytes = (size_t)code->n_columns * sizeof(int64_t);
    int64_t *cells = sg_alloc(context, bytes);
    bool ok = cells != NULL;
    for (int32_t i = 0; i < code->n_rows && ok; i++) {
        const int64_t *known = code->cells + (int64_t)i * code->n_columns;
        ok = sg_index_add(&index, hash_cells(&index, known), i);
    }
    for (int64_t row = 0; row < table->rows && ok; row++) {
        if (sg_is_cancelled_at(context, row)) break;
        for (int32_t i = 0; i < code->n_columns; i++)
            cells[i] = cell_of(table->columns[code->columns[i]],
                               table->map[code->columns[i]], row);
        found[row] = sg_index_find(&index, hash_cells(&index, cells), cells);
    }
    sg_free(context, cells);
    sg_index_free(&index);
    return ok ? sg_check_cancelled(context, "table")
              : sg_fail_memory(context, "the combinations of columns", bytes);
}

/* ---- which columns belong together ----------------------------------------
 */

/* Groups of columns, each known by its least one: group[c] is another column of
 * c's group, or c. */
static int32_t group_of(const int32_t *group, int32_t c) {
    while (group[c] != c)
        c = group[c];
    return c;
}

static void join_groups(int32_t *group, int32_t a, int32_t b) {
    a = group_of(group, a);
    b = group_of(group, b);
    if (a < b)
        group[b] = a;
    else
        group[a] = b;
}

/* Columns of a "fixed" constraint belong together, and so do groups that
 * "greater" compares with each other, since only what occurs is sure to hold.
 */
static syngan_status find_groups(const syngan_table *table, int32_t *group,
                                 bool *grouped) {
    for (size_t i = 0; i < table->constraints.count; i++) {
        const sg_constraint *k = &table->constraints.item[i];
        if (k->kind != SG_CONSTRAINT_FIXED || k->n_columns < 2) continue;
        for (int32_t j = 0; j < k->n_columns; j++) {
            const sg_column *column = &table->columns[k->columns[j]];
            if (sg_type_of(column)->comparison == SG_COMPARED_NEVER)
                return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                               "table: column '%s' is of type %s, which is "
                               "not learnt, and can't be in a constraint "
                               "\"fixed\"",
                               column->name, sg_column_type_name(column->type));
            join_groups(group, k->columns[0], k->columns[j]);
            grouped[k->columns[j]] = true;
        }
    }
    for (size_t i = 0; i < table->constraints.count; i++) {
        const sg_constraint *k = &table->constraints.item[i];
        if (k->kind == SG_CONSTRAINT_GREATER && grouped[k->columns[0]] &&
            grouped[k->columns[1]])
            join_groups(group, k->columns[0], k->columns[1]);
    }
    return SYNGAN_OK;
}

/* The columns of the group of c, as those of a joint choice. */
static syngan_status start_joint(sg_encoder *encoder, const int32_t *group,
                                 int32_t c) {
    int32_t n = (int32_t)encoder->n_codes;
    sg_joint_code *joint = &encoder->codes[c].joint;
    size_t bytes = (size_t)n * sizeof *joint->columns;
    joint->columns = sg_alloc(encoder->context, bytes);
    if (joint->columns == NULL)
        return sg_fail_memory(encoder->context, "an encoder", bytes);
    for (int32_t other = c; other < n; other++) {
        if (group_of(group, other) != c) continue;
        joint->columns[joint->n_columns++] = other;
        encoder->codes[other].codec = &sg_codec_member;
    }
    encoder->codes[c].codec = &sg_codec_joint;
    return SYNGAN_OK;
}

static syngan_status set_groups(const syngan_table *table, sg_encoder *encoder,
                                int32_t *group, bool *grouped) {
    int32_t n = (int32_t)encoder->n_codes;
    for (int32_t c = 0; c < n; c++)
        group[c] = c;
    SG_TRY(find_groups(table, group, grouped));
    for (int32_t c = 0; c < n; c++)
        if (grouped[c] && group_of(group, c) == c)
            SG_TRY(start_joint(encoder, group, c));
    return SYNGAN_OK;
}

syngan_status sg_joint_group(const syngan_table *table, sg_encoder *encoder) {
    syngan_context *context = encoder->context;
    size_t n = encoder->n_codes;
    int32_t *group = sg_alloc(context, n * sizeof *group);
    bool *grouped = sg_alloc_zero(context, n, sizeof *grouped);
    syngan_status status =
        group != NULL && grouped != NULL
            ? set_groups(table, encoder, group, grouped)
            : sg_fail_memory(context, "an encoder", n * sizeof *group);
    sg_free(context, group);
    sg_free(context, grouped);
    return status;
}

/* ---- fitting ------------------------------------------------------------- */

static syngan_status grouped_fit(sg_encoder_fitting *f, size_t c) {
    int64_t *count = NULL;
    if (!sg_column_has_codes(&f->table->columns[c])) return SYNGAN_OK;
    syngan_status status = sg_choice_fit_texts(f, c, &count);
    sg_free(f->encoder->context, count);
    return status;
}

static syngan_status joint_begin(sg_encoder_fitting *f, size_t c) {
    syngan_context *context = f->encoder->context;
    sg_joint_code *code = &f->encoder->codes[c].joint;
    size_t bytes = (size_t)code->n_columns * sizeof *code->cells;
    f->all_rows_needed = true;
    f->collected[c].joint = (sg_joint_table){
        .context = context, .code = code, .index = index_of(context, code)};
    f->collected[c].joint.cells = sg_alloc(context, bytes);
    return f->collected[c].joint.cells != NULL
               ? SYNGAN_OK
               : sg_fail_memory(context, "the combinations of columns", bytes);
}

static syngan_status joint_take(sg_encoder_fitting *f, size_t c,
                                const syngan_table *table,
                                int32_t *const *map) {
    sg_joint_table *h = &f->collected[c].joint;
    const sg_joint_code *code = h->code;
    for (int64_t row = 0; row < table->rows; row++) {
        SG_TRY(sg_check_at(h->context, row, "table"));
        for (int32_t i = 0; i < code->n_columns; i++)
            h->cells[i] = cell_of(&table->columns[code->columns[i]],
                                  map[code->columns[i]], row);
        if (!count_row(h))
            return sg_fail_memory(h->context, "the combinations of columns",
                                  (uint64_t)code->n_rows * sizeof *h->cells);
        if (code->n_rows > ROWS_MOST)
            return sg_fail(h->context, SYNGAN_E_ARGUMENT,
                           "table: the columns of the constraint \"fixed\" "
                           "with '%s' have more than %d combinations of "
                           "values, which is too many to learn",
                           table->columns[code->columns[0]].name, ROWS_MOST);
    }
    return SYNGAN_OK;
}

static syngan_status joint_finish(sg_encoder_fitting *f, size_t c) {
    sg_column_code *code = &f->encoder->codes[c];
    int64_t *count = f->collected[c].joint.count;
    f->collected[c].joint.count = NULL;
    if (sg_choice_make(f->encoder->context, count, code->joint.n_rows, false,
                       f->options.max_choices, &code->choice))
        return SYNGAN_OK;
    return sg_fail_memory(f->encoder->context, "the alternatives of columns",
                          (uint64_t)code->joint.n_rows * sizeof *count);
}

static void joint_rows_end(sg_encoder_fitting *f, size_t c) {
    sg_joint_table *h = &f->collected[c].joint;
    if (h->context == NULL) return;
    sg_free(h->context, h->cells);
    sg_index_free(&h->index);
    sg_free(h->context, h->count);
}

static const sg_codec_rows joint_rows = {.begin = joint_begin,
                                         .take = joint_take,
                                         .finish = joint_finish,
                                         .end = joint_rows_end};

/* ---- encoding and decoding ------------------------------------------------
 */

static syngan_status joint_encode(sg_column_encoding *e) {
    const sg_encoding *table = e->table;
    syngan_context *context = table->encoder->context;
    size_t bytes = (size_t)table->rows * sizeof(int32_t);
    int32_t *found = sg_alloc(context, bytes);
    if (found == NULL) return sg_fail_memory(context, "encoded rows", bytes);
    syngan_status status = find_combinations(table, &e->code->joint, found);
    if (status == SYNGAN_OK) sg_choice_encode(e, found);
    sg_free(context, found);
    return status;
}

static void joint_decode(sg_row_decoding *d, size_t c, int32_t alternative) {
    const sg_joint_code *joint = &d->encoder->codes[c].joint;
    int32_t value = sg_choice_decode(d, c, alternative);
    for (int32_t i = 0; i < joint->n_columns; i++)
        sg_joint_write(joint, value, i, &d->table->columns[joint->columns[i]],
                       d->row);
}

/* ---- files --------------------------------------------------------------- */

static void joint_write(const sg_column_code *of, sg_json_writer *writer) {
    const sg_joint_code *code = &of->joint;
    sg_json_open_array(writer, "members");
    for (int32_t i = 0; i < code->n_columns; i++)
        sg_json_put_i64(writer, NULL, code->columns[i]);
    sg_json_close_array(writer);
    sg_put_i64s(writer, "cells", code->cells,
                (int64_t)code->n_rows * code->n_columns);
    sg_choice_write(&of->choice, writer);
}

/* The columns of a joint choice: rising from its own on, all others members of
 * it alone. */
static syngan_status read_members(sg_encoder *encoder, sg_json_value column,
                                  int32_t c) {
    sg_json_value members = sg_json_member(column, "members");
    sg_joint_code *joint = &encoder->codes[c].joint;
    size_t count;
    SG_TRY(sg_json_read_array(members, &count));
    if (count > encoder->n_codes || count == 0)
        return sg_json_fail(members, "has %zu columns, which does not fit",
                            count);
    joint->columns = sg_alloc(encoder->context, count * sizeof *joint->columns);
    if (joint->columns == NULL)
        return sg_fail_memory(encoder->context, "an encoder", count);
    for (size_t i = 0; i < count; i++) {
        sg_json_value member = sg_json_item(members, i);
        int32_t low = i == 0 ? c : joint->columns[i - 1] + 1;
        int32_t high = i == 0 ? c : (int32_t)encoder->n_codes - 1;
        SG_TRY(sg_json_read_i32(member, low, high, &joint->columns[i]));
        bool is_free =
            encoder->codes[joint->columns[i]].codec == &sg_codec_member &&
            sg_joint_owner(encoder, joint->columns[i]) < 0;
        if (i > 0 && !is_free)
            return sg_json_fail(member, "is no member of this choice alone");
    }
    joint->n_columns = (int32_t)count;
    return SYNGAN_OK;
}

static syngan_status read_cells(sg_encoder *encoder, sg_json_value column,
                                int32_t c) {
    sg_json_value cells = sg_json_member(column, "cells");
    sg_joint_code *joint = &encoder->codes[c].joint;
    size_t count, n = (size_t)joint->n_columns;
    SG_TRY(sg_json_read_array(cells, &count));
    if (count % n != 0 || count / n > INT32_MAX)
        return sg_json_fail(cells, "has %zu values, which does not fit", count);
    joint->n_rows = (int32_t)(count / n);
    joint->cells = sg_alloc(encoder->context, count * sizeof *joint->cells);
    if (joint->cells == NULL)
        return sg_fail_memory(encoder->context, "an encoder",
                              count * sizeof *joint->cells);
    for (size_t i = 0; i < count; i++) {
        const sg_column *of = &encoder->form->columns[joint->columns[i % n]];
        int64_t low = of->words != NULL ? -1 : INT64_MIN;
        int64_t high = of->words != NULL ? of->words->count - 1 : INT64_MAX;
        SG_TRY(sg_json_read_i64(sg_json_item(cells, i), low, high,
                                &joint->cells[i]));
    }
    return SYNGAN_OK;
}

static syngan_status joint_read(sg_encoder *encoder, size_t c,
                                sg_json_value column) {
    sg_column_code *code = &encoder->codes[c];
    SG_TRY(read_members(encoder, column, (int32_t)c));
    SG_TRY(read_cells(encoder, column, (int32_t)c));
    return sg_choice_read(encoder->context, column, code->joint.n_rows,
                          &code->choice);
}

/* Its choice is that of a column before it, which has been read. */
static syngan_status member_read(sg_encoder *encoder, size_t c,
                                 sg_json_value column) {
    return sg_joint_owner(encoder, (int32_t)c) >= 0
               ? SYNGAN_OK
               : sg_json_fail(column, "is a member of no joint choice");
}

static void joint_end(syngan_context *context, sg_column_code *code) {
    sg_free(context, code->joint.columns);
    sg_free(context, code->joint.cells);
    sg_choice_end(context, &code->choice);
}

const sg_codec sg_codec_joint = {
    .name = "joint",
    .is_grouped = true,
    .fit = grouped_fit,
    .rows = &joint_rows,
    .parts = sg_choice_parts,
    .encode = joint_encode,
    .unknown = "in a combination with other columns that was not in the data "
               "that the encoder was fitted to",
    .decode = joint_decode,
    .write = joint_write,
    .read = joint_read,
    .end = joint_end};

const sg_codec sg_codec_member = {.name = "member",
                                  .is_grouped = true,
                                  .fit = grouped_fit,
                                  .read = member_read};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting an encoder to a table: which column is coded how, and the codes.
 */
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "encode/encoder_code.h"
#include "table/stored.h"

#define MAX_MODES 10
#define MAX_CHOICES 256
#define LEAST_WEIGHT 0.005
#define FREQUENT 0.03
#define LEAST_FREQUENT 0.001

/* ---- numbers ---------------------------------------------------- */

typedef struct fit {
    const syngan_table *table;
    sg_encoder *encoder;
    sg_encoder_options options;
    const sg_column **by_form; /* the table's columns */
    int32_t **map;    /* of columns with codes that are learnt: from the table's
                         codes to the form's; -1: in no row */
    int32_t *columns; /* numbers, to be fitted in parallel */
    sg_fit_failure *failures;
    sg_joint_table *joints; /* by column: of joint choices */
    sg_name_others *others; /* by column: of names, where some rows are left */
    size_t done;
} fit;

static const sg_whole_column *whole_column(const fit *f, size_t c) {
    return f->options.whole == NULL ? NULL : &f->options.whole->columns[c];
}

/* To what constraints leave. */
static void limit_grid(const syngan_table *table, int32_t c,
                       const sg_ordered *item, sg_grid *grid) {
    sg_limit_by_ranges(table, c, grid);
    if (item == NULL) return;
    bool is_real = item->grid.is_real;
    sg_grid_limit(
        grid,
        is_real ? (long double)item->grid.low : (long double)item->grid.least,
        is_real ? (long double)item->grid.high : (long double)item->grid.most);
}

/* A column of numbers, or of differences if it is compared with another. */
static void fit_number(const fit *f, int32_t c, sg_fit_failure *failure) {
    syngan_context *context = f->encoder->context;
    sg_column_code *code = &f->encoder->codes[c];
    const sg_column *column = &f->table->columns[c];
    uint64_t seed = f->options.seed + (uint64_t)c * 0x9e3779b97f4a7c15u;
    sg_column differences = {0};
    const sg_ordered *item =
        code->ordered >= 0 ? &f->encoder->order->item[code->ordered] : NULL;
    if (item != NULL && item->reference >= 0) {
        *failure = (sg_fit_failure){.status = SYNGAN_E_MEMORY};
        if (!sg_order_differences(f->encoder, code->ordered, f->by_form,
                                  f->table->rows, &differences))
            return;
        column = &differences;
    }
    sg_number_fit(context, column, f->table->rows,
                  column == &differences ? NULL : whole_column(f, (size_t)c),
                  &f->options, seed, &code->number, failure);
    sg_free(context, differences.data);
    if (column == &differences) {
        if (failure->status == SYNGAN_OK && item->marks.count > 0 &&
            !sg_number_add_marks(context, &item->marks, f->table->rows,
                                 &code->number))
            failure->status = SYNGAN_E_MEMORY;
        return;
    }
    limit_grid(f->table, c, item, &code->number.grid);
    limit_grid(f->table, c, item, &code->number.mixed);
}

static void fit_numbers_work(void *argument, int64_t first, int64_t last) {
    const fit *f = argument;
    for (int64_t i = first; i < last; i++)
        fit_number(f, f->columns[i], &f->failures[i]);
}

static syngan_status tell(fit *f) {
    f->done++;
    return f->options.progress == NULL
               ? SYNGAN_OK
               : f->options.progress(f->done, f->table->n_columns,
                                     f->options.user);
}

/* A thread's failure as a sentence. */
static syngan_status report(const fit *f, int64_t i) {
    const sg_fit_failure *failure = &f->failures[i];
    syngan_context *context = f->encoder->context;
    SG_TRY(sg_check_cancelled(context, "table"));
    if (failure->status == SYNGAN_OK) return SYNGAN_OK;
    if (failure->status == SYNGAN_E_MEMORY)
        return sg_fail_memory(context, "fitting a column",
                              2 * (uint64_t)f->table->rows * sizeof(double));
    return sg_fail(context, failure->status, "table: column '%s': row %lld %s",
                   f->table->columns[f->columns[i]].name,
                   (long long)failure->row, failure->reason);
}

/* In waves of as many columns as there are threads, so that the host hears of
 * each wave. */
static syngan_status fit_numbers(fit *f, int64_t count) {
    int64_t wave = f->encoder->context->threads;
    int32_t *all = f->columns;
    syngan_status status = SYNGAN_OK;
    for (int64_t i = 0; i < count && status == SYNGAN_OK; i += wave) {
        int64_t n = count - i < wave ? count - i : wave;
        f->columns = all + i;
        sg_parallel(f->encoder->context, n, 1, fit_numbers_work, f);
        for (int64_t j = 0; j < n && status == SYNGAN_OK; j++)
            status = report(f, j);
        for (int64_t j = 0; j < n && status == SYNGAN_OK; j++)
            status = tell(f);
    }
    f->columns = all;
    return status;
}

static syngan_status fit_all_numbers(fit *f) {
    syngan_context *context = f->encoder->context;
    size_t n = f->table->n_columns;
    size_t threads = (size_t)context->threads;
    f->columns = sg_alloc(context, n * sizeof *f->columns);
    f->failures = sg_alloc_zero(context, threads, sizeof *f->failures);
    syngan_status status = SYNGAN_OK;
    if (f->columns == NULL || f->failures == NULL)
        status = sg_fail_memory(context, "an encoder", n * sizeof(int32_t));
    int64_t count = 0;
    for (size_t c = 0; c < n && status == SYNGAN_OK; c++)
        if (f->encoder->codes[c].kind == SG_CODE_NUMBER)
            f->columns[count++] = (int32_t)c;
    if (status == SYNGAN_OK) status = fit_numbers(f, count);
    sg_free(context, f->columns);
    sg_free(context, f->failures);
    return status;
}

/* ---- categories -----------------------------------------------------------
 */

/* The rows of each code of the table's, and of missing values behind them. */
static syngan_status count_codes(const fit *f, size_t c, int64_t **out) {
    syngan_context *context = f->encoder->context;
    const sg_column *column = &f->table->columns[c];
    const sg_whole_column *whole = whole_column(f, c);
    size_t n = (size_t)column->words->count;
    int64_t *count = *out = sg_alloc_zero(context, n + 1, sizeof *count);
    if (count == NULL)
        return sg_fail_memory(context, "a column", n * sizeof *count);
    if (whole != NULL) {
        if (n > 0) memcpy(count, whole->count, n * sizeof *count);
        count[n] = whole->missing;
        return SYNGAN_OK;
    }
    for (int64_t row = 0; row < f->table->rows; row++) {
        SG_TRY(sg_check_at(context, row, "table"));
        int32_t code = column->codes[row];
        count[code < 0 ? (int32_t)n : code]++;
    }
    return SYNGAN_OK;
}

/* The texts that occur in rows, into the form's dictionary, in the order of the
 * table's codes; thus the encoder has no text that no row has. */
static syngan_status map_texts(fit *f, size_t c, const int64_t *count) {
    syngan_context *context = f->encoder->context;
    const sg_column *column = &f->table->columns[c];
    sg_dictionary *words = f->encoder->form->columns[c].words;
    size_t bytes = (size_t)column->words->count * sizeof(int32_t);
    int32_t *map = f->map[c] = sg_alloc(context, bytes);
    if (map == NULL) return sg_fail_memory(context, "a column", bytes);
    memset(map, 0xff, bytes);
    for (int32_t code = 0; code < column->words->count; code++)
        if (count[code] > 0)
            SG_TRY(sg_dictionary_add(
                words, sg_dictionary_text(column->words, code),
                sg_dictionary_size(column->words, code), &map[code]));
    return SYNGAN_OK;
}

/* Rows by code of the form, then those with missing values: a choice. */
static syngan_status fit_category(fit *f, size_t c, int64_t *count) {
    syngan_context *context = f->encoder->context;
    sg_choice_code *choice = &f->encoder->codes[c].choice;
    int32_t known = 0, n = f->table->columns[c].words->count;
    int64_t missing = count[n];
    for (int32_t code = 0; code < n; code++)
        if (count[code] > 0) count[known++] = count[code];
    count[known] = missing;
    if (sg_choice_make(context, count, known + (missing > 0), missing > 0,
                       f->options.max_choices, choice))
        return SYNGAN_OK;
    return sg_fail_memory(context, "the alternatives of a column",
                          (size_t)n * sizeof *count);
}

static syngan_status fit_codes(fit *f, size_t c) {
    int64_t *count = NULL;
    syngan_status status = count_codes(f, c, &count);
    if (status == SYNGAN_OK) status = map_texts(f, c, count);
    if (status == SYNGAN_OK && f->encoder->codes[c].kind == SG_CODE_CHOICE)
        return fit_category(f, c, count); /* which takes it over */
    sg_free(f->encoder->context, count);
    return status;
}

/* ---- combinations, and names of other rows ---------------------------------
 */

/* From the codes of a piece of the whole to those of the form. */
static syngan_status map_piece(const fit *f, const syngan_table *piece,
                               int32_t **map) {
    for (size_t c = 0; c < piece->n_columns; c++) {
        const sg_dictionary *from = piece->columns[c].words;
        if (f->map[c] == NULL) continue;
        size_t bytes = (size_t)from->count * sizeof(int32_t);
        map[c] = sg_alloc(piece->context, bytes);
        if (map[c] == NULL)
            return sg_fail_memory(piece->context, "a column", bytes);
        for (int32_t code = 0; code < from->count; code++)
            map[c][code] = sg_dictionary_find(
                f->encoder->form->columns[c].words,
                sg_dictionary_text(from, code), sg_dictionary_size(from, code));
    }
    return SYNGAN_OK;
}

static syngan_status take_rows(fit *f, const syngan_table *table,
                               int32_t *const *map) {
    for (size_t c = 0; c < table->n_columns; c++) {
        if (f->joints[c].context != NULL)
            SG_TRY(sg_joint_take(&f->joints[c], table, map));
        if (f->others[c].used != NULL)
            sg_name_others_take(&f->encoder->codes[c].name, &table->columns[c],
                                &f->others[c]);
    }
    return SYNGAN_OK;
}

static syngan_status take_piece(const syngan_table *piece, void *user) {
    fit *f = user;
    size_t n = piece->n_columns;
    int32_t **map = sg_alloc_zero(piece->context, n, sizeof *map);
    syngan_status status = map == NULL
                               ? sg_fail_memory(piece->context, "a table", n)
                               : map_piece(f, piece, map);
    if (status == SYNGAN_OK) status = take_rows(f, piece, map);
    for (size_t c = 0; c < n && map != NULL; c++)
        sg_free(piece->context, map[c]);
    sg_free(piece->context, map);
    return status;
}

/* What must be known of each row of the whole. */
static syngan_status visit_rows(fit *f) {
    const sg_whole *whole = f->options.whole;
    bool is_part = whole != NULL && whole->rows > f->table->rows;
    bool needed = false;
    for (size_t c = 0; c < f->encoder->n_codes; c++) {
        sg_column_code *code = &f->encoder->codes[c];
        bool is_name = code->kind == SG_CODE_NAME && is_part;
        if (code->kind == SG_CODE_JOINT)
            SG_TRY(sg_joint_begin(f->encoder->context, &code->joint,
                                  &f->joints[c]));
        if (is_name)
            SG_TRY(sg_name_others_begin(f->encoder->context, &code->name,
                                        &f->others[c]));
        needed |= code->kind == SG_CODE_JOINT || is_name;
    }
    if (!needed) return SYNGAN_OK;
    return whole == NULL ? take_rows(f, f->table, f->map)
                         : whole->each(whole->source, take_piece, f);
}

static syngan_status fit_joint(fit *f, size_t c) {
    sg_column_code *code = &f->encoder->codes[c];
    int64_t *count = f->joints[c].count;
    f->joints[c].count = NULL;
    if (sg_choice_make(f->encoder->context, count, code->joint.n_rows, false,
                       f->options.max_choices, &code->choice))
        return SYNGAN_OK;
    return sg_fail_memory(f->encoder->context, "the alternatives of columns",
                          (uint64_t)code->joint.n_rows * sizeof *count);
}

/* ---- columns that are no numbers -------------------------------------------
 */

static void fit_order(fit *f, size_t c) {
    const sg_column *column = &f->table->columns[c];
    const sg_whole_column *whole = whole_column(f, c);
    sg_key_looks looks = {0};
    if (!f->options.ids_are_rows || !sg_stored_as_integers(column)) return;
    if (whole == NULL) sg_key_take_names(&looks, column, f->table->rows);
    sg_name_fit_order(whole != NULL ? &whole->key : &looks,
                      &f->encoder->codes[c].name);
}

static syngan_status fit_other(fit *f, size_t c) {
    syngan_context *context = f->encoder->context;
    const sg_column *column = &f->table->columns[c];
    sg_column_code *code = &f->encoder->codes[c];
    switch (code->kind) {
    case SG_CODE_CHOICE:
        return fit_codes(f, c);
    case SG_CODE_JOINT:
    case SG_CODE_MEMBER:
        return sg_column_has_codes(column) ? fit_codes(f, c) : SYNGAN_OK;
    case SG_CODE_NAME:
        SG_TRY(sg_name_fit(context, column, f->table->rows, f->options.seed + c,
                           &code->name));
        fit_order(f, c);
        sg_log(context, SYNGAN_LOG_WARNING,
               "table: column '%s' holds identifiers, which are not learnt: "
               "synthetic rows have new ones",
               column->name);
        return SYNGAN_OK;
    case SG_CODE_EMPTY:
        sg_log(context, SYNGAN_LOG_WARNING,
               "table: column '%s' is free text, which is not learnt: it will "
               "be missing in synthetic rows",
               column->name);
        return SYNGAN_OK;
    default:
        return SYNGAN_OK;
    }
}

static syngan_status fit_others(fit *f) {
    size_t n = f->encoder->n_codes;
    for (size_t c = 0; c < n; c++) {
        if (f->encoder->codes[c].kind == SG_CODE_NUMBER) continue;
        SG_TRY(fit_other(f, c));
        SG_TRY(tell(f));
    }
    SG_TRY(visit_rows(f));
    for (size_t c = 0; c < n; c++) {
        sg_column_code *code = &f->encoder->codes[c];
        if (code->kind == SG_CODE_JOINT) SG_TRY(fit_joint(f, c));
        if (f->others[c].used != NULL)
            sg_name_others_avoid(f->encoder->context, &f->others[c],
                                 &code->name);
    }
    return SYNGAN_OK;
}

/* ---- kinds of columns ------------------------------------------------------
 */

static int32_t kind_of(const sg_column *column) {
    int32_t kind = SG_CODE_EMPTY;
    while (strcmp(sg_code_kind_name(kind), sg_type_of(column)->codec) != 0)
        kind++;
    return kind;
}

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
            int32_t kind = kind_of(column);
            if (kind == SG_CODE_NAME || kind == SG_CODE_EMPTY)
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
        encoder->codes[other].kind = SG_CODE_MEMBER;
    }
    encoder->codes[c].kind = SG_CODE_JOINT;
    return SYNGAN_OK;
}

static syngan_status set_kinds(fit *f, int32_t *group, bool *grouped) {
    sg_encoder *encoder = f->encoder;
    int32_t n = (int32_t)encoder->n_codes;
    for (int32_t c = 0; c < n; c++) {
        group[c] = c;
        encoder->codes[c].kind = kind_of(&f->table->columns[c]);
    }
    SG_TRY(find_groups(f->table, group, grouped));
    for (int32_t c = 0; c < n; c++)
        if (grouped[c] && group_of(group, c) == c)
            SG_TRY(start_joint(encoder, group, c));
    return SYNGAN_OK;
}

static syngan_status find_kinds(fit *f) {
    syngan_context *context = f->encoder->context;
    size_t n = f->encoder->n_codes;
    int32_t *group = sg_alloc(context, n * sizeof *group);
    bool *grouped = sg_alloc_zero(context, n, sizeof *grouped);
    syngan_status status =
        group != NULL && grouped != NULL
            ? set_kinds(f, group, grouped)
            : sg_fail_memory(context, "an encoder", n * sizeof *group);
    sg_free(context, group);
    sg_free(context, grouped);
    return status;
}

/* ---- putting it together ---------------------------------------------------
 */

/* The table without rows, and without its texts. */
static syngan_status make_form(const syngan_table *table, sg_encoder *encoder) {
    SG_TRY(syngan_table_select(table, NULL, 0, &encoder->form));
    for (size_t c = 0; c < table->n_columns; c++) {
        sg_column *column = &encoder->form->columns[c];
        if (column->words == NULL) continue;
        sg_dictionary *words = sg_dictionary_make(encoder->context);
        if (words == NULL)
            return sg_fail_memory(encoder->context, "a column", sizeof *words);
        sg_dictionary_release(column->words);
        column->words = words;
    }
    return SYNGAN_OK;
}

static syngan_status fit_encoder(fit *f) {
    syngan_context *context = f->encoder->context;
    size_t n = f->encoder->n_codes;
    f->map = sg_alloc_zero(context, n, sizeof *f->map);
    f->by_form = sg_alloc(context, n * sizeof *f->by_form);
    f->joints = sg_alloc_zero(context, n, sizeof *f->joints);
    f->others = sg_alloc_zero(context, n, sizeof *f->others);
    if (f->map == NULL || f->by_form == NULL || f->joints == NULL ||
        f->others == NULL)
        return sg_fail_memory(context, "an encoder", n * sizeof *f->map);
    for (size_t c = 0; c < n; c++)
        f->by_form[c] = &f->table->columns[c];
    SG_TRY(make_form(f->table, f->encoder));
    SG_TRY(find_kinds(f));
    SG_TRY(sg_order_fit(f->table, &f->options, f->encoder));
    SG_TRY(fit_all_numbers(f));
    SG_TRY(fit_others(f));
    return sg_encoder_lay_out(f->encoder);
}

static void end_fit(fit *f) {
    syngan_context *context = f->encoder->context;
    for (size_t c = 0; c < f->encoder->n_codes; c++) {
        if (f->map != NULL) sg_free(context, f->map[c]);
        if (f->joints != NULL) sg_joint_finish(&f->joints[c]);
        if (f->others != NULL)
            sg_name_others_end(context, &f->encoder->codes[c].name,
                               &f->others[c]);
    }
    sg_free(context, f->map);
    sg_free(context, f->by_form);
    sg_free(context, f->joints);
    sg_free(context, f->others);
}

static int32_t within(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : value > high ? high : value;
}

/* Defaults for zeros; all within what arrays of fixed size hold. */
static void settle_options(sg_encoder_options *o) {
    if (o->max_modes == 0) o->max_modes = MAX_MODES;
    if (o->max_choices == 0) o->max_choices = MAX_CHOICES;
    if (o->least_weight == 0) o->least_weight = LEAST_WEIGHT;
    if (o->frequent == 0) o->frequent = FREQUENT;
    o->max_modes = within(o->max_modes, 1, SG_MIXTURE_MOST);
    o->max_choices = within(o->max_choices, 2, SG_ALTERNATIVES_MOST);
    if (!(o->frequent > LEAST_FREQUENT)) o->frequent = LEAST_FREQUENT;
}

void sg_encoder_estimate(const syngan_table *table,
                         const sg_encoder_options *options, int64_t *width,
                         uint64_t *bytes) {
    sg_encoder_options o = {0};
    if (options != NULL) o = *options;
    settle_options(&o);
    int64_t singles =
        o.frequent <= 1 ? (int64_t)(1 / o.frequent) + 2 * SG_MARKS_MOST : 0;
    uint64_t row = 0, fitting = 0;
    *width = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        const sg_column *column = &table->columns[c];
        int32_t kind = kind_of(column);
        if (kind == SG_CODE_NUMBER) {
            *width += 2 + o.max_modes + singles;
            row += sizeof(float) + sizeof(int32_t);
            /* Values and room to sort them, in each thread. */
            fitting = (uint64_t)table->context->threads * 2 * sizeof(double) *
                      (uint64_t)table->rows;
        } else if (kind == SG_CODE_CHOICE) {
            int64_t values = (int64_t)column->words->count + 1;
            *width += values < o.max_choices ? values : o.max_choices;
            row += sizeof(int32_t);
        }
    }
    uint64_t encoded = row * (uint64_t)table->rows;
    *bytes = encoded > fitting ? encoded : fitting;
}

syngan_status sg_encoder_fit(const syngan_table *table,
                             const sg_encoder_options *options,
                             sg_encoder **out) {
    *out = NULL;
    fit f = {.table = table};
    if (options != NULL) f.options = *options;
    settle_options(&f.options);
    if (table->rows == 0)
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "table: has no rows to learn from");
    SG_TRY(sg_encoder_make(table->context, table->n_columns, &f.encoder));
    syngan_status status = fit_encoder(&f);
    end_fit(&f);
    if (status == SYNGAN_OK)
        *out = f.encoder;
    else
        sg_encoder_release(f.encoder);
    return status;
}

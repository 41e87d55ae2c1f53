/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting sequences: their heads, then their steps.
 */
#include "synth/sequence.h"

#include "base/memory.h"
#include "base/thread.h"
#include "synth/fit.h"

/* Updates that are enough for the heads. */
enum { HEAD_STEPS = 2000 };
/* Rows of a batch that are worth a thread. */
enum { GRAIN = 32 };

static void end(void *learnt) {
    sg_sequences *q = learnt;
    if (q == NULL) return;
    sg_gan_free(q->heads);
    sg_gan_free(q->steps);
    sg_sequence_form_end(&q->form);
    sg_free(q->context, q);
}

/* ---- the history of rows that are learnt --------------------------------- */

typedef struct step_rows {
    sg_step_subject steps; /* first: what `user` points at */
    const sg_sequences *sequences;
    const sg_groups *groups;
    const sg_column *time; /* NULL: the order is none */
    int32_t *group;        /* by row of the steps */
    float *levels;         /* by row, then by change */
    sg_encoded heads;
} step_rows;

typedef struct filling {
    const step_rows *from;
    const sg_encoded *encoded;
    const int64_t *rows;
    float *out;
    int64_t stride;
} filling;

static int64_t level_numbers(const sg_sequences *q) {
    return (int64_t)q->form.n_changes * SG_CHANGE_NUMBERS;
}

static void fill_rows(void *argument, int64_t first, int64_t last) {
    const filling *f = argument;
    const step_rows *l = f->from;
    for (int64_t i = first; i < last; i++) {
        int64_t row = f->rows[i], group = l->group[row];
        int64_t begin = l->groups->first[group];
        sg_past past = {.head = {&l->heads, group},
                        .position = row - begin,
                        .length = l->groups->first[group + 1] - begin,
                        .levels =
                            l->levels + row * level_numbers(l->sequences)};
        for (int64_t at = row - 1; at >= begin && past.count < SG_HISTORY_MEAN;
             at--)
            past.rows[past.count++] = (sg_encoded_row){f->encoded, at};
        if (l->time != NULL)
            past.time =
                l->time->integers[l->groups->rows[row > begin ? row - 1 : row]];
        sg_past_write(&l->sequences->form, l->sequences->heads->encoder,
                      l->steps.steps, &past, f->out + i * f->stride);
    }
}

static void give(const sg_subject *subject, const sg_encoded *encoded,
                 const int64_t *rows, int64_t count, float *out,
                 int64_t stride) {
    const step_rows *l = (const step_rows *)subject->user;
    filling f = {.from = l,
                 .encoded = encoded,
                 .rows = rows,
                 .out = out,
                 .stride = stride};
    sg_parallel(l->sequences->context, count, GRAIN, fill_rows, &f);
}

static void fill_levels(const sg_sequences *q, const syngan_table *table,
                        const sg_groups *groups, float *out) {
    const sg_sequence_form *form = &q->form;
    for (size_t c = 0; c < table->n_columns; c++) {
        if (form->role[c] != SG_ROLE_CHANGE) continue;
        sg_change_levels(&form->change[c], &table->columns[c], groups,
                         level_numbers(q), out);
        out += SG_CHANGE_NUMBERS;
    }
}

static syngan_status make_step_rows(const sg_sequences *q,
                                    const syngan_table *heads,
                                    const syngan_table *table,
                                    const sg_groups *groups, step_rows *out) {
    int64_t rows = groups->first[groups->count];
    *out = (step_rows){.steps = {.subject = {.give = give, .user = out}},
                       .sequences = q,
                       .groups = groups};
    if (sg_sequence_has_time(&q->form))
        out->time = &table->columns[q->form.order];
    size_t levels = (size_t)(rows * level_numbers(q));
    out->group = sg_alloc(q->context, (size_t)rows * sizeof *out->group);
    out->levels = sg_alloc(q->context, levels * sizeof *out->levels);
    if (out->group == NULL || out->levels == NULL)
        return sg_fail_memory(q->context, "sequences",
                              ((size_t)rows + levels) * sizeof *out->levels);
    fill_levels(q, table, groups, out->levels);
    for (int64_t g = 0; g < groups->count; g++)
        for (int64_t i = groups->first[g]; i < groups->first[g + 1]; i++)
            out->group[i] = (int32_t)g;
    return sg_encoder_encode(q->heads->encoder, heads,
                             q->heads->settings.options.seed, &out->heads);
}

static void end_step_rows(const sg_sequences *q, step_rows *l) {
    sg_free(q->context, l->group);
    sg_free(q->context, l->levels);
    sg_encoded_end(q->context, &l->heads);
    sg_step_subject_end(&l->steps);
}

/* ---- the two stages ----------------------------------------------------- */

/* There are many fewer heads than rows: they are gone over more often, so that
 * both stages have about as many steps, or enough. */
static int64_t head_epochs(const sg_synth_settings *settings, int64_t heads,
                           int64_t rows) {
    const syngan_synthesizer_options *o = &settings->options;
    int64_t each = heads / o->batch > 0 ? heads / o->batch : 1;
    int64_t all = rows / o->batch > 0 ? rows / o->batch : 1;
    int64_t wanted =
        o->epochs * all < HEAD_STEPS ? o->epochs * all : HEAD_STEPS;
    return wanted / each > o->epochs ? wanted / each : o->epochs;
}

static syngan_status fit_heads(sg_sequences *q, const syngan_table *heads,
                               const sg_synth_settings *settings,
                               int64_t rows) {
    sg_synth_settings s = *settings;
    s.options.rows = SYNGAN_ROWS_INDEPENDENT;
    s.options.epochs = head_epochs(settings, heads->rows, rows);
    s.options.progress = NULL;
    sg_examples examples = {.table = heads};
    return sg_gan_learn(&examples, &s, NULL, sg_seconds(),
                        atomic_load(&q->context->bytes), &q->heads);
}

static syngan_status prepare_steps(const sg_sequences *q,
                                   const syngan_table *steps, step_rows *rows,
                                   const sg_encoder *encoder) {
    sg_encoded encoded;
    rows->steps.steps = encoder;
    SG_TRY(sg_encoder_encode(encoder, steps, 0, &encoded));
    syngan_status status = sg_step_subject_make(
        &rows->steps, &q->form, q->heads->encoder, encoder, &encoded);
    sg_encoded_end(q->context, &encoded);
    return status;
}

static syngan_status fit_steps(sg_sequences *q, const syngan_table *steps,
                               step_rows *rows,
                               const sg_synth_settings *settings) {
    sg_synth_settings s = *settings;
    sg_encoder *encoder = NULL;
    s.options.rows = SYNGAN_ROWS_INDEPENDENT;
    sg_examples examples = {.table = steps, .subject = &rows->steps.subject};
    SG_TRY(sg_examples_encoder(&examples, &s, sg_seconds(), &encoder));
    s.given = sg_past_width(&q->form, q->heads->encoder, encoder);
    s.viewed = sg_step_viewed(encoder);
    syngan_status status = prepare_steps(q, steps, rows, encoder);
    if (status == SYNGAN_OK)
        status = sg_gan_learn(&examples, &s, sg_encoder_retain(encoder),
                              sg_seconds(), atomic_load(&q->context->bytes),
                              &q->steps);
    sg_encoder_release(encoder);
    return status;
}

static syngan_status fit_tables(sg_sequences *q, const syngan_table *table,
                                const sg_groups *groups,
                                const syngan_table *heads,
                                const syngan_table *steps,
                                const sg_synth_settings *settings) {
    step_rows rows;
    SG_TRY(fit_heads(q, heads, settings, steps->rows));
    if (steps->n_columns == 0) return SYNGAN_OK;
    syngan_status status = make_step_rows(q, heads, table, groups, &rows);
    if (status == SYNGAN_OK) status = fit_steps(q, steps, &rows, settings);
    end_step_rows(q, &rows);
    return status;
}

static syngan_status fit_groups(sg_sequences *q, const syngan_table *table,
                                const sg_groups *groups, int64_t key,
                                int64_t order,
                                const sg_synth_settings *settings) {
    syngan_table *heads = NULL, *steps = NULL;
    SG_TRY(sg_sequence_form_make(table, groups, key, order, &q->form));
    syngan_status status = sg_sequence_heads(&q->form, table, groups, &heads);
    if (status == SYNGAN_OK)
        status = sg_sequence_steps(&q->form, table, groups, &steps);
    if (status == SYNGAN_OK)
        status = fit_tables(q, table, groups, heads, steps, settings);
    syngan_table_free(heads);
    syngan_table_free(steps);
    return status;
}

static syngan_status find_columns(const syngan_table *table,
                                  const sg_synth_settings *settings,
                                  int64_t *key, int64_t *order) {
    const syngan_synthesizer_options *o = &settings->options;
    SG_TRY(sg_find_column(table, o->key, table->key, key));
    SG_TRY(sg_find_column(table, o->order, table->order, order));
    if (*key >= 0 && *key != *order) return SYNGAN_OK;
    return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                   "synthesizer: sequences need a key, the column whose equal "
                   "values make a sequence, which is not the one that orders "
                   "it");
}

static syngan_status fit(const syngan_table *table,
                         const sg_synth_settings *settings, void **out) {
    syngan_context *context = table->context;
    int64_t key, order;
    sg_groups groups;
    SG_TRY(find_columns(table, settings, &key, &order));
    SG_TRY(sg_groups_make(table, key, order, &groups));
    sg_sequences *q = sg_alloc_zero(context, 1, sizeof *q);
    syngan_status status =
        q != NULL ? SYNGAN_OK : sg_fail_memory(context, "sequences", sizeof *q);
    if (status == SYNGAN_OK) {
        q->context = context;
        status = fit_groups(q, table, &groups, key, order, settings);
    }
    sg_groups_end(&groups);
    if (q != NULL && q->steps == NULL && sg_sequence_has_steps(&q->form)) {
        /* Heads alone make no rows. */
        sg_gan_free(q->heads);
        q->heads = NULL;
    }
    *out = q;
    return status;
}

/* ---- the kind of rows --------------------------------------------------- */

static const sg_gan *last(const void *learnt) {
    const sg_sequences *q = learnt;
    return q->steps != NULL ? q->steps : q->heads;
}

static const syngan_table *prototype(const void *learnt) {
    return ((const sg_sequences *)learnt)->form.form;
}

const sg_row_kind sg_rows_sequences = {
    .fit = fit,
    .sample = sg_sequences_sample,
    .write = sg_sequences_write,
    .read = sg_sequences_read,
    .visit = sg_sequences_visit,
    .last = last,
    .prototype = prototype,
    .free = end,
};

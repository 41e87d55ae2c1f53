/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sampling sequences: all of a block go on side by side, row by row, each row
 * with the history of those that were made before it.
 *
 * A block are so many sequences as the sampler's batch has rows, the first a
 * multiple of it, whichever of them are asked for: what is drawn for a sequence
 * is then a function of the seed and of its number.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "synth/sequence.h"

/* Sequences that are worth a thread. */
enum { GRAIN = 16 };
/* Sequences of a piece if the caller leaves it to us. */
enum { PIECE = 512 };
/* A block may take as much time as one of so many sequences of the greatest
 * length. */
enum { LANES = 1000 };

typedef struct sample {
    sg_sequences *q;
    syngan_context *context;
    uint64_t seed;
    const syngan_sample_options *options;
    int64_t rejected;
    int64_t first, count; /* sequences that are asked for */
    int64_t *offset;      /* of their rows, and one more */
    int64_t *sequence;    /* by row, counted from `first` */
    syngan_table *heads;  /* of them */
    syngan_table *steps;  /* the rows: columns as the steps' encoder has them */
} sample;

/* Sequences that go on side by side. */
typedef struct block {
    sample *s;
    const sg_sampler *sampler;
    int64_t first, count;
    int64_t longest; /* of those that are asked for */
    sg_encoded heads;
    int64_t *length, *time;
    syngan_table *levels;             /* of numbers that move slowly, by lane */
    sg_encoded past[SG_HISTORY_MEAN]; /* that of position p in p % 16 */
    int64_t position;
    uint64_t *ids;
    int64_t *lanes; /* 0, 1, ... */
} block;

static syngan_status fail_length(const sample *s, int64_t number,
                                 int64_t rows) {
    return sg_fail(s->context, SYNGAN_E_UNSUPPORTED,
                   "sample: sequence %lld would have %lld rows, more than the "
                   "%lld of `max_length`; a greater one takes longer",
                   (long long)number, (long long)rows,
                   (long long)s->options->max_length);
}

/* ---- heads -------------------------------------------------------------- */

static syngan_status make_heads(sample *s, int64_t first, int64_t count,
                                syngan_table **out) {
    const sg_sampler *sampler;
    sg_sampling sampling;
    SG_TRY(sg_gan_sampler(s->q->heads, s->options->bf16 != 0, &sampler));
    SG_TRY(sg_sampling_begin(s->q->heads, sampler, s->seed, s->options->where,
                             s->options->max_tries, &sampling));
    syngan_status status = sg_sampling_piece(&sampling, first, count, out);
    s->rejected = sampling.rejected;
    sg_sampling_end(&sampling);
    return status;
}

static const sg_column *length_column(const sample *s,
                                      const syngan_table *heads) {
    const sg_sequence_form *form = &s->q->form;
    const char *name = form->form->columns[form->key].name;
    return &heads->columns[syngan_table_find(heads, name)];
}

static const sg_column *start_column(const sample *s,
                                     const syngan_table *heads) {
    const sg_sequence_form *form = &s->q->form;
    if (form->order < 0) return NULL;
    const char *name = form->form->columns[form->order].name;
    return &heads->columns[syngan_table_find(heads, name)];
}

static bool has_time(const sample *s) {
    return sg_sequence_has_time(&s->q->form);
}

/* The columns of a table that has one of each number that moves slowly. */
static sg_column *change_column(const syngan_table *table,
                                const sg_sequence_form *form, size_t column) {
    int64_t at = syngan_table_find(table, form->form->columns[column].name);
    return &table->columns[at];
}

/* ---- a position of all sequences of a block ------------------------------ */

static void fill_levels(const block *b, int64_t lane, float *out) {
    const sg_sequence_form *form = &b->s->q->form;
    for (size_t c = 0; c < form->form->n_columns; c++) {
        if (form->role[c] != SG_ROLE_CHANGE) continue;
        sg_change_level(&form->change[c], change_column(b->levels, form, c),
                        lane, out);
        out += SG_CHANGE_NUMBERS;
    }
}

static void fill_lanes(void *argument, int64_t first, int64_t last) {
    const block *b = argument;
    float levels[SG_CHANGES_MOST * SG_CHANGE_NUMBERS];
    const sg_gan *steps = b->s->q->steps;
    int64_t noise = steps->settings.options.noise;
    int64_t width = steps->settings.given;
    const sg_random random = {.seed = b->s->seed,
                              .step = (uint64_t)b->position,
                              .stream = sg_stream_id("sequence noise")};
    for (int64_t i = first; i < last; i++) {
        uint64_t id = (uint64_t)(b->first + i);
        sg_random_normal(&random, id * (uint64_t)noise, (size_t)noise,
                         (float *)b->sampler->noise->data + i * noise);
        b->ids[i] = id << SG_POSITION_BIT | (uint64_t)b->position;
        sg_past past = {.head = {&b->heads, i},
                        .position = b->position < b->length[i]
                                        ? b->position
                                        : b->length[i] - 1,
                        .length = b->length[i],
                        .time = b->time[i],
                        .levels = levels};
        fill_levels(b, i, levels);
        for (int64_t at = b->position - 1;
             at >= 0 && past.count < SG_HISTORY_MEAN; at--)
            past.rows[past.count++] =
                (sg_encoded_row){&b->past[at % SG_HISTORY_MEAN], i};
        sg_past_write(&b->s->q->form, b->s->q->heads->encoder, steps->encoder,
                      &past, (float *)b->sampler->condition->data + i * width);
    }
}

static syngan_status make_rows(block *b, syngan_table **out) {
    sample *s = b->s;
    const sg_encoder *encoder = s->q->steps->encoder;
    sg_decoder *decoder;
    if (sg_is_cancelled(s->context))
        return sg_fail(s->context, SYNGAN_E_CANCELLED,
                       "synthesizer: sampling was cancelled");
    sg_parallel(s->context, b->count, GRAIN, fill_lanes, b);
    SG_TRY(syngan_program_run(b->sampler->program, 0));
    SG_TRY(sg_decoder_start(encoder, b->count, s->seed, &decoder));
    sg_decoder_put(decoder, b->sampler->output->data, encoder->width, 0,
                   b->count, b->ids, NULL);
    syngan_status status = sg_decoder_finish(decoder, out);
    sg_decoder_free(decoder);
    return status;
}

/* The clock goes on by the rows' gaps. */
static void pass_time(block *b, const syngan_table *rows) {
    const sg_sequence_form *form = &b->s->q->form;
    if (!has_time(b->s) || b->position == 0) return;
    int64_t at = syngan_table_find(rows, form->form->columns[form->order].name);
    int64_t clock =
        form->by_day
            ? syngan_table_find(rows, form->form->columns[form->key].name)
            : -1;
    for (int64_t i = 0; i < b->count; i++)
        b->time[i] = sg_sequence_pass(
            form, b->time[i], rows->columns[at].integers[i],
            clock < 0 ? SYNGAN_MISSING : rows->columns[clock].integers[i]);
}

/* Numbers that move slowly go on by the rows' differences. */
static void pass_levels(block *b, syngan_table *rows) {
    const sg_sequence_form *form = &b->s->q->form;
    for (size_t c = 0; c < form->form->n_columns; c++) {
        if (form->role[c] != SG_ROLE_CHANGE) continue;
        for (int64_t i = 0; i < b->count; i++)
            sg_change_pass(&form->change[c], change_column(b->levels, form, c),
                           change_column(rows, form, c), i, b->position == 0);
    }
}

/* What the table has of lane i in place of what is learnt: times, and values
 * of numbers that move slowly. */
static void keep_sums(const block *b, int64_t lane, int64_t row) {
    const sg_sequence_form *form = &b->s->q->form;
    for (size_t c = 0; c < form->form->n_columns; c++) {
        if (form->role[c] == SG_ROLE_ORDER && has_time(b->s))
            change_column(b->s->steps, form, c)->integers[row] = b->time[lane];
        if (form->role[c] != SG_ROLE_CHANGE) continue;
        sg_column *to = change_column(b->s->steps, form, c);
        if (!sg_column_is_missing(to, row))
            to->integers[row] =
                change_column(b->levels, form, c)->integers[lane];
    }
}

/* To their places in the table of all steps. */
static void keep_rows(const block *b, const syngan_table *rows) {
    const sample *s = b->s;
    for (int64_t i = 0; i < b->count; i++) {
        int64_t at = b->first + i - s->first;
        if (at < 0 || at >= s->count || b->position >= b->length[i]) continue;
        int64_t row = s->offset[at] + b->position;
        for (size_t c = 0; c < rows->n_columns; c++) {
            const sg_column *from = &rows->columns[c];
            const sg_column *to = &s->steps->columns[c];
            if (sg_column_has_codes(from))
                to->codes[row] = from->codes[i];
            else
                to->integers[row] = from->integers[i];
        }
        keep_sums(b, i, row);
    }
}

static syngan_status make_position(block *b) {
    const sg_encoder *encoder = b->s->q->steps->encoder;
    syngan_table *rows = NULL;
    sg_encoded *past = &b->past[b->position % SG_HISTORY_MEAN];
    SG_TRY(make_rows(b, &rows));
    pass_levels(b, rows);
    sg_encoded_end(b->s->context, past);
    syngan_status status = sg_encoder_encode(
        encoder, rows, b->s->seed + (uint64_t)b->position, past);
    if (status == SYNGAN_OK) {
        pass_time(b, rows);
        keep_rows(b, rows);
    }
    syngan_table_free(rows);
    return status;
}

/* ---- a block ------------------------------------------------------------ */

static void end_block(block *b) {
    syngan_context *context = b->s->context;
    sg_encoded_end(context, &b->heads);
    syngan_table_free(b->levels);
    for (int32_t i = 0; i < SG_HISTORY_MEAN; i++)
        sg_encoded_end(context, &b->past[i]);
    sg_free(context, b->length);
    sg_free(context, b->time);
    sg_free(context, b->ids);
    sg_free(context, b->lanes);
}

/* Numbers that move slowly begin with the heads' values. */
static syngan_status start_levels(block *b, const syngan_table *heads) {
    const sg_sequence_form *form = &b->s->q->form;
    SG_TRY(sg_table_make(b->s->context, b->count, &b->levels));
    for (size_t c = 0; c < form->form->n_columns; c++)
        if (form->role[c] == SG_ROLE_CHANGE)
            SG_TRY(sg_table_add_selected(
                b->levels, change_column(heads, form, c), b->lanes));
    return SYNGAN_OK;
}

static syngan_status begin_block(block *b, const syngan_table *heads) {
    sample *s = b->s;
    size_t bytes = (size_t)b->count * sizeof(int64_t);
    b->length = sg_alloc(s->context, bytes);
    b->time = sg_alloc_zero(s->context, (size_t)b->count, sizeof *b->time);
    b->ids = sg_alloc(s->context, bytes);
    b->lanes = sg_alloc(s->context, bytes);
    if (b->length == NULL || b->time == NULL || b->ids == NULL ||
        b->lanes == NULL)
        return sg_fail_memory(s->context, "sequences", 4 * bytes);
    const sg_column *length = length_column(s, heads);
    for (int64_t i = 0; i < b->count; i++) {
        int64_t at = b->first + i - s->first;
        b->lanes[i] = i;
        b->length[i] = length->integers[i] < 1 ? 1 : length->integers[i];
        if (at >= 0 && at < s->count && b->length[i] > b->longest)
            b->longest = b->length[i];
    }
    SG_TRY(start_levels(b, heads));
    if (has_time(s)) memcpy(b->time, start_column(s, heads)->integers, bytes);
    return sg_encoder_encode(s->q->heads->encoder, heads, s->seed, &b->heads);
}

static syngan_status make_block(sample *s, const sg_sampler *sampler,
                                int64_t first) {
    block b = {
        .s = s, .sampler = sampler, .first = first, .count = sampler->batch};
    syngan_table *heads = NULL;
    SG_TRY(make_heads(s, first, b.count, &heads));
    syngan_status status = begin_block(&b, heads);
    if (status == SYNGAN_OK &&
        b.count > LANES * s->options->max_length / b.longest)
        status = fail_length(s, first + 1, b.longest * b.count / LANES);
    for (; status == SYNGAN_OK && b.position < b.longest; b.position++)
        status = make_position(&b);
    end_block(&b);
    syngan_table_free(heads);
    return status;
}

/* ---- the table ---------------------------------------------------------- */

/* Where sequences start, and from there on by gaps; times are there already. */
static void fill_order(const sample *s, sg_column *order) {
    const sg_column *start = start_column(s, s->heads);
    int64_t at = syngan_table_find(s->steps, order->name);
    const sg_column *gap = &s->steps->columns[at];
    if (sg_column_is_time(order)) {
        memcpy(order->data, gap->data,
               (size_t)s->offset[s->count] * sizeof *order->integers);
        return;
    }
    for (int64_t i = 0; i < s->count; i++) {
        int64_t first = s->offset[i];
        for (int64_t row = first; row < s->offset[i + 1]; row++)
            if (sg_column_has_reals(order))
                order->reals[row] = row == first ? start->reals[i]
                                                 : order->reals[row - 1] +
                                                       fmax(gap->reals[row], 0);
            else
                order->integers[row] =
                    row == first
                        ? start->integers[i]
                        : sg_sequence_pass(&s->q->form,
                                           order->integers[row - 1],
                                           gap->integers[row], SYNGAN_MISSING);
    }
}

static syngan_status add_filled(const sample *s, const sg_column *form,
                                int32_t role, syngan_table *to) {
    sg_column column;
    SG_TRY(sg_column_start(s->context, form, s->offset[s->count], &column));
    syngan_status status = SYNGAN_OK;
    if (role == SG_ROLE_KEY)
        status = sg_groups_new_keys(s->context, s->first, s->offset, s->count,
                                    &column);
    else if (role == SG_ROLE_ORDER)
        fill_order(s, &column);
    else
        memcpy(column.data,
               s->steps->columns[syngan_table_find(s->steps, form->name)].data,
               (size_t)s->offset[s->count] * sg_column_step(form));
    if (status == SYNGAN_OK) return sg_table_add(to, &column);
    sg_column_end(s->context, &column);
    return status;
}

static syngan_status add_columns(const sample *s, const int64_t *all,
                                 syngan_table *to) {
    const sg_sequence_form *form = &s->q->form;
    for (size_t c = 0; c < form->form->n_columns; c++) {
        const sg_column *column = &form->form->columns[c];
        int32_t role = form->role[c];
        if (role == SG_ROLE_KEY || role == SG_ROLE_ORDER ||
            role == SG_ROLE_CHANGE) {
            SG_TRY(add_filled(s, column, role, to));
            continue;
        }
        const syngan_table *from =
            role == SG_ROLE_ATTRIBUTE ? s->heads : s->steps;
        int64_t at = syngan_table_find(from, column->name);
        SG_TRY(sg_table_add_selected(to, &from->columns[at],
                                     role == SG_ROLE_ATTRIBUTE ? s->sequence
                                                               : all));
    }
    return SYNGAN_OK;
}

static syngan_status join(const sample *s, syngan_table **out) {
    int64_t rows = s->offset[s->count];
    int64_t *all = sg_alloc(s->context, (size_t)rows * sizeof *all);
    if (all == NULL)
        return sg_fail_memory(s->context, "sequences",
                              (size_t)rows * sizeof *all);
    for (int64_t i = 0; i < rows; i++)
        all[i] = i;
    syngan_status status = sg_table_make(s->context, rows, out);
    if (status == SYNGAN_OK) {
        (*out)->key = s->q->form.key;
        (*out)->order = s->q->form.order;
        status = add_columns(s, all, *out);
    }
    sg_free(s->context, all);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    syngan_table_free(*out);
    *out = NULL;
    return status;
}

/* ---- all ---------------------------------------------------------------- */

static syngan_status count_rows(sample *s) {
    const sg_column *length = length_column(s, s->heads);
    size_t bytes = ((size_t)s->count + 1) * sizeof *s->offset;
    s->offset =
        sg_alloc_zero(s->context, (size_t)s->count + 1, sizeof *s->offset);
    if (s->offset == NULL)
        return sg_fail_memory(s->context, "sequences", bytes);
    for (int64_t i = 0; i < s->count; i++) {
        int64_t rows = length->integers[i] < 1 ? 1 : length->integers[i];
        if (rows > s->options->max_length)
            return fail_length(s, s->first + i + 1, rows);
        s->offset[i + 1] = s->offset[i] + rows;
    }
    bytes = (size_t)s->offset[s->count] * sizeof *s->sequence;
    s->sequence = sg_alloc(s->context, bytes);
    if (s->sequence == NULL)
        return sg_fail_memory(s->context, "sequences", bytes);
    for (int64_t i = 0; i < s->count; i++)
        for (int64_t row = s->offset[i]; row < s->offset[i + 1]; row++)
            s->sequence[row] = i;
    return SYNGAN_OK;
}

static syngan_status make_steps(sample *s) {
    const sg_sampler *sampler;
    sg_decoder *decoder;
    sg_gan *steps = s->q->steps;
    if (steps == NULL) return SYNGAN_OK;
    SG_TRY(sg_gan_sampler(steps, s->options->bf16 != 0, &sampler));
    SG_TRY(sg_decoder_start(steps->encoder, s->offset[s->count], s->seed,
                            &decoder));
    syngan_status status = sg_decoder_finish(decoder, &s->steps);
    sg_decoder_free(decoder);
    int64_t end = s->first + s->count;
    for (int64_t first = s->first / sampler->batch * sampler->batch;
         status == SYNGAN_OK && first < end; first += sampler->batch)
        status = make_block(s, sampler, first);
    return status;
}

/* Conditions are on what a sequence has in all of its rows. */
static syngan_status check_where(const sg_sequences *q, const char *text) {
    sg_where where;
    SG_TRY(sg_where_parse(q->form.form, text, &where));
    syngan_status status = SYNGAN_OK;
    for (size_t i = 0; i < where.count && status == SYNGAN_OK; i++) {
        int32_t column = where.terms[i].column;
        if (q->form.role[column] != SG_ROLE_ATTRIBUTE)
            status = sg_fail(
                q->context, SYNGAN_E_ARGUMENT,
                "sample: conditions on sequences must be on columns that are "
                "the same in all rows of one; '%s' is none",
                q->form.form->columns[column].name);
    }
    sg_where_end(&where);
    return status;
}

typedef struct piece {
    sg_sequences *q;
    const sg_sample_request *request;
    int64_t *rejected;
} piece;

/* Sequences first ... first + count - 1. */
static syngan_status make_piece(void *argument, int64_t first, int64_t count,
                                syngan_table **out) {
    const piece *p = argument;
    sample s = {.q = p->q,
                .context = p->q->context,
                .seed = p->request->seed,
                .options = p->request->options,
                .first = first,
                .count = count};
    SG_TRY(check_where(p->q, s.options->where));
    syngan_status status = make_heads(&s, first, count, &s.heads);
    *p->rejected += s.rejected; /* blocks make some of these again */
    if (status == SYNGAN_OK) status = count_rows(&s);
    if (status == SYNGAN_OK) status = make_steps(&s);
    if (status == SYNGAN_OK) status = join(&s, out);
    syngan_table_free(s.heads);
    syngan_table_free(s.steps);
    sg_free(s.context, s.offset);
    sg_free(s.context, s.sequence);
    return status;
}

syngan_status sg_sequences_sample(void *learnt,
                                  const sg_sample_request *request,
                                  int64_t *rejected) {
    piece p = {.q = learnt, .request = request, .rejected = rejected};
    return sg_sample_pieces(
        request, request->piece == 0 ? PIECE : request->piece, make_piece, &p);
}

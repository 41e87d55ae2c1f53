/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sampling: batches of the generator, decoding, tests, and making again.
 */
#include "synth/sample.h"

#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "synth/sequence.h"
#include "table/options.h"

/* Rows that are worth a thread. */
enum { GRAIN = 32 };
/* Attempts are counted above this bit of a row's id. */
enum { ATTEMPT_BIT = SG_ID_ROW_BITS };

#define T syngan_sample_options
static const sg_field sample_fields[] = {
    SG_STRING(T, where, "conditions that hold in every row"),
    SG_I64(T, first, 0, (double)((int64_t)1 << ATTEMPT_BIT), 0,
           "number of the first row"),
    SG_I32(T, max_tries, 1, 1000000, 1000,
           "times that a row is made until it satisfies everything"),
    SG_BOOL(T, bf16, "products in bf16"),
    SG_I64(T, max_length, 1, SG_LENGTH_MAX, 10000,
           "rows that a sequence may have"),
};
#undef T
SG_FIELDS(sg_options_sample, "sample", syngan_sample_options, sample_fields);

/* ---- beginning and ending ----------------------------------------------- */

void sg_sampling_end(sg_sampling *p) {
    if (p->context == NULL) return;
    sg_where_end(&p->where);
    sg_check_end(&p->check);
    sg_given_end(&p->given);
    sg_free(p->context, p->places);
    sg_free(p->context, p->fixed);
    sg_free(p->context, p->rows);
    sg_free(p->context, p->attempts);
    sg_free(p->context, p->ids);
    *p = (sg_sampling){0};
}

static syngan_status make_buffers(sg_sampling *p) {
    size_t batch = (size_t)p->sampler->batch;
    p->rows = sg_alloc(p->context, batch * sizeof *p->rows);
    p->attempts = sg_alloc(p->context, batch * sizeof *p->attempts);
    p->ids = sg_alloc(p->context, batch * sizeof *p->ids);
    p->places = sg_alloc(p->context, batch * sizeof *p->places);
    p->fixed = sg_alloc(p->context, batch * sizeof *p->fixed);
    if (p->rows != NULL && p->attempts != NULL && p->ids != NULL &&
        p->places != NULL && p->fixed != NULL)
        return SYNGAN_OK;
    return sg_fail_memory(p->context, "sampling", batch * sizeof *p->rows);
}

syngan_status sg_sampling_begin(sg_gan *gan, const sg_sampler *sampler,
                                uint64_t seed, const char *where,
                                int32_t max_tries, sg_sampling *out) {
    sg_sampling *p = out;
    *p = (sg_sampling){.context = gan->context,
                       .encoder = gan->encoder,
                       .conditions = &gan->conditions,
                       .sampler = sampler,
                       .seed = seed,
                       .rare_first = gan->settings.recipe.rare_first,
                       .max_tries = max_tries,
                       .noise = gan->settings.options.noise};
    sg_check_begin(gan->context, &gan->encoder->form->constraints, &p->check);
    syngan_status status = sg_where_parse(gan->encoder->form, where, &p->where);
    if (status == SYNGAN_OK)
        status =
            sg_given_find(gan->encoder, &gan->conditions, &p->where, &p->given);
    if (status == SYNGAN_OK) status = make_buffers(p);
    if (status != SYNGAN_OK) sg_sampling_end(p);
    return status;
}

/* ---- a batch ------------------------------------------------------------ */

typedef struct batch {
    sg_sampling *sampling;
    sg_decoder *decoder;
    int64_t first; /* id of the piece's row 0 */
    int64_t count; /* candidates */
} batch;

/* The condition of candidate i. */
static void draw_condition(const sg_sampling *p, int64_t i, int64_t id) {
    const sg_random random = {.isa = p->context->isa,
                              .seed = p->seed,
                              .step = (uint64_t)p->attempts[i],
                              .stream = sg_stream_id("sample condition")};
    uint32_t words[4];
    sg_random_bits(&random, 4 * (uint64_t)id, 4, words);
    if (p->given.choice >= 0) {
        p->fixed[i] = sg_given_draw(&p->given, words + 1);
        p->places[i] = p->given.start + p->fixed[i];
    } else {
        p->places[i] =
            sg_condition_draw(p->conditions, p->rare_first, words).place;
    }
}

static void fill_rows(void *argument, int64_t first, int64_t last) {
    const batch *b = argument;
    const sg_sampling *p = b->sampling;
    int64_t width = p->conditions->width, noise = p->noise;
    for (int64_t i = first; i < last; i++) {
        int64_t id = b->first + p->rows[i];
        const sg_random random = {.isa = p->context->isa,
                                  .seed = p->seed,
                                  .step = (uint64_t)p->attempts[i],
                                  .stream = sg_stream_id("sample noise")};
        sg_random_normal(&random, (uint64_t)(id * noise), (size_t)noise,
                         (float *)p->sampler->noise->data + i * noise);
        p->ids[i] = (uint64_t)p->attempts[i] << ATTEMPT_BIT | (uint64_t)id;
        if (width == 0) continue;
        float *condition = (float *)p->sampler->condition->data + i * width;
        memset(condition, 0, (size_t)width * sizeof *condition);
        draw_condition(p, i, id);
        condition[p->places[i]] = 1.0f;
    }
}

static syngan_status run_generator(const batch *b) {
    const sg_sampling *p = b->sampling;
    sg_parallel(p->context, b->count, GRAIN, fill_rows, (void *)(uintptr_t)b);
    return syngan_program_run(p->sampler->program, 0);
}

static syngan_status run_batch(const batch *b) {
    const sg_sampling *p = b->sampling;
    if (sg_is_cancelled(p->context))
        return sg_fail(p->context, SYNGAN_E_CANCELLED,
                       "synthesizer: sampling was cancelled");
    return run_generator(b);
}

syngan_status sg_sampling_run(sg_sampling *p, int64_t first, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        p->rows[i] = i;
        p->attempts[i] = 0;
    }
    return run_generator(
        &(batch){.sampling = p, .first = first, .count = count});
}

/* Decodes candidates i ... i + count - 1, which are rows that follow each
 * other. */
static void decode(const batch *b, int64_t i, int64_t count) {
    const sg_sampling *p = b->sampling;
    int64_t width = p->encoder->width;
    const sg_fixed fixed = {.choice = p->given.choice,
                            .alternative = p->fixed + i,
                            .values = p->given.values};
    sg_decoder_put(
        b->decoder, (const float *)p->sampler->output->data + i * width, width,
        p->rows[i], count, p->ids + i, p->given.choice >= 0 ? &fixed : NULL);
}

static syngan_status is_good(const batch *b, int64_t row, bool *good) {
    sg_sampling *p = b->sampling;
    const syngan_table *table = sg_decoder_table(b->decoder);
    *good = sg_where_holds(&p->where, table, row);
    if (*good) SG_TRY(sg_check_row(&p->check, table, row, good));
    if (!*good) p->rejected++;
    return SYNGAN_OK;
}

/* ---- first attempts ----------------------------------------------------- */

/* Rows begin ... end - 1 of the piece once; those that are no good are noted in
 * `again`. */
static syngan_status first_attempts(batch *b, int64_t begin, int64_t end,
                                    int64_t *again, int64_t *n_again) {
    sg_sampling *p = b->sampling;
    bool tested = p->where.count > 0 || p->check.constraints->count > 0;
    for (int64_t first = begin; first < end; first += b->count) {
        b->count =
            end - first < p->sampler->batch ? end - first : p->sampler->batch;
        for (int64_t i = 0; i < b->count; i++) {
            p->rows[i] = first + i;
            p->attempts[i] = 0;
        }
        SG_TRY(run_batch(b));
        decode(b, 0, b->count);
        for (int64_t i = first; tested && i < first + b->count; i++) {
            bool good;
            SG_TRY(is_good(b, i, &good));
            if (!good) again[(*n_again)++] = i;
        }
    }
    return SYNGAN_OK;
}

/* ---- and again ---------------------------------------------------------- */

static syngan_status fail_tries(const sg_sampling *p, int64_t accepted) {
    return sg_fail(
        p->context, SYNGAN_E_STATE,
        "sample: a row was made %d times without satisfying the conditions "
        "and constraints; %lld of %lld rows made so far do (max_tries, or a "
        "condition on fewer columns, may help)",
        p->max_tries, (long long)accepted, (long long)(accepted + p->rejected));
}

/* One more attempt, or several if there is room in the batch, for the first
 * rows of `again`: attempt `from` on. Rows that are no good are written back to
 * the front; *left counts them. */
static syngan_status retry(batch *b, const int64_t *again, int64_t count,
                           int32_t from, int32_t each, int64_t *back,
                           int64_t *left) {
    sg_sampling *p = b->sampling;
    b->count = count * each;
    for (int64_t i = 0; i < b->count; i++) {
        p->rows[i] = again[i / each];
        p->attempts[i] = from + (int32_t)(i % each);
    }
    SG_TRY(run_batch(b));
    for (int64_t i = 0; i < count; i++) {
        bool good = false;
        int64_t row = again[i];
        for (int64_t j = i * each; j < (i + 1) * each && !good; j++) {
            decode(b, j, 1);
            SG_TRY(is_good(b, row, &good));
        }
        if (!good) back[(*left)++] = row;
    }
    return SYNGAN_OK;
}

/* Until none is left. All rows in `again` have had the same attempts. */
static syngan_status further_attempts(batch *b, int64_t rows, int64_t *again,
                                      int64_t count) {
    sg_sampling *p = b->sampling;
    int64_t most = p->sampler->batch;
    for (int32_t done = 1; count > 0;) {
        int64_t left = 0, each = count < most ? most / count : 1;
        if (done >= p->max_tries) return fail_tries(p, rows - count);
        if (each > p->max_tries - done) each = p->max_tries - done;
        for (int64_t i = 0; i < count; i += most) {
            int64_t some = count - i < most ? count - i : most;
            SG_TRY(
                retry(b, again + i, some, done, (int32_t)each, again, &left));
        }
        done += (int32_t)each;
        count = left;
    }
    return SYNGAN_OK;
}

/* Where rows must be unique, all is done batch by batch, so that it does not
 * depend on the size of the piece which rows came before. */
static syngan_status make_rows(batch *b, int64_t count) {
    const sg_sampling *p = b->sampling;
    int64_t block = p->check.has_unique ? p->sampler->batch : count;
    size_t bytes = (size_t)block * sizeof(int64_t);
    int64_t *again = sg_alloc(p->context, bytes);
    if (again == NULL) return sg_fail_memory(p->context, "a sample", bytes);
    syngan_status status = SYNGAN_OK;
    for (int64_t first = 0; first < count && status == SYNGAN_OK;
         first += block) {
        int64_t n_again = 0;
        int64_t end = count - first < block ? count : first + block;
        status = first_attempts(b, first, end, again, &n_again);
        if (status == SYNGAN_OK)
            status = further_attempts(b, end, again, n_again);
    }
    sg_free(p->context, again);
    return status;
}

syngan_status sg_sampling_piece(sg_sampling *sampling, int64_t first,
                                int64_t count, syngan_table **out) {
    batch b = {.sampling = sampling, .first = first};
    SG_TRY(
        sg_decoder_start(sampling->encoder, count, sampling->seed, &b.decoder));
    syngan_status status = make_rows(&b, count);
    if (status == SYNGAN_OK) status = sg_decoder_finish(b.decoder, out);
    sg_decoder_free(b.decoder);
    return status;
}

/* ---- pieces -------------------------------------------------------------- */

syngan_status sg_sample_pieces(const sg_sample_request *request, int64_t piece,
                               sg_piece_fn make, void *argument) {
    syngan_status status = SYNGAN_OK;
    /* A whole table of no row is a piece, too. */
    for (int64_t done = 0, first = 1;
         status == SYNGAN_OK && (done < request->rows || first); first = 0) {
        syngan_table *table = NULL;
        int64_t left = request->rows - done;
        int64_t count = left < piece ? left : piece;
        status = make(argument, request->options->first + done, count, &table);
        if (status == SYNGAN_OK) status = request->take(table, request->user);
        syngan_table_free(table);
        done += count;
    }
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sampling baskets: a size, log odds for it, and as many items as the size,
 * those whose log odds and logistic noise together are greatest.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "encode/encoder_code.h"
#include "synth/basket.h"
#include "synth/sample.h"

/* Baskets that are worth a thread. */
enum { GRAIN = 16 };
/* Baskets of a piece if the caller leaves it to us. */
enum { PIECE = 16384 };

typedef struct sample {
    const sg_baskets *b;
    syngan_context *context;
    const sg_sampler *sampler;
    uint64_t seed;
    int64_t first, count; /* that are made */
    const int64_t *id;    /* of them; NULL: first, first + 1, ... */
    int64_t *offset;      /* of their items, and one more */
    int32_t *place;       /* of the items */
    float *scores;        /* of a batch */
    int64_t at, n;        /* the batch: baskets at ... at + n - 1 of these */
    const syngan_sample_options *options;
    sg_where where;   /* items that each basket has */
    int32_t *attempt; /* by basket: that counts; NULL: the first */
    int64_t rejected;
} sample;

/* ---- sizes -------------------------------------------------------------- */

static sg_random stream(const sample *s, const char *name, uint64_t step) {
    return (sg_random){
        .seed = s->seed, .step = step, .stream = sg_stream_id(name)};
}

static int64_t id_of(const sample *s, int64_t at) {
    return s->id == NULL ? s->first + at : s->id[at];
}

static int32_t attempt_of(const sample *s, int64_t at) {
    return s->attempt == NULL ? 0 : s->attempt[at];
}

static int64_t draw_size(const sample *s, int64_t at) {
    const sg_random random =
        stream(s, "basket size", (uint64_t)attempt_of(s, at));
    int64_t basket = id_of(s, at);
    uint32_t words[2];
    sg_random_bits(&random, 4 * (uint64_t)basket, 2, words);
    double u = ((double)words[0] + (double)words[1] * 0x1p-32) * 0x1p-32;
    int32_t low = 0, high = s->b->longest - 1;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (s->b->until[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return low + 1;
}

/* ---- items -------------------------------------------------------------- */

static bool is_worse(const float *score, int32_t a, int32_t b) {
    return score[a] < score[b] || (score[a] == score[b] && a > b);
}

/* Restores a heap of places whose worst is at the top. */
static void sift(const float *score, int32_t *heap, int64_t size, int64_t at) {
    for (;;) {
        int64_t child = 2 * at + 1, worst = at;
        if (child < size && is_worse(score, heap[child], heap[worst]))
            worst = child;
        if (child + 1 < size && is_worse(score, heap[child + 1], heap[worst]))
            worst = child + 1;
        if (worst == at) return;
        int32_t other = heap[at];
        heap[at] = heap[worst];
        heap[worst] = other;
        at = worst;
    }
}

/* The `size` places with the greatest scores. */
static void choose(const float *score, int32_t width, int32_t *heap,
                   int64_t size) {
    for (int32_t i = 0; i < size; i++)
        heap[i] = i;
    for (int64_t i = size / 2; i-- > 0;)
        sift(score, heap, size, i);
    for (int32_t i = (int32_t)size; i < width; i++)
        if (is_worse(score, heap[0], i)) {
            heap[0] = i;
            sift(score, heap, size, 0);
        }
}

static void fill_noise(void *argument, int64_t first, int64_t last) {
    const sample *s = argument;
    int64_t noise = s->b->rows->settings.options.noise;
    for (int64_t i = first; i < last; i++) {
        int64_t at = s->at + i;
        const sg_random random =
            stream(s, "basket noise", (uint64_t)attempt_of(s, at));
        sg_random_normal(&random, (uint64_t)(id_of(s, at) * noise),
                         (size_t)noise,
                         (float *)s->sampler->noise->data + i * noise);
        sg_basket_give(s->offset[at + 1] - s->offset[at],
                       (float *)s->sampler->condition->data +
                           i * SG_BASKET_GIVEN);
    }
}

static void choose_items(void *argument, int64_t first, int64_t last) {
    const sample *s = argument;
    int32_t width = s->b->rows->encoder->width;
    for (int64_t i = first; i < last; i++) {
        int64_t at = s->at + i;
        float *score = s->scores + i * width;
        const float *logit =
            (const float *)s->sampler->output->data + i * width;
        const sg_random random =
            stream(s, "basket items", (uint64_t)id_of(s, at));
        sg_random_uniform(&random,
                          (uint64_t)attempt_of(s, at) * (uint64_t)width,
                          (size_t)width, score);
        for (int32_t k = 0; k < width; k++) {
            float u = score[k] + 0x1p-25f; /* never 0 */
            score[k] = logit[k] + logf(u / (1.0f - score[k]));
        }
        choose(score, width, s->place + s->offset[at],
               s->offset[at + 1] - s->offset[at]);
    }
}

static syngan_status make_batches(sample *s) {
    for (s->at = 0; s->at < s->count; s->at += s->n) {
        s->n = s->count - s->at < s->sampler->batch ? s->count - s->at
                                                    : s->sampler->batch;
        if (sg_is_cancelled(s->context))
            return sg_fail(s->context, SYNGAN_E_CANCELLED,
                           "synthesizer: sampling was cancelled");
        sg_parallel(s->context, s->n, GRAIN, fill_noise, s);
        SG_TRY(syngan_program_run(s->sampler->program, 0));
        sg_parallel(s->context, s->n, GRAIN, choose_items, s);
    }
    return SYNGAN_OK;
}

static void end_places(const sample *s) {
    sg_free(s->context, s->offset);
    sg_free(s->context, s->place);
    sg_free(s->context, s->scores);
}

static syngan_status make_places(sample *s) {
    size_t width = (size_t)s->b->rows->encoder->width;
    s->offset =
        sg_alloc_zero(s->context, (size_t)s->count + 1, sizeof *s->offset);
    if (s->offset == NULL)
        return sg_fail_memory(s->context, "baskets", (size_t)s->count * 8);
    for (int64_t i = 0; i < s->count; i++)
        s->offset[i + 1] = s->offset[i] + draw_size(s, i);
    size_t bytes = (size_t)s->offset[s->count] * sizeof *s->place;
    size_t scores = (size_t)s->sampler->batch * width * sizeof *s->scores;
    s->place = sg_alloc(s->context, bytes);
    s->scores = sg_alloc(s->context, scores);
    if (s->place == NULL || s->scores == NULL)
        return sg_fail_memory(s->context, "baskets", bytes + scores);
    return make_batches(s);
}

/* ---- the table ---------------------------------------------------------- */

static syngan_status add_keys(const sample *s, syngan_table *to) {
    sg_column column;
    SG_TRY(sg_column_start(s->context, &s->b->form->columns[0],
                           s->offset[s->count], &column));
    syngan_status status =
        sg_groups_new_keys(s->context, s->first, s->offset, s->count, &column);
    if (status == SYNGAN_OK) return sg_table_add(to, &column);
    sg_column_end(s->context, &column);
    return status;
}

/* Of items that share a place, one by their frequency. */
static int32_t item_at(const sample *s, int64_t basket, int64_t at) {
    const sg_encoder *encoder = s->b->rows->encoder;
    const sg_random random =
        stream(s, "basket values", (uint64_t)attempt_of(s, basket));
    float unit;
    sg_random_uniform(&random,
                      (uint64_t)id_of(s, basket) * (uint64_t)encoder->width +
                          (uint64_t)s->place[at],
                      1, &unit);
    return sg_choice_value(&encoder->codes[0].choice, s->place[at], unit);
}

static syngan_status add_items(const sample *s, syngan_table *to) {
    sg_column column;
    SG_TRY(sg_column_start(s->context, &s->b->form->columns[1],
                           s->offset[s->count], &column));
    column.words =
        sg_dictionary_retain(s->b->rows->encoder->form->columns[0].words);
    for (int64_t i = 0; i < s->count; i++)
        for (int64_t at = s->offset[i]; at < s->offset[i + 1]; at++)
            column.codes[at] = item_at(s, i, at);
    return sg_table_add(to, &column);
}

static syngan_status make_table(const sample *s, syngan_table **out) {
    SG_TRY(sg_table_make(s->context, s->offset[s->count], out));
    (*out)->key = 0;
    syngan_status status = add_keys(s, *out);
    if (status == SYNGAN_OK) status = add_items(s, *out);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    syngan_table_free(*out);
    *out = NULL;
    return status;
}

/* ---- conditions ---------------------------------------------------------- */

/* Whether a basket has an item, or lacks it if the term is negated. */
static bool term_holds(const sample *s, int64_t basket,
                       const sg_where_term *term) {
    bool found = false;
    for (int64_t at = s->offset[basket]; at < s->offset[basket + 1] && !found;
         at++)
        found = item_at(s, basket, at) == term->code;
    return found != term->negated;
}

static bool has_items(const sample *s, int64_t basket) {
    const sg_where *where = &s->where;
    bool holds = where->ways == 0;
    for (size_t way = 0; way < where->ways && !holds; way++) {
        holds = true;
        for (size_t i = sg_where_first(where, way);
             i < where->end[way] && holds; i++)
            holds = term_holds(s, basket, &where->terms[i]);
    }
    return holds;
}

static syngan_status fail_tries(const sample *s, int64_t left) {
    return sg_fail(
        s->context, SYNGAN_E_STATE,
        "sample: a basket was made %d times without having the items "
        "that the conditions want; %lld of %lld baskets do "
        "(max_tries, or fewer items, may help)",
        s->options->max_tries, (long long)(s->count - left),
        (long long)s->count);
}

/* Baskets that have the items are noted in attempt[] of all; the others are
 * moved to the front of the round's. Returns how many these are. */
static int64_t sort_out(const sample *round, sample *all, int64_t *ids) {
    int64_t left = 0;
    for (int64_t i = 0; i < round->count; i++)
        if (has_items(round, i))
            all->attempt[ids[i] - all->first] = round->attempt[i];
        else
            ids[left++] = ids[i];
    return left;
}

/* Finds the first attempt of each basket that has the items, in rounds of one
 * attempt of those that have not yet. */
static syngan_status find_attempts(sample *all, int64_t *ids,
                                   int32_t *attempts) {
    syngan_status status = SYNGAN_OK;
    int64_t left = all->count;
    for (int64_t i = 0; i < left; i++)
        ids[i] = all->first + i;
    for (int32_t tried = 0; left > 0 && status == SYNGAN_OK; tried++) {
        if (tried == all->options->max_tries) return fail_tries(all, left);
        sample round = *all;
        round.count = left;
        round.id = ids;
        round.attempt = attempts;
        for (int64_t i = 0; i < left; i++)
            attempts[i] = tried;
        status = make_places(&round);
        if (status == SYNGAN_OK) left = sort_out(&round, all, ids);
        all->rejected += left;
        end_places(&round);
    }
    return status;
}

static syngan_status keep_where(sample *s) {
    size_t n = (size_t)s->count;
    SG_TRY(sg_where_parse(s->b->form, s->options->where, &s->where));
    for (size_t i = 0; i < s->where.count; i++)
        if (s->where.terms[i].column != 1 ||
            s->where.terms[i].kind != SG_WHERE_CODE)
            return sg_fail(s->context, SYNGAN_E_ARGUMENT,
                           "sample: conditions on baskets must say which items "
                           "they have: \"%s = ...\"",
                           s->b->form->columns[1].name);
    if (s->where.count == 0) return SYNGAN_OK;
    int64_t *ids = sg_alloc(s->context, n * sizeof *ids);
    int32_t *attempts = sg_alloc(s->context, n * sizeof *attempts);
    s->attempt = sg_alloc(s->context, n * sizeof *s->attempt);
    syngan_status status = ids != NULL && attempts != NULL && s->attempt != NULL
                               ? find_attempts(s, ids, attempts)
                               : sg_fail_memory(s->context, "baskets", n * 16);
    sg_free(s->context, ids);
    sg_free(s->context, attempts);
    return status;
}

typedef struct piece {
    sg_baskets *b;
    const sg_sample_request *request;
    int64_t *rejected;
} piece;

/* Baskets first ... first + count - 1. */
static syngan_status make_piece(void *argument, int64_t first, int64_t count,
                                syngan_table **out) {
    const piece *p = argument;
    sample s = {.b = p->b,
                .context = p->b->context,
                .seed = p->request->seed,
                .first = first,
                .count = count,
                .options = p->request->options};
    SG_TRY(sg_gan_sampler(p->b->rows, s.options->bf16 != 0, &s.sampler));
    syngan_status status = keep_where(&s);
    if (status == SYNGAN_OK) status = make_places(&s);
    if (status == SYNGAN_OK) status = make_table(&s, out);
    *p->rejected += s.rejected;
    end_places(&s);
    sg_free(s.context, s.attempt);
    sg_where_end(&s.where);
    return status;
}

syngan_status sg_baskets_sample(void *learnt, const sg_sample_request *request,
                                int64_t *rejected) {
    piece p = {.b = learnt, .request = request, .rejected = rejected};
    return sg_sample_pieces(
        request, request->piece == 0 ? PIECE : request->piece, make_piece, &p);
}

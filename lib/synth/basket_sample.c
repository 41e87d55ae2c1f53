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
#include "synth/basket.h"
#include "synth/sample.h"
#include "table/encoder_code.h"

/* Baskets that are worth a thread. */
enum { GRAIN = 16 };

typedef struct sample {
    const sg_baskets *b;
    syngan_context *context;
    const sg_sampler *sampler;
    uint64_t seed;
    int64_t first, count; /* that are asked for */
    int64_t *offset;      /* of their items, and one more */
    int32_t *place;       /* of the items */
    float *scores;        /* of a batch */
    int64_t at, n;        /* the batch: baskets at ... at + n - 1 of these */
} sample;

/* ---- sizes -------------------------------------------------------------- */

static sg_random stream(const sample *s, const char *name, uint64_t step) {
    return (sg_random){
        .seed = s->seed, .step = step, .stream = sg_stream_id(name)};
}

static int64_t draw_size(const sample *s, int64_t basket) {
    const sg_random random = stream(s, "basket size", 0);
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
    const sg_random random = stream(s, "basket noise", 0);
    for (int64_t i = first; i < last; i++) {
        int64_t at = s->at + i;
        sg_random_normal(&random, (uint64_t)((s->first + at) * noise),
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
            stream(s, "basket items", (uint64_t)(s->first + at));
        sg_random_uniform(&random, 0, (size_t)width, score);
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

static syngan_status make_places(sample *s) {
    size_t width = (size_t)s->b->rows->encoder->width;
    s->offset =
        sg_alloc_zero(s->context, (size_t)s->count + 1, sizeof *s->offset);
    if (s->offset == NULL)
        return sg_fail_memory(s->context, "baskets", (size_t)s->count * 8);
    for (int64_t i = 0; i < s->count; i++)
        s->offset[i + 1] = s->offset[i] + draw_size(s, s->first + i);
    size_t bytes = (size_t)s->offset[s->count] * sizeof *s->place;
    size_t scores = (size_t)s->sampler->batch * width * sizeof *s->scores;
    s->place = sg_alloc(s->context, bytes);
    s->scores = sg_alloc(s->context, scores);
    if (s->place == NULL || s->scores == NULL)
        return sg_fail_memory(s->context, "baskets", bytes + scores);
    return make_batches(s);
}

/* ---- the table ---------------------------------------------------------- */

static syngan_status start_column(const sample *s, const sg_column *form,
                                  sg_column *out) {
    size_t bytes = (size_t)s->offset[s->count] * sg_column_step(form);
    *out = (sg_column){.type = form->type, .decimals = form->decimals};
    out->name = sg_strdup(s->context, form->name);
    out->data = sg_alloc(s->context, bytes);
    if (form->format != NULL) out->format = sg_strdup(s->context, form->format);
    if (out->name != NULL && out->data != NULL &&
        (form->format == NULL || out->format != NULL))
        return SYNGAN_OK;
    sg_column_end(s->context, out);
    return sg_fail_memory(s->context, "a column of baskets", bytes);
}

static syngan_status add_keys(const sample *s, syngan_table *to) {
    sg_column column;
    SG_TRY(start_column(s, &s->b->form->columns[0], &column));
    syngan_status status =
        sg_groups_new_keys(s->context, s->first, s->offset, s->count, &column);
    if (status == SYNGAN_OK) return sg_table_add(to, &column);
    sg_column_end(s->context, &column);
    return status;
}

/* Of items that share a place, one by their frequency. */
static syngan_status add_items(const sample *s, syngan_table *to) {
    const sg_encoder *encoder = s->b->rows->encoder;
    const sg_choice_code *choice = &encoder->codes[0].choice;
    const sg_random random = stream(s, "basket values", 0);
    sg_column column;
    SG_TRY(start_column(s, &s->b->form->columns[1], &column));
    column.words = sg_dictionary_retain(encoder->form->columns[0].words);
    for (int64_t i = 0; i < s->count; i++)
        for (int64_t at = s->offset[i]; at < s->offset[i + 1]; at++) {
            float unit;
            uint64_t place = (uint64_t)s->place[at];
            sg_random_uniform(
                &random,
                (uint64_t)(s->first + i) * (uint64_t)encoder->width + place, 1,
                &unit);
            column.codes[at] = sg_choice_value(choice, s->place[at], unit);
        }
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

syngan_status sg_baskets_sample(sg_baskets *b, int64_t first, int64_t count,
                                uint64_t seed, bool bf16, syngan_table **out) {
    sample s = {.b = b,
                .context = b->context,
                .seed = seed,
                .first = first,
                .count = count};
    SG_TRY(sg_synthesizer_sampler(b->rows, bf16, &s.sampler));
    syngan_status status = make_places(&s);
    if (status == SYNGAN_OK) status = make_table(&s, out);
    sg_free(s.context, s.offset);
    sg_free(s.context, s.place);
    sg_free(s.context, s.scores);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Baskets as rows of networks, and what their generator lowers.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "synth/basket.h"

/* Newton steps to the expected number of items. */
enum { NEWTON = 6 };
/* Most that log odds are moved in one: far from the solution, where the sum is
 * flat, longer steps would go to and fro. */
#define MOST_STEP 1.0
/* Of the relaxed draw of an item. */
#define TEMPERATURE 0.5
/* Shares of pairs below it don't get more weight. */
#define LEAST_PAIR 2e-4
#define LEAST_SHARE 1e-3
/* Baskets that are worth a thread. */
enum { GRAIN = 64 };

/* ---- rows of the data --------------------------------------------------- */

void sg_basket_give(int64_t size, float *out) {
    out[0] = (float)size / SG_BASKET_SCALE;
    out[1] = logf((float)size);
    out[2] = 1.0f / (float)size;
}

static void give(const sg_subject *subject, const sg_encoded *encoded,
                 const int64_t *rows, int64_t count, float *out,
                 int64_t stride) {
    const sg_basket_subject *b = subject->user;
    (void)encoded;
    for (int64_t i = 0; i < count; i++)
        sg_basket_give(b->data->first[rows[i] + 1] - b->data->first[rows[i]],
                       out + i * stride);
}

static void expand(const sg_subject *subject, const sg_encoded *encoded,
                   const int64_t *rows, int64_t count, float *out,
                   int64_t stride) {
    const sg_basket_subject *b = subject->user;
    const sg_basket_data *data = b->data;
    (void)encoded;
    for (int64_t i = 0; i < count; i++) {
        float *row = out + i * stride;
        memset(row, 0, (size_t)b->width * sizeof *row);
        for (int64_t at = data->first[rows[i]]; at < data->first[rows[i] + 1];
             at++)
            row[data->place[at]] = 1.0f;
    }
}

/* ---- rows of the generator ---------------------------------------------- */

static syngan_node *row_sum(syngan_node *x) {
    return syngan_sum(x, (const int32_t[]){1}, 1, 1);
}

/* Log odds moved by one number for each basket, by which so many items are
 * expected as are given. */
static syngan_node *move(syngan_node *logits, syngan_node *given) {
    syngan_node *size =
        syngan_affine(syngan_slice(given, 1, 0, 1), SG_BASKET_SCALE, 0.0);
    syngan_node *x = syngan_stop_gradient(logits), *shift = NULL;
    for (int i = 0; i < NEWTON; i++) {
        syngan_node *p =
            syngan_sigmoid(shift == NULL ? x : syngan_add(x, shift));
        syngan_node *error = syngan_subtract(size, row_sum(p));
        syngan_node *slope = syngan_affine(
            row_sum(syngan_multiply(p, syngan_affine(p, -1.0, 1.0))), 1.0,
            0.05);
        syngan_node *step =
            syngan_clip(syngan_divide(error, slope), -MOST_STEP, MOST_STEP);
        shift = shift == NULL ? step : syngan_add(shift, step);
    }
    return syngan_add(logits, syngan_stop_gradient(shift));
}

/* Draws of items: 0 or 1, with the gradient of their relaxation. */
static syngan_node *activate(const sg_subject *subject, syngan_node *logits,
                             syngan_node *given) {
    int64_t dims[SYNGAN_MAX_RANK];
    (void)subject;
    size_t rank = syngan_node_dims(logits, dims);
    if (syngan_node_failed(logits)) return logits;
    syngan_node *u = syngan_clip(
        syngan_random_uniform(logits->graph, dims, rank), 1e-6, 1.0 - 1e-6);
    syngan_node *noise =
        syngan_subtract(syngan_log(u), syngan_log(syngan_affine(u, -1.0, 1.0)));
    syngan_node *soft = syngan_sigmoid(syngan_affine(
        syngan_add(move(logits, given), noise), 1.0 / TEMPERATURE, 0.0));
    syngan_node *hard = syngan_greater(soft, syngan_scalar(logits->graph, 0.5));
    return syngan_add(soft, syngan_stop_gradient(syngan_subtract(hard, soft)));
}

/* ---- moments ------------------------------------------------------------ */

/* Moments of some of the rows of `p` less those of the data: of items and of
 * pairs. */
static void errors_of(syngan_node *p, syngan_node *share, syngan_node *pairs,
                      int64_t first, int64_t count, syngan_node **single,
                      syngan_node **both) {
    syngan_node *half = syngan_slice(p, 0, first, count);
    syngan_node *scaled = syngan_affine(half, 1.0 / (double)count, 0.0);
    *single =
        syngan_subtract(syngan_sum(scaled, (const int32_t[]){0}, 1, 0), share);
    *both = syngan_subtract(syngan_matmul(half, scaled, 1, 0), pairs);
}

static syngan_node *sum_of(syngan_node *x) {
    return syngan_sum(x, NULL, 0, 0);
}

/* Products of the errors of two halves of the batch, which are independent:
 * their expectation is the square of the error's. Items' chances stand for
 * their draws. */
static syngan_node *loss(const sg_subject *subject, syngan_node *logits,
                         syngan_node *given, syngan_node *real) {
    const sg_basket_subject *b = subject->user;
    (void)real;
    int64_t dims[SYNGAN_MAX_RANK];
    (void)syngan_node_dims(logits, dims);
    if (syngan_node_failed(logits)) return logits;
    syngan_graph *graph = logits->graph;
    int64_t half = dims[0] / 2;
    syngan_node *share = syngan_constant(graph, b->share);
    syngan_node *pairs = syngan_constant(graph, b->pairs);
    syngan_node *weights = syngan_constant(graph, b->weights);
    syngan_node *p = syngan_sigmoid(move(logits, given));
    syngan_node *single[2], *both[2];
    for (int i = 0; i < 2; i++)
        errors_of(p, share, pairs, i * half, half, &single[i], &both[i]);
    syngan_node *of_pairs =
        sum_of(syngan_multiply(weights, syngan_multiply(both[0], both[1])));
    syngan_node *of_items =
        sum_of(syngan_divide(syngan_multiply(single[0], single[1]),
                             syngan_affine(share, 1.0, LEAST_SHARE)));
    return syngan_add(of_items, syngan_affine(of_pairs, 0.5, 0.0));
}

/* ---- first values -------------------------------------------------------- */

static void set_bias(const sg_basket_subject *b, const syngan_model *model) {
    const float *share = b->share->data;
    for (size_t i = 0; model != NULL && i < model->n_parameters; i++) {
        const sg_variable *variable = model->parameters[i];
        if (strcmp(variable->name, "output.bias") != 0) continue;
        float *bias = variable->tensor->data;
        for (int32_t k = 0; k < b->width; k++)
            bias[k] += logf(share[k] + 1e-4f) - logf(1.0f - share[k] + 1e-4f);
    }
}

/* Items start out as frequent as they are. */
static void prepare(const sg_subject *subject, sg_gan *gan) {
    const sg_basket_subject *b = subject->user;
    set_bias(b, gan->generator);
    set_bias(b, gan->sampler);
    set_bias(b, gan->average);
}

/* ---- making ------------------------------------------------------------- */

static void count_pairs(const sg_basket_data *data, int32_t width,
                        float *pairs) {
    for (int64_t basket = 0; basket < data->count; basket++) {
        int64_t first = data->first[basket], last = data->first[basket + 1];
        for (int64_t i = first; i < last; i++)
            for (int64_t j = first; j < last; j++)
                pairs[(int64_t)data->place[i] * width + data->place[j]] += 1.0f;
    }
}

static void set_moments(const sg_basket_data *data, int32_t width, float *share,
                        float *pairs, float *weights) {
    count_pairs(data, width, pairs);
    for (int64_t i = 0; i < (int64_t)width * width; i++)
        pairs[i] /= (float)data->count;
    for (int32_t i = 0; i < width; i++)
        share[i] = pairs[(int64_t)i * width + i];
    for (int32_t i = 0; i < width; i++)
        for (int32_t j = 0; j < width; j++)
            weights[(int64_t)i * width + j] =
                i == j ? 0.0f
                       : 1.0f / (share[i] * share[j] + (float)LEAST_PAIR);
}

void sg_basket_subject_end(sg_basket_subject *b) {
    syngan_tensor_free(b->share);
    syngan_tensor_free(b->pairs);
    syngan_tensor_free(b->weights);
    *b = (sg_basket_subject){0};
}

syngan_status sg_basket_subject_make(const sg_basket_data *data, int32_t width,
                                     sg_basket_subject *out) {
    syngan_context *context = data->context;
    *out = (sg_basket_subject){.subject = {.rows = data->count,
                                           .give = give,
                                           .expand = expand,
                                           .activate = activate,
                                           .loss = loss,
                                           .prepare = prepare,
                                           .user = out},
                               .data = data,
                               .width = width};
    const int64_t square[] = {width, width};
    syngan_status status =
        syngan_tensor_create(context, SYNGAN_TYPE_F32, square, 1, &out->share);
    if (status == SYNGAN_OK)
        status = syngan_tensor_create(context, SYNGAN_TYPE_F32, square, 2,
                                      &out->pairs);
    if (status == SYNGAN_OK)
        status = syngan_tensor_create(context, SYNGAN_TYPE_F32, square, 2,
                                      &out->weights);
    if (status != SYNGAN_OK) return status;
    memset(out->pairs->data, 0, (size_t)width * (size_t)width * sizeof(float));
    set_moments(data, width, out->share->data, out->pairs->data,
                out->weights->data);
    return SYNGAN_OK;
}

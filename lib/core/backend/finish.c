/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bias, unary functions, normalisation and slope in a pass of their own, in
 * pieces that stay in the nearest cache.
 */
#include <assert.h>

#include <string.h>

#include "backend/batch_norm.h"
#include "backend/batch_norm_simd.h"
#include "backend/bias_add.h"
#include "backend/convert_simd.h"
#include "backend/finish_simd.h"
#include "base/thread.h"

/* Elements at a time. */
enum { PIECE = 2048 };

/* A result as rows, within which the channels repeat with a period. */
typedef struct finish {
    const sg_site *site;
    const char *from; /* the output itself, or what is copied to it */
    char *output;
    const float *bias;    /* NULL: none */
    const float *slope;   /* NULL: none */
    const float *numbers; /* 3 x channels, of the normalisation; NULL: none */
    int64_t row;          /* elements */
    int64_t rows;
    int64_t pieces; /* of a row */
    int64_t step;   /* channels from row to row, until they are through */
    int64_t channels;
    int64_t period;
    int32_t first; /* unary */
} finish;

static void finish_set_rows(finish *f, const sg_desc *output) {
    const sg_dims *dims = &output->dims;
    int64_t count = sg_dims_count(dims);
    int64_t inner = sg_dims_product(dims, 2, dims->rank);
    if (f->bias == NULL && f->numbers == NULL) {
        f->row = count;
    } else if (dims->rank == 2) {
        f->row = dims->size[1];
        f->period = f->row;
    } else {
        bool blocked = output->layout.kind == SG_BLOCKED;
        f->period = f->step = blocked ? output->layout.block : 1;
        f->row = inner * f->period;
    }
    f->channels = dims->size[1];
    f->rows = count / f->row;
    f->pieces = (f->row - 1) / PIECE + 1;
}

/* First channel of the piece that starts at element `at` of `row`. */
static int64_t piece_channel(const finish *f, int64_t row, int64_t at) {
    return f->step == 0 ? at : row * f->step % f->channels;
}

static void finish_normalise(const finish *f, float *data, size_t count,
                             int64_t channel) {
    int32_t isa = f->site->context->isa;
    const float *numbers = f->numbers + channel;
    const sg_norm_channel c = {.mean = numbers,
                               .scale = numbers + f->channels,
                               .shift = numbers + 2 * f->channels};
    size_t width = f->step == 0 ? count : (size_t)f->period;
    if (width == 1)
        sg_simd_pick(isa, sg_normalise_along)(count, &c, data, data);
    else
        sg_simd_pick(isa, sg_normalise)(count / width, width, width, &c, data,
                                        data);
}

static void finish_floats(const finish *f, float *data, size_t count,
                          int64_t channel) {
    const sg_site *site = f->site;
    int32_t isa = site->context->isa;
    if (f->bias != NULL)
        sg_simd_pick(isa, sg_add_bias)(data, count, f->bias + channel,
                                       (size_t)f->period);
    for (int32_t u = f->first; u <= site->n_unary; u++) {
        if (f->numbers != NULL && u == site->norm_at)
            finish_normalise(f, data, count, channel);
        if (u < site->n_unary)
            sg_unary_run(isa, &site->unary[u], count, data, data);
    }
}

static void multiply_slope(const finish *f, float *data, size_t count,
                           size_t place) {
    if (f->slope == NULL) return;
    sg_unary_grad_run(f->site->context->isa, &f->site->slope, count,
                      f->slope + place, data, data);
}

static void finish_piece(const finish *f, int64_t row, int64_t at,
                         int64_t count) {
    int32_t isa = f->site->context->isa;
    size_t size = syngan_type_size(f->site->output.type);
    size_t place = (size_t)(row * f->row + at);
    char *output = f->output + place * size;
    if (f->from != f->output)
        memcpy(output, f->from + place * size, (size_t)count * size);
    int64_t channel = piece_channel(f, row, at);
    if (f->site->output.type == SYNGAN_TYPE_F32) {
        float *data = (float *)(void *)output;
        finish_floats(f, data, (size_t)count, channel);
        multiply_slope(f, data, (size_t)count, place);
        return;
    }
    float wide[PIECE];
    uint16_t *data = (uint16_t *)(void *)output;
    sg_simd_pick(isa, sg_widen)((size_t)count, data, wide);
    finish_floats(f, wide, (size_t)count, channel);
    sg_simd_pick(isa, sg_narrow)((size_t)count, wide, data);
}

static void finish_range(void *argument, int64_t first, int64_t last) {
    const finish *f = argument;
    for (int64_t i = first; i < last; i++) {
        int64_t at = i % f->pieces * PIECE;
        int64_t count = f->row - at < PIECE ? f->row - at : PIECE;
        finish_piece(f, i / f->pieces, at, count);
    }
}

static void finish_all(finish *f) {
    int64_t piece = f->row < PIECE ? f->row : PIECE;
    sg_parallel(f->site->context, f->rows * f->pieces, SG_GRAIN / piece,
                finish_range, f);
}

const float *sg_finish_numbers(const sg_site *site, const sg_call *call) {
    if (!site->has_norm) return NULL;
    char *workspace = call->workspace;
    float *numbers = (float *)(void *)(workspace + site->norm_place);
    sg_batch_norm_numbers(site->norm_epsilon, site->output.dims.size[1],
                          call->norm, numbers);
    return numbers;
}

void sg_finish(const sg_site *site, const sg_call *call, bool bias,
               int32_t first) {
    finish f = {.site = site,
                .from = call->output,
                .output = call->output,
                .bias = bias ? call->bias : NULL,
                .slope = call->slope,
                .numbers = sg_finish_numbers(site, call),
                .first = first};
    if (!bias && !site->has_norm && !site->has_slope && first >= site->n_unary)
        return;
    finish_set_rows(&f, &site->output);
    finish_all(&f);
}

void sg_finish_elements(const sg_site *site, const sg_call *call, size_t place,
                        size_t count) {
    const finish f = {.site = site, .slope = call->slope};
    float *data = (float *)call->output + place;
    finish_floats(&f, data, count, 0);
    multiply_slope(&f, data, count, place);
}

void sg_finish_block(const sg_site *site, const sg_call *call,
                     const float *numbers, int64_t block) {
    const sg_desc *output = &site->output;
    int64_t lanes = output->layout.block;
    const finish f = {.site = site,
                      .from = call->output,
                      .output = call->output,
                      .bias = site->has_bias ? call->bias : NULL,
                      .slope = call->slope,
                      .numbers = numbers,
                      .row =
                          output->dims.size[2] * output->dims.size[3] * lanes,
                      .step = lanes,
                      .period = lanes,
                      .channels = output->dims.size[1]};
    if (!site->has_bias && numbers == NULL && site->n_unary == 0 &&
        !site->has_slope)
        return;
    for (int64_t at = 0; at < f.row; at += PIECE)
        finish_piece(&f, block, at, f.row - at < PIECE ? f.row - at : PIECE);
}

/* ---- the operator ------------------------------------------------------- */

/* The bias stays plain. */
static syngan_status plan_bias_add(sg_site *site) {
    site->output.layout = site->input[0].layout;
    site->in_place = site->input[0].type == site->output.type;
    return SYNGAN_OK;
}

static syngan_status run_bias_add(const sg_site *site, const sg_call *call) {
    finish f = {.site = site,
                .from = call->input[0],
                .output = call->output,
                .bias = call->input[1],
                .numbers = sg_finish_numbers(site, call)};
    finish_set_rows(&f, &site->output);
    finish_all(&f);
    return SYNGAN_OK;
}

static const sg_kernel kernel_bias_add = {
    .name = "bias add",
    .absorbs = SG_ABSORB_UNARY | SG_ABSORB_NORM,
    .plan = plan_bias_add,
    .run = run_bias_add,
};

const sg_kernel *const sg_bias_add_kernels[] = {&kernel_bias_add, NULL};

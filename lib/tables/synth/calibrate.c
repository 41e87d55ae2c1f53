/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calibrating the shares of single and of missing values; see calibrate.h.
 */
#include "synth/calibrate.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "encode/encoder_code.h"
#include "encode/exponential.h"
#include "synth/sample.h"

/* Rows that are made, and rounds of proportional fitting. */
enum { ROWS = 4096, ROUNDS = 30 };
/* A bias moves by no more than this. */
#define MOST 12.0

/* The choice of a column that has single values or missing ones beside others;
 * NULL: it has none. */
static const sg_part *part_of(const sg_encoder *encoder, size_t c) {
    const sg_column_code *code = &encoder->codes[c];
    bool has = code->codec == &sg_codec_number &&
               (code->number.n_singles > 0 || code->number.has_missing) &&
               code->number.mixture.count > 0 && code->choice_part >= 0;
    return has ? &encoder->parts[code->choice_part] : NULL;
}

/* Numbers of a row that belong to such choices. */
static size_t count_logits(const sg_encoder *encoder) {
    size_t count = 0;
    for (size_t c = 0; c < encoder->n_codes; c++) {
        const sg_part *part = part_of(encoder, c);
        if (part != NULL) count += (size_t)part->width;
    }
    return count;
}

/* The logits of a batch, column after column of ROWS rows. */
static void keep_logits(const sg_encoder *encoder, const float *output,
                        int64_t first, int64_t count, float *logits) {
    for (size_t c = 0; c < encoder->n_codes; c++) {
        const sg_part *part = part_of(encoder, c);
        if (part == NULL) continue;
        size_t width = (size_t)part->width;
        for (int64_t i = 0; i < count; i++)
            memcpy(logits + (size_t)(first + i) * width,
                   output + i * encoder->width + part->start,
                   width * sizeof *logits);
        logits += ROWS * width;
    }
}

static syngan_status make_logits(sg_sampling *sampling, float *logits) {
    int64_t batch = sampling->sampler->batch;
    for (int64_t first = 0; first < ROWS; first += batch) {
        int64_t count = ROWS - first < batch ? ROWS - first : batch;
        SG_TRY(sg_sampling_run(sampling, first, count));
        keep_logits(sampling->encoder, sampling->sampler->output->data, first,
                    count, logits);
    }
    return SYNGAN_OK;
}

/* Mean of the softmax over the rows, of logits that are moved. */
static void mean_shares(const float *logits, int32_t width, const double *moved,
                        double *mean) {
    double e[SG_ALTERNATIVES_MOST];
    memset(mean, 0, (size_t)width * sizeof *mean);
    for (int32_t row = 0; row < ROWS; row++) {
        const float *l = logits + (size_t)row * (size_t)width;
        double most = -INFINITY, sum = 0;
        for (int32_t j = 0; j < width; j++)
            most = fmax(most, (double)l[j] + moved[j]);
        for (int32_t j = 0; j < width; j++)
            sum += e[j] = sg_exp_negative((double)l[j] + moved[j] - most);
        for (int32_t j = 0; j < width; j++)
            mean[j] += e[j] / sum / ROWS;
    }
}

/* Moves the alternatives from `first` on, those of no component, until they
 * have their shares. */
static void fit_moves(const float *logits, int32_t width, int32_t first,
                      const double *share, double *moved) {
    double mean[SG_ALTERNATIVES_MOST];
    memset(moved, 0, (size_t)width * sizeof *moved);
    for (int32_t round = 0; round < ROUNDS; round++) {
        mean_shares(logits, width, moved, mean);
        for (int32_t j = first; j < width; j++) {
            double step = log(fmax(share[j], 1e-9) / fmax(mean[j], 1e-9));
            moved[j] = fmin(MOST, fmax(-MOST, moved[j] + step));
        }
    }
}

static void move_biases(const sg_encoder *encoder, const float *logits,
                        float *bias) {
    double moved[SG_ALTERNATIVES_MOST];
    for (size_t c = 0; c < encoder->n_codes; c++) {
        const sg_part *part = part_of(encoder, c);
        if (part == NULL) continue;
        int32_t first = encoder->codes[c].number.mixture.count;
        fit_moves(logits, part->width, first, part->share, moved);
        for (int32_t j = first; j < part->width; j++)
            bias[part->start + j] += (float)moved[j];
        logits += ROWS * (size_t)part->width;
    }
}

static syngan_status calibrate(sg_sampling *sampling, float *logits,
                               syngan_model *model) {
    syngan_tensor *bias;
    SG_TRY(make_logits(sampling, logits));
    SG_TRY(syngan_model_parameter(model, "output.bias", &bias));
    move_biases(sampling->encoder, logits, bias->data);
    syngan_tensor_free(bias);
    return SYNGAN_OK;
}

syngan_status sg_calibrate(sg_gan *gan, const sg_sampler *sampler,
                           syngan_model *model) {
    size_t bytes = count_logits(gan->encoder) * ROWS * sizeof(float);
    if (bytes == 0) return SYNGAN_OK;
    sg_sampling sampling;
    SG_TRY(sg_sampling_begin(gan, sampler, gan->settings.options.seed, NULL, 1,
                             &sampling));
    float *logits = sg_alloc(gan->context, bytes);
    syngan_status status =
        logits != NULL ? calibrate(&sampling, logits, model)
                       : sg_fail_memory(gan->context, "a sample", bytes);
    sg_free(gan->context, logits);
    sg_sampling_end(&sampling);
    return status;
}

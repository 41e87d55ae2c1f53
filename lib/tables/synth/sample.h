/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the endless synthetic table of a seed: row i is made from noise, a
 * condition and draws of the decoder that are functions of (seed, i, attempt),
 * and is the first attempt that satisfies what is asked for.
 */
#ifndef SG_SYNTH_SAMPLE_H
#define SG_SYNTH_SAMPLE_H

#include "synth/check.h"
#include "synth/given.h"
#include "synth/synth.h"
#include "synth/where.h"

typedef struct sg_sampling {
    syngan_context *context;
    const sg_encoder *encoder;
    const sg_conditions *conditions;
    const sg_sampler *sampler;
    uint64_t seed;
    bool rare_first; /* conditions by logarithms of frequencies */
    int32_t max_tries;
    int32_t noise;
    sg_where where;
    sg_check check;
    sg_given given;
    int64_t rejected;
    /* For a batch. */
    int64_t *rows; /* in the piece */
    int32_t *attempts;
    uint64_t *ids;
    int32_t *places; /* of the conditions */
    int32_t *fixed;  /* alternatives of the choice that is given */
} sg_sampling;

/* `where` may be NULL. */
syngan_status sg_sampling_begin(sg_gan *gan, const sg_sampler *sampler,
                                uint64_t seed, const char *where,
                                int32_t max_tries, sg_sampling *out);
void sg_sampling_end(sg_sampling *sampling);
/* The generator's output for `count` rows from `first` on, no more than a
 * batch: their first attempts. Also after a cancel. */
syngan_status sg_sampling_run(sg_sampling *sampling, int64_t first,
                              int64_t count);
/* Rows first ... first + count - 1. */
syngan_status sg_sampling_piece(sg_sampling *sampling, int64_t first,
                                int64_t count, syngan_table **out);

/* ---- pieces -------------------------------------------------------------- */

/* Rows of a seed that are asked for, options->first on, and where they go. */
typedef struct sg_sample_request {
    int64_t rows;
    int64_t piece; /* rows of one; 0: as the kind of rows likes it */
    uint64_t seed;
    const syngan_sample_options *options;
    syngan_piece_fn take;
    void *user;
} sg_sample_request;

/* Makes rows first ... first + count - 1. */
typedef syngan_status (*sg_piece_fn)(void *argument, int64_t first,
                                     int64_t count, syngan_table **out);
/* Makes pieces of `piece` rows and hands them on. */
syngan_status sg_sample_pieces(const sg_sample_request *request, int64_t piece,
                               sg_piece_fn make, void *argument);

#endif

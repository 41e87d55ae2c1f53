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
syngan_status sg_sampling_begin(syngan_synthesizer *s,
                                const sg_sampler *sampler, uint64_t seed,
                                const char *where, int32_t max_tries,
                                sg_sampling *out);
void sg_sampling_end(sg_sampling *sampling);
/* The program for samples, which is kept. */
syngan_status sg_synthesizer_sampler(syngan_synthesizer *s, int32_t bf16,
                                     const sg_sampler **out);
/* The generator's output for `count` rows from `first` on, no more than a
 * batch: their first attempts. Also after a cancel. */
syngan_status sg_sampling_run(sg_sampling *sampling, int64_t first,
                              int64_t count);
/* Rows first ... first + count - 1. */
syngan_status sg_sampling_piece(sg_sampling *sampling, int64_t first,
                                int64_t count, syngan_table **out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of a fit: what it takes, the limits on it, and whether encoded
 * rows lie in memory or in a file. What can't fit is refused before anything is
 * trained, with a limit that would be enough.
 */
#ifndef SG_SYNTH_BUDGET_H
#define SG_SYNTH_BUDGET_H

#include "synth/examples.h"

/* Most bytes that the context may hold during a fit; 0: no limit. `before`:
 * what it held when the fit began. */
typedef struct sg_budget {
    uint64_t limit, before;
    uint64_t enough; /* for training, as far as can be told */
    bool is_own;     /* the fit's option, counted from `before` */
} sg_budget;

sg_budget sg_budget_make(const syngan_context *context,
                         const sg_synth_settings *settings, uint64_t before);

/* A GAN around the encoder, which it takes over, on failure too; networks that
 * would pass the limit, or the machine's memory, by themselves are refused. */
syngan_status sg_budget_make_gan(const sg_budget *budget,
                                 const sg_synth_settings *settings,
                                 sg_encoder *encoder, int64_t rows,
                                 sg_gan **out);
/* Before training is made: refuses what would pass the limit even with its rows
 * in a file. */
syngan_status sg_budget_check_training(sg_budget *budget, sg_gan *gan,
                                       const sg_examples *examples);
/* Once it is made: where rows are to lie. `sampling`: bytes that a measure of
 * quality takes for a while. */
syngan_status sg_budget_place_rows(const sg_budget *budget, sg_gan *gan,
                                   uint64_t sampling, sg_examples *examples);
/* `status`, unless it says that the limit was met while training was made: then
 * with a sentence that tells what would be enough. */
syngan_status sg_budget_explain(const sg_budget *budget, const sg_gan *gan,
                                syngan_status status);
/* Likewise while rows were read and prepared, for which no more than `bytes`
 * are taken. */
syngan_status sg_budget_explain_preparing(const sg_budget *budget,
                                          syngan_context *context,
                                          uint64_t bytes, syngan_status status);
/* Before several stages are trained, of which one holds at most `most` bytes,
 * the context's included. */
syngan_status sg_budget_check_stages(const sg_budget *budget,
                                     syngan_context *context, uint64_t most);
/* An upper bound on what preparing a table takes. */
uint64_t sg_budget_preparing(int64_t rows, size_t columns);

#endif

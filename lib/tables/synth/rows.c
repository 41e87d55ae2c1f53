/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthesizers of baskets and of sequences: handles around those of their
 * parts.
 */
#include "base/memory.h"
#include "synth/basket.h"
#include "synth/budget.h"
#include "synth/sample.h"
#include "synth/sequence.h"

/* Baskets of a piece, and sequences, if the caller leaves it to us. */
enum { BASKETS_PIECE = 16384, SEQUENCES_PIECE = 512 };

void sg_rows_free(syngan_synthesizer *s) {
    sg_baskets_free(s->baskets);
    sg_sequences_free(s->sequences);
}

const syngan_synthesizer *sg_synthesizer_core(const syngan_synthesizer *s) {
    if (s->baskets != NULL) return s->baskets->rows;
    if (s->sequences == NULL) return s;
    return s->sequences->steps != NULL ? s->sequences->steps
                                       : s->sequences->heads;
}

const syngan_table *sg_synthesizer_form(const syngan_synthesizer *s) {
    return s->baskets != NULL     ? s->baskets->form
           : s->sequences != NULL ? s->sequences->form.form
                                  : s->encoder->form;
}

syngan_status sg_rows_make(syngan_context *context,
                           const sg_synth_settings *settings,
                           syngan_synthesizer **out) {
    syngan_synthesizer *s = sg_alloc_zero(context, 1, sizeof *s);
    if (s == NULL) return sg_fail_memory(context, "a synthesizer", sizeof *s);
    sg_context_retain(context);
    s->context = context;
    s->settings = *settings;
    s->settings.options.key = s->settings.options.order =
        s->settings.options.item = s->settings.options.scratch = NULL;
    s->best = -1.0;
    *out = s;
    return SYNGAN_OK;
}

static syngan_status fit(const syngan_table *table,
                         const sg_synth_settings *settings,
                         syngan_synthesizer **out) {
    SG_TRY(sg_rows_make(table->context, settings, out));
    return settings->options.rows == SYNGAN_ROWS_BASKETS
               ? sg_baskets_fit(table, settings, &(*out)->baskets)
               : sg_sequences_fit(table, settings, &(*out)->sequences);
}

/* Under a limit: prepares all stages before the first is trained, in order to
 * know what they take. */
static syngan_status rehearse(const syngan_table *table,
                              const sg_synth_settings *settings) {
    syngan_context *context = table->context;
    sg_budget budget =
        sg_budget_make(context, settings, atomic_load(&context->bytes));
    sg_fit_estimate estimate = {.bytes_only = true};
    sg_synth_settings s = *settings;
    syngan_synthesizer *none = NULL;
    if (budget.limit == 0) return SYNGAN_OK;
    s.estimate = &estimate;
    s.options.progress = NULL;
    syngan_status status = fit(table, &s, &none);
    syngan_synthesizer_free(none);
    if (status != SYNGAN_OK)
        return estimate.refused
                   ? status
                   : sg_budget_explain_preparing(
                         &budget, context,
                         4 * sg_budget_preparing(table->rows, table->n_columns),
                         status);
    return sg_budget_check_stages(&budget, context, estimate.most);
}

syngan_status sg_rows_fit(const syngan_table *table,
                          const sg_synth_settings *settings,
                          syngan_synthesizer **out) {
    if (settings->estimate == NULL) SG_TRY(rehearse(table, settings));
    return fit(table, settings, out);
}

static syngan_status make_piece(const syngan_synthesizer *s, int64_t first,
                                int64_t count, uint64_t seed,
                                const syngan_sample_options *options,
                                int64_t *rejected, syngan_table **out) {
    return s->baskets != NULL
               ? sg_baskets_sample(s->baskets, first, count, seed, options,
                                   rejected, out)
               : sg_sequences_sample(s->sequences, first, count, seed, options,
                                     rejected, out);
}

syngan_status sg_rows_stream(const syngan_synthesizer *s, int64_t rows,
                             int64_t piece, uint64_t seed,
                             const syngan_sample_options *options,
                             int64_t *rejected, syngan_piece_fn take,
                             void *user) {
    int64_t all = 0;
    if (piece == 0)
        piece = s->baskets != NULL ? BASKETS_PIECE : SEQUENCES_PIECE;
    syngan_status status = SYNGAN_OK;
    /* A whole table of no row is a piece, too. */
    for (int64_t done = 0, first = 1;
         status == SYNGAN_OK && (done < rows || first); first = 0) {
        syngan_table *table = NULL;
        int64_t count = rows - done < piece ? rows - done : piece;
        status = make_piece(s, options->first + done, count, seed, options,
                            &all, &table);
        if (status == SYNGAN_OK) status = take(table, user);
        syngan_table_free(table);
        done += count;
    }
    if (rejected != NULL) *rejected = all;
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public handle: each call is one of its kind of rows.
 */
#include "base/floats.h"
#include "base/memory.h"
#include "encode/encoder_code.h"
#include "synth/budget.h"
#include "synth/row_kind.h"
#include "table/options.h"

static const sg_row_kind *const kinds[] = {
    [SYNGAN_ROWS_INDEPENDENT] = &sg_rows_independent,
    [SYNGAN_ROWS_BASKETS] = &sg_rows_baskets,
    [SYNGAN_ROWS_SEQUENCES] = &sg_rows_sequences,
};

/* ---- making and freeing ------------------------------------------------- */

void syngan_synthesizer_free(syngan_synthesizer *s) {
    if (s == NULL) return;
    syngan_context *context = s->context;
    s->kind->free(s->learnt);
    sg_free(context, s);
    sg_context_release(context);
}

syngan_status sg_synthesizer_make(syngan_context *context,
                                  const sg_synth_settings *settings,
                                  syngan_synthesizer **out) {
    syngan_synthesizer *s = sg_alloc_zero(context, 1, sizeof *s);
    if (s == NULL) return sg_fail_memory(context, "a synthesizer", sizeof *s);
    sg_context_retain(context);
    s->context = context;
    s->kind = kinds[settings->options.rows];
    sg_synth_settings_keep(settings, &s->settings);
    *out = s;
    return SYNGAN_OK;
}

/* ---- looking ------------------------------------------------------------ */

static const sg_gan *last_gan(const syngan_synthesizer *s) {
    return s == NULL || s->learnt == NULL ? NULL : s->kind->last(s->learnt);
}

int64_t syngan_synthesizer_epochs(const syngan_synthesizer *synthesizer) {
    const sg_gan *last = last_gan(synthesizer);
    return last == NULL ? 0 : sg_gan_epochs(last);
}

size_t syngan_synthesizer_schema(const syngan_synthesizer *synthesizer,
                                 char *text, size_t size) {
    SG_OWN_FLOATS;
    return syngan_table_schema(
        synthesizer == NULL ? NULL
                            : synthesizer->kind->prototype(synthesizer->learnt),
        text, size);
}

/* ---- fitting ------------------------------------------------------------ */

static syngan_status check_arguments(const syngan_table *table, const void *out,
                                     const char *where) {
    if (table == NULL) return SYNGAN_E_ARGUMENT;
    if (out != NULL) return SYNGAN_OK;
    return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                   "%s: the place for the result is NULL", where);
}

/* Prepares all as for a fit, to know what it takes. */
static syngan_status rehearse(const syngan_table *table,
                              const sg_synth_settings *settings,
                              sg_fit_estimate *estimate) {
    const sg_row_kind *kind = kinds[settings->options.rows];
    sg_synth_settings s = *settings;
    void *learnt = NULL;
    s.estimate = estimate;
    s.options.progress = NULL;
    syngan_status status = kind->fit(table, &s, &learnt);
    kind->free(learnt);
    return status;
}

/* Under a limit: prepares all stages before the first is trained. */
static syngan_status check_stages(const syngan_table *table,
                                  const sg_synth_settings *settings) {
    syngan_context *context = table->context;
    sg_budget budget =
        sg_budget_make(context, settings, atomic_load(&context->bytes));
    sg_fit_estimate estimate = {.bytes_only = true};
    if (budget.limit == 0) return SYNGAN_OK;
    syngan_status status = rehearse(table, settings, &estimate);
    if (status == SYNGAN_OK)
        return sg_budget_check_stages(&budget, context, estimate.most);
    return estimate.refused
               ? status
               : sg_budget_explain_preparing(
                     &budget, context,
                     4 * sg_budget_preparing(table->rows, table->n_columns),
                     status);
}

/* Whether what was learnt until a failure is worth having. */
static bool is_useful(const syngan_synthesizer *s, syngan_status status) {
    bool stopped = status == SYNGAN_E_CANCELLED ||
                   status == SYNGAN_E_DIVERGED || status >= SYNGAN_E_USER;
    const sg_gan *last = last_gan(s);
    return last != NULL && stopped && last->steps > 0;
}

syngan_status sg_synthesizer_fitted(syngan_status status,
                                    syngan_synthesizer **out) {
    if (status == SYNGAN_OK || is_useful(*out, status)) return status;
    syngan_synthesizer_free(*out);
    *out = NULL;
    return status;
}

syngan_status syngan_synthesizer_fit(const syngan_table *table,
                                     const syngan_synthesizer_options *options,
                                     syngan_synthesizer **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    SG_TRY(check_arguments(table, out, "syngan_synthesizer_fit"));
    sg_synth_settings settings;
    SG_TRY(sg_synth_settings_read(table->context, options, table->rows,
                                  "synthesizer", &settings));
    const sg_row_kind *kind = kinds[settings.options.rows];
    if (kind->estimate == NULL) SG_TRY(check_stages(table, &settings));
    SG_TRY(sg_synthesizer_make(table->context, &settings, out));
    return sg_synthesizer_fitted(kind->fit(table, &settings, &(*out)->learnt),
                                 out);
}

syngan_status syngan_synthesizer_continue(syngan_synthesizer *synthesizer,
                                          const syngan_table *table,
                                          int64_t epochs) {
    SG_OWN_FLOATS;
    if (synthesizer == NULL) return SYNGAN_E_ARGUMENT;
    const syngan_synthesizer *s = synthesizer;
    if (table == NULL || table->context != s->context || epochs < 0)
        return sg_fail(s->context, SYNGAN_E_ARGUMENT,
                       "syngan_synthesizer_continue: %s",
                       table == NULL ? "`table` is NULL"
                       : epochs < 0  ? "the number of epochs is below 0"
                                     : "the table is of another context");
    if (s->kind->go_on == NULL)
        return sg_fail(s->context, SYNGAN_E_STATE,
                       "synthesizer: one of baskets or sequences can't go on "
                       "training");
    return s->kind->go_on(s->learnt, table, epochs);
}

syngan_status
syngan_synthesizer_estimate(const syngan_table *table,
                            const syngan_synthesizer_options *options,
                            uint64_t *bytes, double *seconds) {
    SG_OWN_FLOATS;
    if (bytes != NULL) *bytes = 0;
    if (seconds != NULL) *seconds = 0.0;
    SG_TRY(check_arguments(table, bytes, "syngan_synthesizer_estimate"));
    sg_synth_settings settings;
    sg_fit_estimate estimate = {0};
    SG_TRY(sg_synth_settings_read(table->context, options, table->rows,
                                  "synthesizer", &settings));
    settings.options.progress = NULL;
    settings.options.memory_limit = 0; /* what it would take is the question */
    const sg_row_kind *kind = kinds[settings.options.rows];
    if (kind->estimate != NULL)
        return kind->estimate(table, &settings, bytes, seconds);
    SG_TRY(rehearse(table, &settings, &estimate));
    *bytes = estimate.bytes;
    if (seconds != NULL) *seconds = estimate.seconds;
    return SYNGAN_OK;
}

/* ---- sampling ----------------------------------------------------------- */

static syngan_status sample(const syngan_synthesizer *s,
                            const sg_sample_request *request,
                            const syngan_sample_options *options,
                            int64_t *rejected, const char *where) {
    syngan_sample_options read;
    sg_sample_request r = *request;
    int64_t count = 0;
    if (s == NULL) return SYNGAN_E_ARGUMENT;
    if (r.take == NULL || r.rows < 0 || r.piece < 0 ||
        r.rows > (int64_t)1 << SG_ID_ROW_BITS)
        return sg_fail(s->context, SYNGAN_E_ARGUMENT, "%s: %s", where,
                       r.take == NULL ? "the place for the result is NULL"
                       : r.rows < 0   ? "the number of rows is below 0"
                       : r.piece < 0  ? "the rows of a piece are below 0"
                                      : "there are no more than 2^44 rows");
    SG_TRY(sg_options_read(s->context, &sg_options_sample, options, "sample",
                           &read));
    r.options = &read;
    syngan_status status = s->kind->sample(s->learnt, &r, &count);
    if (rejected != NULL) *rejected = count;
    return status;
}

syngan_status syngan_synthesizer_stream(syngan_synthesizer *synthesizer,
                                        int64_t rows, int64_t piece,
                                        uint64_t seed,
                                        const syngan_sample_options *options,
                                        int64_t *rejected, syngan_piece_fn take,
                                        void *user) {
    SG_OWN_FLOATS;
    if (rejected != NULL) *rejected = 0;
    const sg_sample_request request = {
        .rows = rows, .piece = piece, .seed = seed, .take = take, .user = user};
    return sample(synthesizer, &request, options, rejected,
                  "syngan_synthesizer_stream");
}

/* The only piece. */
static syngan_status keep_table(const syngan_table *piece, void *user) {
    *(syngan_table **)user = sg_table_retain((syngan_table *)(uintptr_t)piece);
    return SYNGAN_OK;
}

syngan_status syngan_synthesizer_sample(syngan_synthesizer *synthesizer,
                                        int64_t rows, uint64_t seed,
                                        const syngan_sample_options *options,
                                        int64_t *rejected, syngan_table **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (rejected != NULL) *rejected = 0;
    const sg_sample_request request = {.rows = rows,
                                       .piece = rows > 0 ? rows : 1,
                                       .seed = seed,
                                       .take = out != NULL ? keep_table : NULL,
                                       .user = out};
    return sample(synthesizer, &request, options, rejected,
                  "syngan_synthesizer_sample");
}

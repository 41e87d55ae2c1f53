/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Independent rows: one GAN.
 */
#include "base/thread.h"
#include "synth/estimate.h"
#include "synth/fit.h"
#include "synth/row_kind.h"

/* Rows of a piece if the caller leaves it to us. */
enum { PIECE = 65536 };

static syngan_status fit(const syngan_table *table,
                         const sg_synth_settings *settings, void **out) {
    sg_examples examples = {.table = table};
    sg_gan *gan = NULL;
    syngan_status status =
        sg_gan_learn(&examples, settings, NULL, sg_seconds(),
                     atomic_load(&table->context->bytes), &gan);
    *out = gan;
    return status;
}

static syngan_status go_on(void *learnt, const syngan_table *table,
                           int64_t epochs) {
    return sg_gan_go_on(learnt, table, epochs);
}

/* ---- sampling ----------------------------------------------------------- */

static syngan_status make_piece(void *argument, int64_t first, int64_t count,
                                syngan_table **out) {
    return sg_sampling_piece(argument, first, count, out);
}

static syngan_status sample(void *learnt, const sg_sample_request *request,
                            int64_t *rejected) {
    const syngan_sample_options *o = request->options;
    const sg_sampler *sampler;
    sg_sampling sampling;
    int64_t piece = request->piece == 0 ? PIECE : request->piece;
    SG_TRY(sg_gan_sampler(learnt, o->bf16 != 0, &sampler));
    SG_TRY(sg_sampling_begin(learnt, sampler, request->seed, o->where,
                             o->max_tries, &sampling));
    if (sampling.check.has_unique)
        piece = (piece - 1) / sampler->batch * sampler->batch + sampler->batch;
    syngan_status status =
        sg_sample_pieces(request, piece, make_piece, &sampling);
    *rejected = sampling.rejected;
    sg_sampling_end(&sampling);
    return status;
}

/* ---- files, and looking ------------------------------------------------- */

static syngan_status read(syngan_context *context, sg_json_value object,
                          sg_gan_load_fn load, void *argument, void **out) {
    (void)context;
    (void)object;
    sg_gan *gan = NULL;
    syngan_status status = load(argument, "", &gan);
    *out = gan;
    return status;
}

static syngan_status visit(const void *learnt, sg_gan_visit_fn visit_gan,
                           void *argument) {
    return visit_gan("", learnt, argument);
}

static const sg_gan *last(const void *learnt) {
    return learnt;
}

static const syngan_table *prototype(const void *learnt) {
    return ((const sg_gan *)learnt)->encoder->form;
}

static void end(void *learnt) {
    sg_gan_free(learnt);
}

const sg_row_kind sg_rows_independent = {
    .fit = fit,
    .go_on = go_on,
    .estimate = sg_estimate_table,
    .sample = sample,
    .read = read,
    .visit = visit,
    .last = last,
    .prototype = prototype,
    .free = end,
};

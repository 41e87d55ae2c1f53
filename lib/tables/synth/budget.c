/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits on the memory of a fit.
 */
#include "synth/budget.h"

#include <unistd.h>

#include "base/memory.h"

/* Beyond what is counted: small blocks. */
#define SLACK ((uint64_t)1 << 20)
/* Rows of the sampler's batch, with what its layers hold of them. */
enum { SAMPLER_ROWS = 512, LAYER_VALUES = 8 };

sg_budget sg_budget_make(const syngan_context *context,
                         const sg_synth_settings *settings, uint64_t before) {
    sg_budget budget = {.limit = context->memory_limit, .before = before};
    uint64_t own = settings->options.memory_limit;
    if (own == 0 || own > UINT64_MAX - before) return budget;
    if (budget.limit == 0 || before + own < budget.limit) {
        budget.limit = before + own;
        budget.is_own = true;
    }
    return budget;
}

static uint64_t machine_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

/* Bytes as a user gives them to the limit, in MB, rounded upwards. */
static double shown(const sg_budget *budget, uint64_t bytes) {
    if (budget->is_own)
        bytes -= bytes < budget->before ? bytes : budget->before;
    return (double)((bytes + 99999) / 100000) * 0.1;
}

static double limit_of(const sg_budget *budget) {
    uint64_t bytes = budget->limit - (budget->is_own ? budget->before : 0);
    return (double)bytes * 1e-6;
}

/* ---- what training takes ------------------------------------------------- */

/* An upper bound on what measuring quality takes: the sampler's program, real
 * rows and made ones. */
static uint64_t sampling_bytes(const sg_synth_settings *settings,
                               const sg_encoder *encoder) {
    const syngan_synthesizer_options *o = &settings->options;
    double layers = (double)o->width * (double)(o->depth + 1) +
                    (double)o->noise + (double)encoder->width;
    double bytes = SAMPLER_ROWS * LAYER_VALUES * sizeof(float) * layers;
    bytes += sg_gan_least_bytes(settings, encoder) / 4;
    return (uint64_t)bytes + ((uint64_t)encoder->form->n_columns << 18);
}

/* Bytes that would be enough, what the context holds included: `training` and
 * all around it. */
static uint64_t enough_for(const syngan_context *context,
                           const sg_synth_settings *settings,
                           const sg_encoder *encoder,
                           const sg_examples *examples, uint64_t training) {
    uint64_t bytes = atomic_load(&context->bytes) + training + training / 8;
    bytes += sampling_bytes(settings, encoder) + SLACK;
    return examples == NULL || examples->whole == NULL
               ? bytes
               : bytes + examples->whole->reading * 2;
}

/* Without what is not known before networks are made. */
static uint64_t guess(const sg_synth_settings *settings,
                      const sg_encoder *encoder, int64_t rows, bool in_file) {
    uint64_t cells = in_file ? 0 : (uint64_t)sg_encoder_row_cells(encoder) * 2;
    return (uint64_t)(4 * sg_gan_least_bytes(settings, encoder)) +
           (uint64_t)rows * cells * sizeof(sg_encoded_cell) + 4 * SLACK;
}

/* Of training, with rows that don't lie in a file. */
static uint64_t training_bytes(sg_gan *gan, bool in_file) {
    uint64_t bytes;
    if (sg_training_estimate(gan, &bytes) != SYNGAN_OK)
        return guess(&gan->settings, gan->encoder, gan->n_rows, in_file);
    return in_file ? bytes - sg_examples_bytes(gan) : bytes;
}

/* ---- refusing ------------------------------------------------------------ */

static syngan_status check_networks(const sg_budget *budget,
                                    const sg_synth_settings *settings,
                                    const sg_encoder *encoder, int64_t rows) {
    syngan_context *context = encoder->context;
    double bytes = sg_gan_least_bytes(settings, encoder);
    double all = (double)machine_memory();
    const char *what = "fewer columns, or a smaller max_choices or width";
    if (budget->limit != 0 &&
        bytes > (double)budget->limit - (double)budget->before)
        return sg_fail(
            context, SYNGAN_E_MEMORY,
            "synthesizer: rows of %d numbers when encoded, of %zu columns, "
            "need networks of %.1f MB while training, more than the limit, "
            "%.1f MB; %s, take less, and a limit of %.1f MB would be enough",
            encoder->width, encoder->form->n_columns, bytes * 1e-6,
            limit_of(budget), what,
            shown(budget, enough_for(context, settings, encoder, NULL,
                                     guess(settings, encoder, rows, false))));
    if (budget->limit != 0 || all <= 0.0 || bytes <= all) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_MEMORY,
                   "synthesizer: rows of %d numbers when encoded, of %zu "
                   "columns, need networks of %.0f MB while training, more "
                   "than the memory of this machine, %.0f MB; %s, take less",
                   encoder->width, encoder->form->n_columns, bytes * 1e-6,
                   all * 1e-6, what);
}

syngan_status sg_budget_make_gan(const sg_budget *budget,
                                 const sg_synth_settings *settings,
                                 sg_encoder *encoder, int64_t rows,
                                 sg_gan **out) {
    syngan_status status = check_networks(budget, settings, encoder, rows);
    if (status == SYNGAN_OK)
        return sg_gan_make(settings, encoder, rows, true, out);
    sg_encoder_release(encoder);
    return status;
}

static syngan_status refuse(const sg_budget *budget, const sg_gan *gan,
                            uint64_t bytes, uint64_t enough) {
    return sg_fail(gan->context, SYNGAN_E_MEMORY,
                   "synthesizer: learning %lld rows, of %d numbers each when "
                   "encoded, would take %.1f MB, more than the limit of %.1f "
                   "MB; a smaller max_choices or width takes less, and a limit "
                   "of %.1f MB would be enough",
                   (long long)gan->n_rows, gan->encoder->width,
                   shown(budget, bytes), limit_of(budget),
                   shown(budget, enough));
}

syngan_status sg_budget_check_training(sg_budget *budget, sg_gan *gan,
                                       const sg_examples *examples) {
    if (budget->limit == 0) return SYNGAN_OK;
    uint64_t training = training_bytes(gan, examples->whole != NULL);
    uint64_t bytes = atomic_load(&gan->context->bytes) + training;
    budget->enough = enough_for(gan->context, &gan->settings, gan->encoder,
                                examples, training);
    return bytes <= budget->limit ? SYNGAN_OK
                                  : refuse(budget, gan, bytes, budget->enough);
}

syngan_status sg_budget_place_rows(const sg_budget *budget, sg_gan *gan,
                                   uint64_t sampling, sg_examples *examples) {
    bool is_whole = examples->whole != NULL;
    uint64_t limit = budget->limit;
    if (limit == 0 && is_whole) limit = machine_memory() / 2;
    if (limit == 0) return SYNGAN_OK;
    /* Pieces are read while rows are encoded, before anything is sampled. */
    uint64_t beside = is_whole ? examples->whole->reading : 0;
    beside += beside / 4;
    if (beside < sampling) beside = sampling;
    uint64_t bytes = atomic_load(&gan->context->bytes) + beside;
    uint64_t all = bytes + sg_examples_bytes(gan) + SLACK / 16;
    examples->mapped = is_whole && all > limit;
    if (examples->mapped) all = bytes;
    return all <= limit || budget->limit == 0
               ? SYNGAN_OK
               : refuse(budget, gan, all, all + SLACK);
}

syngan_status sg_budget_explain(const sg_budget *budget, const sg_gan *gan,
                                syngan_status status) {
    if (status != SYNGAN_E_MEMORY || budget->limit == 0) return status;
    return refuse(budget, gan, budget->enough, budget->enough);
}

syngan_status sg_budget_check_stages(const sg_budget *budget,
                                     syngan_context *context, uint64_t most) {
    most += most / 8 + SLACK;
    if (most <= budget->limit) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_MEMORY,
                   "synthesizer: learning the rows would take %.1f MB, more "
                   "than the limit of %.1f MB; a smaller max_choices or width "
                   "takes less, and a limit of %.1f MB would be enough",
                   shown(budget, most), limit_of(budget),
                   shown(budget, most + SLACK));
}

/* ---- preparing ----------------------------------------------------------- */

uint64_t sg_budget_preparing(int64_t rows, size_t columns) {
    enum { CELL_BYTES = 48 };
    return (uint64_t)rows * columns * CELL_BYTES + ((uint64_t)columns << 18) +
           8 * SLACK;
}

syngan_status sg_budget_explain_preparing(const sg_budget *budget,
                                          syngan_context *context,
                                          uint64_t bytes,
                                          syngan_status status) {
    if (status != SYNGAN_E_MEMORY || budget->limit == 0) return status;
    bytes += budget->before;
    if (bytes < 2 * budget->limit) bytes = 2 * budget->limit;
    return sg_fail(context, status,
                   "synthesizer: the memory limit of %.1f MB is too small for "
                   "reading and preparing the rows; a limit of %.1f MB would "
                   "be enough for that",
                   limit_of(budget), shown(budget, bytes));
}

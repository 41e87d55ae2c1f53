/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fits take, by preparing them and by running some steps that are then
 * taken back.
 */
#include "synth/estimate.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/thread.h"
#include "synth/budget.h"

/* Steps by whose median time is estimated, after some that are not counted: at
 * least one, and for so many seconds, in which a busy machine is noticed. */
enum { TRIAL = 5 };
#define WARM_UP_SECONDS 0.2
/* Rows of the table that an estimate prepares columns by. */
enum { TRIAL_ROWS = 5000 };

static int compare_seconds(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median, since other processes may delay a step by far more than it takes.
 */
syngan_status sg_estimate_step(sg_training *training, double *seconds) {
    sg_synth_losses losses;
    double each[TRIAL], begin = sg_seconds();
    (void)sg_loop_keep(sg_training_loop(training));
    syngan_status status = sg_training_step(training, &losses);
    while (status == SYNGAN_OK && sg_seconds() - begin < WARM_UP_SECONDS)
        status = sg_training_step(training, &losses);
    for (int i = 0; i < TRIAL && status == SYNGAN_OK; i++) {
        double start = sg_seconds();
        status = sg_training_step(training, &losses);
        each[i] = sg_seconds() - start;
    }
    if (status == SYNGAN_OK) {
        qsort(each, TRIAL, sizeof *each, compare_seconds);
        *seconds = each[TRIAL / 2];
    }
    sg_loop_go_back(sg_training_loop(training));
    return status;
}

/* Bytes of the networks and their state, and of training them. */
static syngan_status count_bytes(sg_gan *gan, uint64_t before,
                                 uint64_t *bytes) {
    SG_TRY(sg_training_estimate(gan, bytes));
    *bytes += atomic_load(&gan->context->bytes) - before;
    return SYNGAN_OK;
}

static syngan_status time_steps(sg_gan *gan, const sg_examples *examples,
                                double *each) {
    sg_training *training = NULL;
    syngan_status status = sg_training_make(gan, &training);
    if (status == SYNGAN_OK) status = sg_training_take(training, examples);
    if (status == SYNGAN_OK) status = sg_estimate_step(training, each);
    sg_training_free(training);
    return status;
}

/* Seconds of all epochs. */
static double fit_seconds(const sg_gan *gan, double each) {
    return each * (double)gan->settings.options.epochs *
           (double)sg_gan_epoch_steps(gan);
}

syngan_status sg_estimate_add(sg_gan *gan, const sg_examples *examples,
                              double start, uint64_t before,
                              sg_fit_estimate *to) {
    uint64_t bytes;
    double each = 0.0, prepared = sg_seconds() - start;
    SG_TRY(count_bytes(gan, before, &bytes));
    to->bytes += bytes;
    if (before + bytes > to->most) to->most = before + bytes;
    if (to->bytes_only) return SYNGAN_OK;
    SG_TRY(time_steps(gan, examples, &each));
    to->seconds += prepared + fit_seconds(gan, each);
    return SYNGAN_OK;
}

/* ---- of some rows ------------------------------------------------------- */

/* Some rows, evenly spread. */
static syngan_status trial_rows(const syngan_table *table, syngan_table **out) {
    int64_t count = table->rows < TRIAL_ROWS ? table->rows : TRIAL_ROWS;
    size_t bytes = (size_t)count * sizeof(int64_t);
    int64_t *rows = sg_alloc(table->context, bytes);
    if (rows == NULL)
        return sg_fail_memory(table->context, "an estimate", bytes);
    for (int64_t i = 0; i < count; i++)
        rows[i] = (int64_t)((double)i * (double)table->rows / (double)count);
    syngan_status status = syngan_table_select(table, rows, count, out);
    sg_free(table->context, rows);
    return status;
}

static syngan_status estimate(const syngan_table *table,
                              const syngan_table *trial,
                              const sg_synth_settings *settings,
                              uint64_t *bytes, double *seconds) {
    double start = sg_seconds(), each = 0.0;
    uint64_t before = atomic_load(&table->context->bytes);
    sg_encoder *encoder = NULL;
    sg_gan *gan = NULL;
    const sg_examples examples = {.table = trial};
    SG_TRY(sg_examples_encoder(&examples, settings, start, &encoder));
    double preparation =
        (sg_seconds() - start) * (double)table->rows / (double)trial->rows;
    const sg_budget budget = sg_budget_make(table->context, settings, before);
    SG_TRY(sg_budget_make_gan(&budget, settings, encoder, table->rows, &gan));
    syngan_status status = count_bytes(gan, before, bytes);
    if (status == SYNGAN_OK && seconds != NULL) {
        gan->n_rows = trial->rows;
        status = time_steps(gan, &examples, &each);
        gan->n_rows = table->rows;
        *seconds = preparation + fit_seconds(gan, each);
    }
    sg_gan_free(gan);
    return status;
}

syngan_status sg_estimate_table(const syngan_table *table,
                                const sg_synth_settings *settings,
                                uint64_t *bytes, double *seconds) {
    syngan_table *trial = NULL;
    SG_TRY(trial_rows(table, &trial));
    syngan_status status = estimate(table, trial, settings, bytes, seconds);
    syngan_table_free(trial);
    return status;
}

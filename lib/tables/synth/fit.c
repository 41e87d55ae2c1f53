/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting a GAN: columns are prepared, then epochs are trained, in rounds of so
 * many epochs as make a number of steps worth measuring. After each round the
 * state is kept, to go back to, and its quality is measured.
 */
#include <math.h>

#include "base/memory.h"
#include "base/thread.h"
#include "synth/budget.h"
#include "synth/calibrate.h"
#include "synth/estimate.h"
#include "synth/fit.h"
#include "synth/quality.h"
#include "synth/sample.h"
#include "synth/synth.h"

/* Least steps of a round. */
enum { ROUND = 64 };

/* ---- telling the host --------------------------------------------------- */

typedef struct fitting {
    sg_gan *gan;
    sg_training *training;
    sg_quality *quality;
    sg_sampler sampler; /* of the state that trains */
    syngan_fit_progress_fn progress;
    void *progress_user;
    int64_t epochs; /* wanted */
    double start;   /* of the fit */
    double trained; /* when training began */
    int64_t first;  /* steps done before */
    sg_synth_losses losses;
} fitting;

static syngan_status tell(const fitting *f, double quality, bool best) {
    const sg_gan *gan = f->gan;
    if (f->progress == NULL) return SYNGAN_OK;
    double now = sg_seconds();
    int64_t all = f->epochs * sg_gan_epoch_steps(gan);
    double each = gan->steps == f->first
                      ? 0.0
                      : (now - f->trained) / (double)(gan->steps - f->first);
    const syngan_fit_progress progress = {.struct_size = sizeof progress,
                                          .phase = 1,
                                          .best = best,
                                          .done = sg_gan_epochs(gan),
                                          .total = f->epochs,
                                          .seconds = now - f->start,
                                          .left =
                                              each * (double)(all - gan->steps),
                                          .d_loss = f->losses.critic,
                                          .g_loss = f->losses.generator,
                                          .quality = quality};
    return f->progress(&progress, f->progress_user);
}

/* ---- quality ------------------------------------------------------------ */

static syngan_status measure(fitting *f, double *quality) {
    sg_gan *gan = f->gan;
    sg_sampling sampling;
    syngan_table *rows = NULL;
    SG_TRY(sg_sampling_begin(gan, &f->sampler, gan->settings.options.seed, NULL,
                             1, &sampling));
    /* Rows that break a constraint are looked at like others. */
    sampling.check.constraints = &(const sg_constraints){0};
    sampling.check.has_unique = false;
    syngan_status status =
        sg_sampling_piece(&sampling, 0, SG_QUALITY_ROWS, &rows);
    if (status == SYNGAN_OK) *quality = sg_quality_measure(f->quality, rows);
    syngan_table_free(rows);
    sg_sampling_end(&sampling);
    return status;
}

/* The state as it is now is what samples. */
static syngan_status take_state(fitting *f) {
    sg_gan *gan = f->gan;
    SG_TRY(syngan_model_copy_parameters(gan->sampler, sg_training_model(gan)));
    return gan->subject == NULL ? sg_calibrate(gan, &f->sampler, gan->sampler)
                                : SYNGAN_OK;
}

/* Measures, and takes the state over for sampling if it is the best one. */
static syngan_status judge(fitting *f, double *quality, bool *best) {
    sg_gan *gan = f->gan;
    void *array = gan->measures;
    SG_TRY(measure(f, quality));
    if (!sg_reserve(gan->context, &array, &gan->measure_capacity,
                    gan->n_measures, sizeof *gan->measures))
        return sg_fail_memory(gan->context, "the history of a synthesizer",
                              sizeof *gan->measures);
    gan->measures = array;
    gan->measures[gan->n_measures++] =
        (sg_measure){.epoch = sg_gan_epochs(gan), .quality = *quality};
    *best = *quality > gan->best;
    gan->since = *best ? 0 : gan->since + 1;
    if (!*best) return SYNGAN_OK;
    gan->best = *quality;
    return take_state(f);
}

/* ---- epochs ------------------------------------------------------------- */

/* Epochs of a round: a function of the table and the batch, so that a fit that
 * goes on measures when one that has not stopped does. */
static int64_t round_epochs(const sg_gan *gan) {
    return (ROUND - 1) / sg_gan_epoch_steps(gan) + 1;
}

/* Whether the last epoch ended a round. */
static bool round_ended(const sg_gan *gan) {
    return gan->steps % sg_gan_epoch_steps(gan) == 0 &&
           sg_gan_epochs(gan) % round_epochs(gan) == 0;
}

static syngan_status run_step(void *owner, bool *changed, bool *finite) {
    fitting *f = owner;
    *changed = true;
    SG_TRY(sg_training_step(f->training, &f->losses));
    *finite = isfinite(f->losses.critic) && isfinite(f->losses.generator);
    return SYNGAN_OK;
}

static bool keeps(const void *owner) {
    const fitting *f = owner;
    return round_ended(f->gan);
}

/* After a step; it does something after an epoch. */
static syngan_status after_step(void *owner, bool kept, bool *stop) {
    fitting *f = owner;
    sg_gan *gan = f->gan;
    double quality = (double)NAN;
    bool best = false;
    if (gan->steps % sg_gan_epoch_steps(gan) != 0) return SYNGAN_OK;
    if (kept) {
        if (gan->subject == NULL) SG_TRY(judge(f, &quality, &best));
        int32_t patience = gan->settings.options.patience;
        *stop = patience > 0 && gan->since >= patience;
    }
    return tell(f, quality, best);
}

static const sg_trainee trainee = {.name = "synthesizer",
                                   .step = "step",
                                   .unit = "epochs",
                                   .run = run_step,
                                   .keeps = keeps,
                                   .after = after_step};

/* A round that was trained, but whose measuring was cut short. */
static bool owes_measure(const sg_gan *gan) {
    return gan->subject == NULL && gan->steps > 0 && round_ended(gan) &&
           (gan->n_measures == 0 ||
            gan->measures[gan->n_measures - 1].epoch != sg_gan_epochs(gan));
}

static syngan_status train(fitting *f) {
    sg_loop *loop = sg_training_loop(f->training);
    bool stop = false;
    loop->trainee = &trainee;
    loop->owner = f;
    if (owes_measure(f->gan)) SG_TRY(after_step(f, true, &stop));
    return stop ? SYNGAN_OK
                : sg_loop_run(loop, f->epochs * sg_gan_epoch_steps(f->gan));
}

static syngan_status check_time(const fitting *f) {
    const sg_gan *gan = f->gan;
    double limit = (double)gan->settings.options.time_limit, each = 0.0;
    if (limit <= 0.0) return SYNGAN_OK;
    SG_TRY(sg_estimate_step(f->training, &each));
    double all =
        each * (double)(f->epochs * sg_gan_epoch_steps(gan) - gan->steps);
    all += sg_seconds() - f->start;
    if (all <= limit) return SYNGAN_OK;
    return sg_fail(gan->context, SYNGAN_E_MEMORY,
                   "synthesizer: %lld epochs of %lld rows would take about "
                   "%.0f s, more than the limit of %.0f s; fewer epochs or "
                   "rows, or bf16, take less",
                   (long long)f->epochs, (long long)gan->n_rows, all, limit);
}

/* What measuring quality takes for a while, by doing it. */
static syngan_status try_measure(fitting *f, uint64_t *bytes) {
    double quality;
    uint64_t held = sg_memory_watch(f->gan->context);
    SG_TRY(measure(f, &quality));
    *bytes = atomic_load(&f->gan->context->peak) - held;
    return SYNGAN_OK;
}

/* All but the rows. */
static syngan_status make_parts(fitting *f, const sg_budget *budget,
                                uint64_t *sampling,
                                const sg_examples *examples) {
    sg_gan *gan = f->gan;
    SG_TRY(sg_training_make(gan, &f->training));
    if (gan->subject == NULL) {
        SG_TRY(sg_quality_make(gan->encoder, examples->table,
                               gan->settings.options.seed, &f->quality));
        SG_TRY(sg_sampler_make(gan->encoder, sg_training_model(gan),
                               gan->settings.options.bf16, &f->sampler));
        if (budget->limit != 0) SG_TRY(try_measure(f, sampling));
    }
    return SYNGAN_OK;
}

/* Rows that memory does not take, against what was counted, go into a file. */
static syngan_status take_rows(fitting *f, sg_examples *examples) {
    syngan_status status = sg_training_take(f->training, examples);
    if (status != SYNGAN_E_MEMORY || examples->whole == NULL ||
        examples->mapped)
        return status;
    examples->mapped = true;
    return sg_training_take(f->training, examples);
}

static syngan_status prepare(fitting *f, sg_budget *budget,
                             sg_examples *examples) {
    sg_gan *gan = f->gan;
    SG_TRY(sg_budget_check_training(budget, gan, examples));
    uint64_t sampling = 0;
    SG_TRY(sg_budget_explain(budget, gan,
                             make_parts(f, budget, &sampling, examples)));
    SG_TRY(sg_budget_place_rows(budget, gan, sampling, examples));
    SG_TRY(take_rows(f, examples));
    SG_TRY(check_time(f));
    return sg_loop_keep(sg_training_loop(f->training))
               ? SYNGAN_OK
               : sg_fail(gan->context, SYNGAN_E_DIVERGED,
                         "synthesizer: a parameter is not finite");
}

/* Trains until `epochs` are done. What was trained stays, on failure too. */
static syngan_status run(sg_gan *gan, sg_budget *budget, sg_examples *examples,
                         int64_t epochs, double start) {
    fitting f = {.gan = gan,
                 .progress = gan->settings.options.progress,
                 .progress_user = gan->settings.options.progress_user,
                 .epochs = epochs,
                 .start = start,
                 .first = gan->steps};
    syngan_status status = prepare(&f, budget, examples);
    f.trained = sg_seconds();
    if (status == SYNGAN_OK) {
        status = train(&f);
        if (gan->settings.options.profile) sg_training_log(f.training);
        bool last = gan->best < 0.0 || gan->settings.options.keep_last;
        if (last) {
            syngan_status copied = take_state(&f);
            if (status == SYNGAN_OK) status = copied;
        }
    }
    sg_sampler_end(&f.sampler);
    sg_quality_free(f.quality);
    sg_training_free(f.training);
    return status;
}

/* ---- fitting ------------------------------------------------------------ */

static syngan_status learn(sg_examples *examples,
                           const sg_synth_settings *settings,
                           sg_encoder *encoder, double start, uint64_t before,
                           sg_gan **out) {
    const sg_subject *subject = examples->subject;
    const syngan_table *table = examples->table;
    sg_budget budget = sg_budget_make(table->context, settings, before);
    if (encoder == NULL)
        SG_TRY(sg_budget_explain_preparing(
            &budget, table->context,
            sg_budget_preparing(table->rows, table->n_columns),
            sg_examples_encoder(examples, settings, start, &encoder)));
    syngan_status status = sg_budget_make_gan(&budget, settings, encoder,
                                              sg_examples_count(examples), out);
    if (settings->estimate != NULL)
        settings->estimate->refused = status != SYNGAN_OK;
    SG_TRY(status);
    (*out)->subject = subject;
    if (subject != NULL && subject->prepare != NULL)
        subject->prepare(subject, *out);
    if (settings->estimate != NULL)
        return sg_estimate_add(*out, examples, start, before,
                               settings->estimate);
    if (examples->whole == NULL)
        SG_TRY(sg_examples_fingerprint(examples, (*out)->encoder,
                                       &(*out)->fingerprint));
    return run(*out, &budget, examples, settings->options.epochs, start);
}

syngan_status sg_gan_learn(sg_examples *examples,
                           const sg_synth_settings *settings,
                           sg_encoder *encoder, double start, uint64_t before,
                           sg_gan **out) {
    syngan_status status =
        learn(examples, settings, encoder, start, before, out);
    if (*out != NULL) (*out)->subject = NULL;
    return status;
}

syngan_status sg_gan_go_on(sg_gan *gan, const syngan_table *table,
                           int64_t epochs) {
    uint64_t fingerprint;
    if (gan->generator == NULL)
        return sg_fail(gan->context, SYNGAN_E_STATE,
                       "synthesizer: was saved for sampling only, so that it "
                       "can't go on training");
    sg_examples examples = {.table = table};
    SG_TRY(sg_examples_fingerprint(&examples, gan->encoder, &fingerprint));
    if (table->rows != gan->n_rows || fingerprint != gan->fingerprint)
        return sg_fail(gan->context, SYNGAN_E_MISMATCH,
                       "synthesizer: the table is not the one that was learnt, "
                       "of %lld rows",
                       (long long)gan->n_rows);
    sg_budget budget = sg_budget_make(gan->context, &gan->settings,
                                      atomic_load(&gan->context->bytes));
    return run(gan, &budget, &examples, epochs, sg_seconds());
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting: columns are prepared, then epochs are trained, in rounds of so many
 * epochs as make a number of steps worth measuring. After each round the state
 * is kept, to go back to, and its quality is measured.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/thread.h"
#include "synth/budget.h"
#include "synth/calibrate.h"
#include "synth/examples.h"
#include "synth/fit.h"
#include "synth/quality.h"
#include "synth/sample.h"
#include "synth/synth.h"

/* Least steps of a round. */
enum { ROUND = 64 };
/* Steps by whose median time is estimated, after some that are not counted: at
 * least one, and for so many seconds, in which a busy machine is noticed. */
enum { TRIAL = 5 };
#define WARM_UP_SECONDS 0.2
/* Rows of the table that an estimate prepares columns by. */
enum { TRIAL_ROWS = 5000 };

/* ---- telling the host --------------------------------------------------- */

typedef struct fitting {
    syngan_synthesizer *s;
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
    const syngan_synthesizer *s = f->s;
    if (f->progress == NULL) return SYNGAN_OK;
    double now = sg_seconds();
    int64_t all = f->epochs * sg_synthesizer_epoch_steps(s);
    double each = s->steps == f->first
                      ? 0.0
                      : (now - f->trained) / (double)(s->steps - f->first);
    const syngan_fit_progress progress = {.struct_size = sizeof progress,
                                          .phase = 1,
                                          .best = best,
                                          .done = syngan_synthesizer_epochs(s),
                                          .total = f->epochs,
                                          .seconds = now - f->start,
                                          .left =
                                              each * (double)(all - s->steps),
                                          .d_loss = f->losses.critic,
                                          .g_loss = f->losses.generator,
                                          .quality = quality};
    return f->progress(&progress, f->progress_user);
}

typedef struct preparing {
    syngan_context *context;
    const sg_synth_settings *settings;
    double start;
} preparing;

static syngan_status tell_column(size_t done, size_t columns, void *user) {
    const preparing *p = user;
    const syngan_synthesizer_options *o = &p->settings->options;
    if (sg_is_cancelled(p->context))
        return sg_fail(p->context, SYNGAN_E_CANCELLED,
                       "synthesizer: cancelled after %zu of %zu columns", done,
                       columns);
    if (o->progress == NULL) return SYNGAN_OK;
    double seconds = sg_seconds() - p->start;
    const syngan_fit_progress progress = {.struct_size = sizeof progress,
                                          .done = (int64_t)done,
                                          .total = (int64_t)columns,
                                          .seconds = seconds,
                                          .left = seconds / (double)done *
                                                  (double)(columns - done),
                                          .quality = (double)NAN};
    return o->progress(&progress, o->progress_user);
}

/* ---- quality ------------------------------------------------------------ */

static syngan_status measure(fitting *f, double *quality) {
    syngan_synthesizer *s = f->s;
    sg_sampling sampling;
    syngan_table *rows = NULL;
    SG_TRY(sg_sampling_begin(s, &f->sampler, s->settings.options.seed, NULL, 1,
                             &sampling));
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
    syngan_synthesizer *s = f->s;
    SG_TRY(syngan_model_copy_parameters(s->sampler, sg_training_model(s)));
    return s->subject == NULL ? sg_calibrate(s, &f->sampler, s->sampler)
                              : SYNGAN_OK;
}

/* Measures, and takes the state over for sampling if it is the best one. */
static syngan_status judge(fitting *f, double *quality, bool *best) {
    syngan_synthesizer *s = f->s;
    void *array = s->measures;
    SG_TRY(measure(f, quality));
    if (!sg_reserve(s->context, &array, &s->measure_capacity, s->n_measures,
                    sizeof *s->measures))
        return sg_fail_memory(s->context, "the history of a synthesizer",
                              sizeof *s->measures);
    s->measures = array;
    s->measures[s->n_measures++] = (sg_measure){
        .epoch = syngan_synthesizer_epochs(s), .quality = *quality};
    *best = *quality > s->best;
    s->since = *best ? 0 : s->since + 1;
    if (!*best) return SYNGAN_OK;
    s->best = *quality;
    return take_state(f);
}

/* ---- epochs ------------------------------------------------------------- */

static syngan_status diverged(fitting *f) {
    int64_t at = f->s->steps;
    sg_training_go_back(f->training);
    return sg_fail(f->s->context, SYNGAN_E_DIVERGED,
                   "synthesizer: a loss or a parameter is not finite in step "
                   "%lld; the state is again that after %lld epochs; lower "
                   "learning rates may help",
                   (long long)at, (long long)syngan_synthesizer_epochs(f->s));
}

/* Epochs of a round: a function of the table and the batch, so that a fit that
 * goes on measures when one that has not stopped does. */
static int64_t round_epochs(const syngan_synthesizer *s) {
    return (ROUND - 1) / sg_synthesizer_epoch_steps(s) + 1;
}

/* Whether the last epoch ended a round. */
static bool round_ended(const syngan_synthesizer *s) {
    return s->steps % sg_synthesizer_epoch_steps(s) == 0 &&
           syngan_synthesizer_epochs(s) % round_epochs(s) == 0;
}

/* After an epoch. *stop: early. */
static syngan_status end_epoch(fitting *f, bool *stop) {
    syngan_synthesizer *s = f->s;
    double quality = (double)NAN;
    bool best = false;
    if (round_ended(s)) {
        if (!sg_training_keep(f->training)) return diverged(f);
        if (s->subject == NULL) SG_TRY(judge(f, &quality, &best));
        int32_t patience = s->settings.options.patience;
        *stop = patience > 0 && s->since >= patience;
    }
    return tell(f, quality, best);
}

/* A round that was trained, but whose measuring was cut short. */
static bool owes_measure(const syngan_synthesizer *s) {
    return s->subject == NULL && s->steps > 0 && round_ended(s) &&
           (s->n_measures == 0 || s->measures[s->n_measures - 1].epoch !=
                                      syngan_synthesizer_epochs(s));
}

static syngan_status train(fitting *f) {
    syngan_synthesizer *s = f->s;
    int64_t epoch = sg_synthesizer_epoch_steps(s);
    bool stop = false;
    if (owes_measure(s)) SG_TRY(end_epoch(f, &stop));
    while (s->steps < f->epochs * epoch && !stop) {
        if (sg_is_cancelled(s->context))
            return sg_fail(s->context, SYNGAN_E_CANCELLED,
                           "synthesizer: cancelled after %lld epochs",
                           (long long)syngan_synthesizer_epochs(s));
        SG_TRY(sg_training_step(f->training, &f->losses));
        if (!isfinite(f->losses.critic) || !isfinite(f->losses.generator))
            return diverged(f);
        if (s->steps % epoch == 0) SG_TRY(end_epoch(f, &stop));
    }
    return SYNGAN_OK;
}

static int compare_seconds(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Seconds of a step, by running some that are then taken back: the median,
 * since other processes may delay a step by far more than it takes. */
static syngan_status try_steps(sg_training *training, double *seconds) {
    sg_synth_losses losses;
    double each[TRIAL], begin = sg_seconds();
    (void)sg_training_keep(training);
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
    sg_training_go_back(training);
    return status;
}

static syngan_status check_time(const fitting *f) {
    const syngan_synthesizer *s = f->s;
    double limit = (double)s->settings.options.time_limit, each = 0.0;
    if (limit <= 0.0) return SYNGAN_OK;
    SG_TRY(try_steps(f->training, &each));
    double all =
        each * (double)(f->epochs * sg_synthesizer_epoch_steps(s) - s->steps);
    all += sg_seconds() - f->start;
    if (all <= limit) return SYNGAN_OK;
    return sg_fail(s->context, SYNGAN_E_MEMORY,
                   "synthesizer: %lld epochs of %lld rows would take about "
                   "%.0f s, more than the limit of %.0f s; fewer epochs or "
                   "rows, or bf16, take less",
                   (long long)f->epochs, (long long)s->n_rows, all, limit);
}

/* What measuring quality takes for a while, by doing it. */
static syngan_status try_measure(fitting *f, uint64_t *bytes) {
    double quality;
    uint64_t held = sg_memory_watch(f->s->context);
    SG_TRY(measure(f, &quality));
    *bytes = atomic_load(&f->s->context->peak) - held;
    return SYNGAN_OK;
}

/* All but the rows. */
static syngan_status make_parts(fitting *f, const sg_budget *budget,
                                uint64_t *sampling,
                                const sg_examples *examples) {
    syngan_synthesizer *s = f->s;
    SG_TRY(sg_training_make(s, &f->training));
    if (s->subject == NULL) {
        SG_TRY(sg_quality_make(s->encoder, examples->table,
                               s->settings.options.seed, &f->quality));
        SG_TRY(sg_sampler_make(s->encoder, sg_training_model(s),
                               s->settings.options.bf16, &f->sampler));
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
    syngan_synthesizer *s = f->s;
    SG_TRY(sg_budget_check_training(budget, s, examples));
    uint64_t sampling = 0;
    SG_TRY(sg_budget_explain(budget, s,
                             make_parts(f, budget, &sampling, examples)));
    SG_TRY(sg_budget_place_rows(budget, s, sampling, examples));
    SG_TRY(take_rows(f, examples));
    SG_TRY(check_time(f));
    return sg_training_keep(f->training)
               ? SYNGAN_OK
               : sg_fail(s->context, SYNGAN_E_DIVERGED,
                         "synthesizer: a parameter is not finite");
}

/* Trains until `epochs` are done. What was trained stays, on failure too. */
static syngan_status run(syngan_synthesizer *s, sg_budget *budget,
                         sg_examples *examples, int64_t epochs, double start) {
    fitting f = {.s = s,
                 .progress = s->settings.options.progress,
                 .progress_user = s->settings.options.progress_user,
                 .epochs = epochs,
                 .start = start,
                 .first = s->steps};
    syngan_status status = prepare(&f, budget, examples);
    f.trained = sg_seconds();
    if (status == SYNGAN_OK) {
        status = train(&f);
        if (s->settings.options.profile) sg_training_log(f.training);
        bool last = s->best < 0.0 || s->settings.options.keep_last;
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

syngan_status sg_synthesizer_encoder(const sg_examples *examples,
                                     const sg_synth_settings *settings,
                                     double start, sg_encoder **out) {
    preparing p = {.context = examples->table->context,
                   .settings = settings,
                   .start = start};
    const sg_encoder_options options = {
        .max_modes = settings->options.max_modes,
        .max_choices = settings->options.max_choices,
        .frequent = settings->recipe.frequent,
        .seed = settings->options.seed,
        .whole = examples->whole,
        .ids_are_rows = examples->subject == NULL && settings->given == 0,
        .progress = tell_column,
        .user = &p};
    return sg_encoder_fit(examples->table, &options, out);
}

/* Bytes of the networks and their state, and of training them. */
static syngan_status count_bytes(syngan_synthesizer *s, uint64_t before,
                                 uint64_t *bytes) {
    SG_TRY(sg_training_estimate(s, bytes));
    *bytes += atomic_load(&s->context->bytes) - before;
    return SYNGAN_OK;
}

/* A synthesizer around the encoder, which it takes over. */
static syngan_status make_checked(const sg_budget *budget,
                                  const sg_synth_settings *settings,
                                  sg_encoder *encoder, int64_t rows,
                                  syngan_synthesizer **out) {
    syngan_status status =
        sg_budget_check_networks(budget, settings, encoder, rows);
    if (status == SYNGAN_OK)
        return sg_synthesizer_make(settings, encoder, rows, true, out);
    sg_encoder_release(encoder);
    return status;
}

static syngan_status check_arguments(const syngan_table *table, const void *out,
                                     const char *where) {
    if (table == NULL) return SYNGAN_E_ARGUMENT;
    if (out != NULL) return SYNGAN_OK;
    return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                   "%s: the place for the result is NULL", where);
}

static syngan_status add_estimate(syngan_synthesizer *s,
                                  const sg_examples *examples, double start,
                                  uint64_t before, sg_fit_estimate *to) {
    uint64_t bytes;
    double each = 0.0, prepared = sg_seconds() - start;
    sg_training *training = NULL;
    SG_TRY(count_bytes(s, before, &bytes));
    to->bytes += bytes;
    if (before + bytes > to->most) to->most = before + bytes;
    if (to->bytes_only) return SYNGAN_OK;
    syngan_status status = sg_training_make(s, &training);
    if (status == SYNGAN_OK) status = sg_training_take(training, examples);
    if (status == SYNGAN_OK) status = try_steps(training, &each);
    sg_training_free(training);
    to->seconds += prepared + each * (double)s->settings.options.epochs *
                                  (double)sg_synthesizer_epoch_steps(s);
    return status;
}

syngan_status sg_synthesizer_learn(sg_examples *examples,
                                   const sg_synth_settings *settings,
                                   sg_encoder *encoder, double start,
                                   uint64_t before, syngan_synthesizer **out) {
    const sg_subject *subject = examples->subject;
    const syngan_table *table = examples->table;
    sg_budget budget = sg_budget_make(table->context, settings, before);
    if (encoder == NULL)
        SG_TRY(sg_budget_explain_preparing(
            &budget, table->context,
            sg_budget_preparing(table->rows, table->n_columns),
            sg_synthesizer_encoder(examples, settings, start, &encoder)));
    syngan_status status = make_checked(&budget, settings, encoder,
                                        sg_examples_count(examples), out);
    if (settings->estimate != NULL)
        settings->estimate->refused = status != SYNGAN_OK;
    SG_TRY(status);
    (*out)->subject = subject;
    if (subject != NULL && subject->prepare != NULL)
        subject->prepare(subject, *out);
    if (settings->estimate != NULL)
        return add_estimate(*out, examples, start, before, settings->estimate);
    if (examples->whole == NULL)
        SG_TRY(sg_examples_fingerprint(examples, (*out)->encoder,
                                       &(*out)->fingerprint));
    return run(*out, &budget, examples, settings->options.epochs, start);
}

/* Whether what was learnt until a failure is worth having. */
static bool is_useful(const syngan_synthesizer *s, syngan_status status) {
    bool stopped = status == SYNGAN_E_CANCELLED ||
                   status == SYNGAN_E_DIVERGED || status >= SYNGAN_E_USER;
    const syngan_synthesizer *core = s == NULL ? NULL : sg_synthesizer_core(s);
    return core != NULL && stopped && core->steps > 0;
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
    sg_examples examples = {.table = table};
    SG_TRY(sg_synth_settings_read(table->context, options, table->rows,
                                  "synthesizer", &settings));
    syngan_status status =
        settings.options.rows == SYNGAN_ROWS_INDEPENDENT
            ? sg_synthesizer_learn(&examples, &settings, NULL, sg_seconds(),
                                   atomic_load(&table->context->bytes), out)
            : sg_rows_fit(table, &settings, out);
    return sg_synthesizer_fitted(status, out);
}

syngan_status syngan_synthesizer_continue(syngan_synthesizer *synthesizer,
                                          const syngan_table *table,
                                          int64_t epochs) {
    SG_OWN_FLOATS;
    if (synthesizer == NULL) return SYNGAN_E_ARGUMENT;
    syngan_synthesizer *s = synthesizer;
    uint64_t fingerprint;
    if (table == NULL || table->context != s->context || epochs < 0)
        return sg_fail(s->context, SYNGAN_E_ARGUMENT,
                       "syngan_synthesizer_continue: %s",
                       table == NULL ? "`table` is NULL"
                       : epochs < 0  ? "the number of epochs is below 0"
                                     : "the table is of another context");
    if (s->settings.options.rows != SYNGAN_ROWS_INDEPENDENT)
        return sg_fail(s->context, SYNGAN_E_STATE,
                       "synthesizer: one of baskets or sequences can't go on "
                       "training");
    if (s->generator == NULL)
        return sg_fail(s->context, SYNGAN_E_STATE,
                       "synthesizer: was saved for sampling only, so that it "
                       "can't go on training");
    sg_examples examples = {.table = table};
    SG_TRY(sg_examples_fingerprint(&examples, s->encoder, &fingerprint));
    if (table->rows != s->n_rows || fingerprint != s->fingerprint)
        return sg_fail(s->context, SYNGAN_E_MISMATCH,
                       "synthesizer: the table is not the one that was learnt, "
                       "of %lld rows",
                       (long long)s->n_rows);
    sg_budget budget = sg_budget_make(s->context, &s->settings,
                                      atomic_load(&s->context->bytes));
    return run(s, &budget, &examples, epochs, sg_seconds());
}

/* ---- estimating --------------------------------------------------------- */

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

static syngan_status time_steps(const syngan_table *trial,
                                syngan_synthesizer *s, double *each) {
    sg_training *training = NULL;
    int64_t n_rows = s->n_rows;
    s->n_rows = trial->rows;
    const sg_examples examples = {.table = trial};
    syngan_status status = sg_training_make(s, &training);
    if (status == SYNGAN_OK) status = sg_training_take(training, &examples);
    if (status == SYNGAN_OK) status = try_steps(training, each);
    sg_training_free(training);
    s->n_rows = n_rows;
    return status;
}

static syngan_status estimate(const syngan_table *table,
                              const syngan_table *trial,
                              const sg_synth_settings *settings,
                              uint64_t *bytes, double *seconds) {
    double start = sg_seconds(), each = 0.0;
    uint64_t before = atomic_load(&table->context->bytes);
    sg_encoder *encoder = NULL;
    syngan_synthesizer *s = NULL;
    const sg_examples examples = {.table = trial};
    SG_TRY(sg_synthesizer_encoder(&examples, settings, start, &encoder));
    double preparation =
        (sg_seconds() - start) * (double)table->rows / (double)trial->rows;
    const sg_budget budget = sg_budget_make(table->context, settings, before);
    SG_TRY(make_checked(&budget, settings, encoder, table->rows, &s));
    syngan_status status = count_bytes(s, before, bytes);
    if (status == SYNGAN_OK && seconds != NULL) {
        status = time_steps(trial, s, &each);
        *seconds = preparation + each * (double)settings->options.epochs *
                                     (double)sg_synthesizer_epoch_steps(s);
    }
    syngan_synthesizer_free(s);
    return status;
}

/* Of baskets and sequences: all is prepared as for a fit. */
static syngan_status estimate_rows(const syngan_table *table,
                                   sg_synth_settings *settings, uint64_t *bytes,
                                   double *seconds) {
    sg_fit_estimate sum = {0};
    syngan_synthesizer *s = NULL;
    settings->estimate = &sum;
    syngan_status status = sg_rows_fit(table, settings, &s);
    syngan_synthesizer_free(s);
    if (status != SYNGAN_OK) return status;
    *bytes = sum.bytes;
    if (seconds != NULL) *seconds = sum.seconds;
    return SYNGAN_OK;
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
    syngan_table *trial = NULL;
    SG_TRY(sg_synth_settings_read(table->context, options, table->rows,
                                  "synthesizer", &settings));
    settings.options.progress = NULL;
    settings.options.memory_limit = 0; /* what it would take is the question */
    if (settings.options.rows != SYNGAN_ROWS_INDEPENDENT)
        return estimate_rows(table, &settings, bytes, seconds);
    SG_TRY(trial_rows(table, &trial));
    syngan_status status = estimate(table, trial, &settings, bytes, seconds);
    syngan_table_free(trial);
    return status;
}

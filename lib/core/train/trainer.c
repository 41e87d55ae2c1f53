/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trainer: making it from two models and a dataset, estimating its memory,
 * and training.
 */
#include "train/trainer.h"

#include <math.h>
#include <string.h>

#include "base/filled.h"
#include "base/floats.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "graph/op.h"
#include "train/gan_loss.h"
#include "train/optimizer.h"

/* Room in the history is made ahead for at most so many iterations at once. */
#define HISTORY_AHEAD 262144

/* ---- do the parts fit each other? -------------------------------------- */

static syngan_status check_input(const syngan_model *model, const char *player,
                                 int64_t batch) {
    char text[SG_DIMS_TEXT];
    if (model->n_inputs != 1 || model->inputs[0]->type != SYNGAN_TYPE_F32)
        return sg_fail(model->context, SYNGAN_E_SHAPE,
                       "trainer: the %s '%s' has %zu inputs, but must have one "
                       "of f32",
                       player, model->name, model->n_inputs);
    const sg_dims *dims = &model->inputs[0]->dims;
    if (dims->rank >= 2 &&
        (dims->size[0] == SYNGAN_BATCH || dims->size[0] == batch))
        return SYNGAN_OK;
    return sg_fail(model->context, SYNGAN_E_SHAPE,
                   "trainer: the %s's input is %s, but must be a batch of "
                   "examples, with SYNGAN_BATCH as first size",
                   player, sg_dims_text(dims, text));
}

/* Shapes that are equal but for the batch in front. */
static bool same_example(const sg_dims *a, const sg_dims *b) {
    sg_dims copy = *b;
    if (a->rank == 0 || a->rank != b->rank) return false;
    copy.size[0] = a->size[0];
    return sg_dims_equal(a, &copy);
}

static syngan_status check_result(const syngan_model *discriminator,
                                  int64_t batch) {
    const sg_dims *dims = &discriminator->output->dims;
    char text[SG_DIMS_TEXT];
    if (dims->rank == 2 && dims->size[1] == 1 &&
        (dims->size[0] == SYNGAN_BATCH || dims->size[0] == batch))
        return SYNGAN_OK;
    return sg_fail(discriminator->context, SYNGAN_E_SHAPE,
                   "trainer: the discriminator's result is %s, but must be "
                   "[batch, 1]",
                   sg_dims_text(dims, text));
}

syngan_status sg_trainer_check_dataset(const syngan_dataset *dataset,
                                       const syngan_model *discriminator) {
    const sg_dims *want = &discriminator->inputs[0]->dims;
    sg_dims have = {.rank = dataset->source.dims.rank + 1};
    if (have.rank <= SYNGAN_MAX_RANK) {
        memcpy(have.size + 1, dataset->source.dims.size,
               (size_t)dataset->source.dims.rank * sizeof *have.size);
        have.size[0] = want->size[0];
        if (sg_dims_equal(&have, want)) return SYNGAN_OK;
    }
    char want_text[SG_DIMS_TEXT], have_text[SG_DIMS_TEXT];
    return sg_fail(dataset->context, SYNGAN_E_SHAPE,
                   "trainer: the discriminator takes %s, but an example of the "
                   "dataset is %s%s",
                   sg_dims_text(want, want_text),
                   sg_dims_text(&dataset->source.dims, have_text),
                   sg_dims_hint(&dataset->source.dims, want));
}

static syngan_status check_players(const syngan_model *generator,
                                   const syngan_model *discriminator,
                                   const syngan_dataset *dataset,
                                   int64_t batch) {
    syngan_context *context = generator->context;
    if (discriminator->context != context || dataset->context != context)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "trainer: the models and the dataset must be of one "
                       "context");
    if (generator == discriminator)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "trainer: generator and discriminator are the same "
                       "model");
    SG_TRY(check_input(generator, "generator", batch));
    SG_TRY(check_input(discriminator, "discriminator", batch));
    const sg_dims *made = &generator->output->dims;
    const sg_dims *taken = &discriminator->inputs[0]->dims;
    char made_text[SG_DIMS_TEXT], taken_text[SG_DIMS_TEXT];
    if (!same_example(made, taken))
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "trainer: the generator makes %s, but the discriminator "
                       "takes %s%s",
                       sg_dims_text(made, made_text),
                       sg_dims_text(taken, taken_text),
                       sg_dims_hint(made, taken));
    SG_TRY(check_result(discriminator, batch));
    return sg_trainer_check_dataset(dataset, discriminator);
}

/* ---- training: what the loop calls ------------------------------------- */

static bool all_finite(const float *measures) {
    for (int i = 0; i < SG_MEASURES; i++)
        if (!isfinite(measures[i])) return false;
    return true;
}

/* One iteration, and its record. */
static syngan_status iterate(void *owner, bool *changed, bool *finite) {
    syngan_trainer *t = owner;
    float measures[SG_MEASURES];
    double start = sg_seconds();
    /* Room for the record first: without it, what has been trained and what
     * has been recorded would part. */
    if (t->history.count == t->history.capacity)
        SG_TRY(sg_history_reserve(&t->history, HISTORY_AHEAD));
    SG_TRY(sg_iteration_run(t, measures, changed));
    *finite = all_finite(measures);
    if (!*finite) return SYNGAN_OK;
    t->seconds += sg_seconds() - start;
    return sg_history_add(&t->history, measures, t->seconds);
}

static void back(void *owner) {
    syngan_trainer *t = owner;
    sg_history_cut(&t->history, (size_t)t->iteration);
}

static bool blame(const void *owner, char text[SG_BLAME_MAX]) {
    const syngan_trainer *t = owner;
    const char *number = isnan(t->suspect_value) ? "NaN"
                         : t->suspect_value > 0  ? "infinity"
                                                 : "-infinity";
    if (t->suspect < 0) return false;
    sg_text(text, SG_BLAME_MAX,
            "example %lld of the data holds %s, at element %lld",
            (long long)t->suspect, number, (long long)t->suspect_element);
    return true;
}

static void warn_of_collapse(const syngan_trainer *t) {
    if (t->history.low != SG_COLLAPSE_ITERATIONS) return;
    sg_log(t->context, SYNGAN_LOG_WARNING,
           "trainer: the discriminator's loss has been under %g for %d "
           "iterations up to %lld; the generator may have collapsed",
           (double)SG_COLLAPSE_LOSS, SG_COLLAPSE_ITERATIONS,
           (long long)t->iteration);
}

static void last_losses(const syngan_trainer *t, syngan_losses *losses) {
    sg_history_losses(&t->history, t->history.count - 1, losses);
}

static void tell_line(syngan_trainer *t) {
    double now = sg_seconds();
    if (t->settings.trainer.line == NULL ||
        !sg_progress_due(&t->line, t->iteration, now))
        return;
    syngan_losses losses;
    char text[SG_LINE_MAX];
    last_losses(t, &losses);
    sg_progress_line(&t->line, &losses, now, text);
    t->settings.trainer.line(text, t->settings.trainer.line_user);
}

/* A report that a cancel ended is made again later. */
static syngan_status call_progress(syngan_trainer *t) {
    const syngan_trainer_options *s = &t->settings.trainer;
    t->owes_report = false;
    if (s->progress == NULL) return SYNGAN_OK;
    syngan_losses losses;
    last_losses(t, &losses);
    syngan_status status = s->progress(t, &losses, s->progress_user);
    t->owes_report = status != SYNGAN_OK && sg_is_cancelled(t->context);
    return status;
}

/* After iterations 0, n, 2n, ... and the last one: keeps the state, and calls
 * the host. */
static bool keeps(const void *owner) {
    const syngan_trainer *t = owner;
    return (t->iteration - 1) % t->settings.trainer.report_every == 0 ||
           t->iteration == t->wanted;
}

static syngan_status after(void *owner, bool kept, bool *stop) {
    syngan_trainer *t = owner;
    (void)stop;
    warn_of_collapse(t);
    tell_line(t);
    if (!kept) return SYNGAN_OK;
    t->suspect = -1;
    return call_progress(t);
}

static const sg_trainee trainee = {.name = "trainer",
                                   .step = "iteration",
                                   .unit = "iterations",
                                   .run = iterate,
                                   .keeps = keeps,
                                   .after = after,
                                   .back = back,
                                   .blame = blame};

/* ---- making and freeing ------------------------------------------------ */

void syngan_trainer_free(syngan_trainer *trainer) {
    if (trainer == NULL) return;
    syngan_context *context = trainer->context;
    sg_iteration_free(trainer);
    sg_history_free(&trainer->history);
    sg_snapshot_end(&trainer->loop.kept);
    syngan_optimizer_free(trainer->generator_optimizer);
    syngan_optimizer_free(trainer->discriminator_optimizer);
    syngan_model_free(trainer->average);
    syngan_model_free(trainer->generator);
    syngan_model_free(trainer->discriminator);
    syngan_dataset_free(trainer->dataset);
    sg_free(context, trainer);
    sg_context_release(context);
}

static syngan_status make_average(syngan_trainer *t) {
    if (t->settings.trainer.average_decay <= 0.0f) return SYNGAN_OK;
    return t->estimating ? sg_model_clone_empty(t->generator, NULL, &t->average)
                         : syngan_model_clone(t->generator, NULL, &t->average);
}

/* For an estimate: what a variable that got no tensor would take. */
static syngan_status count_tensor(const char *prefix, sg_variable *variable,
                                  void *argument) {
    (void)prefix;
    syngan_trainer *t = argument;
    if (variable->tensor == NULL)
        t->estimate +=
            (uint64_t)sg_dims_count(&variable->dims) * sizeof(float) +
            sizeof(syngan_tensor) + sizeof(sg_storage);
    return SYNGAN_OK;
}

static syngan_status make_parts(syngan_trainer *t) {
    const sg_settings *s = &t->settings;
    SG_TRY(make_average(t));
    SG_TRY(sg_optimizer_make(t->generator, &s->generator_optimizer,
                             !t->estimating, &t->generator_optimizer));
    SG_TRY(sg_optimizer_make(t->discriminator, &s->discriminator_optimizer,
                             !t->estimating, &t->discriminator_optimizer));
    SG_TRY(sg_state_visit(t, count_tensor, t));
    SG_TRY(sg_iteration_make(t));
    if (!t->estimating)
        return sg_snapshot_make(t->context, t, sg_state_visit,
                                "a trainer's snapshot", &t->loop.kept);
    t->estimate += sg_snapshot_bytes(t, sg_state_visit);
    return SYNGAN_OK;
}

/* A trainer with its handles, but nothing made of its own. */
static syngan_status trainer_allocate(syngan_model *generator,
                                      syngan_model *discriminator,
                                      syngan_dataset *dataset,
                                      const sg_settings *settings,
                                      syngan_trainer **out) {
    syngan_context *context = generator->context;
    SG_TRY(check_players(generator, discriminator, dataset,
                         settings->trainer.batch));
    syngan_trainer *t = sg_alloc_zero(context, 1, sizeof *t);
    if (t == NULL)
        return sg_fail_memory(context, "a trainer's snapshot", sizeof *t);
    sg_context_retain(context);
    t->context = context;
    t->generator = sg_model_retain(generator);
    t->discriminator = sg_model_retain(discriminator);
    t->dataset = sg_dataset_retain(dataset);
    t->settings = *settings;
    t->history.context = context;
    t->history.watch_collapse = sg_gan_losses[settings->trainer.loss].collapses;
    t->loop = (sg_loop){.context = context,
                        .trainee = &trainee,
                        .owner = t,
                        .done = &t->iteration,
                        .unit_steps = 1};
    *out = t;
    return SYNGAN_OK;
}

syngan_status sg_trainer_make(syngan_model *generator,
                              syngan_model *discriminator,
                              syngan_dataset *dataset,
                              const sg_settings *settings,
                              const sg_choices *stored, syngan_trainer **out) {
    syngan_trainer *t = NULL;
    SG_TRY(trainer_allocate(generator, discriminator, dataset, settings, &t));
    t->stored = stored;
    syngan_status status = make_parts(t);
    t->stored = NULL;
    if (status == SYNGAN_OK)
        *out = t;
    else
        syngan_trainer_free(t);
    return status;
}

/* The arguments that creating and estimating have in common. */
static syngan_status check_arguments(const syngan_model *generator,
                                     const syngan_model *discriminator,
                                     const syngan_dataset *dataset,
                                     const void *out, const char *where) {
    if (generator == NULL) return SYNGAN_E_ARGUMENT;
    if (discriminator != NULL && dataset != NULL && out != NULL)
        return SYNGAN_OK;
    return sg_fail(generator->context, SYNGAN_E_ARGUMENT, "%s: %s is NULL",
                   where,
                   discriminator == NULL ? "`discriminator`"
                   : dataset == NULL     ? "`dataset`"
                                         : "the place for the result");
}

syngan_status syngan_trainer_create(syngan_model *generator,
                                    syngan_model *discriminator,
                                    syngan_dataset *dataset,
                                    const syngan_trainer_options *options,
                                    syngan_trainer **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    SG_TRY(check_arguments(generator, discriminator, dataset, out,
                           "syngan_trainer_create"));
    sg_settings settings;
    SG_TRY(sg_settings_read(generator->context, options, &settings));
    return sg_trainer_make(generator, discriminator, dataset, &settings, NULL,
                           out);
}

syngan_status syngan_trainer_estimate(syngan_model *generator,
                                      syngan_model *discriminator,
                                      syngan_dataset *dataset,
                                      const syngan_trainer_options *options,
                                      uint64_t *bytes) {
    SG_OWN_FLOATS;
    if (bytes != NULL) *bytes = 0;
    SG_TRY(check_arguments(generator, discriminator, dataset, bytes,
                           "syngan_trainer_estimate"));
    syngan_context *context = generator->context;
    sg_settings settings;
    SG_TRY(sg_settings_read(context, options, &settings));
    uint64_t before = atomic_load(&context->bytes);
    syngan_trainer *t;
    SG_TRY(trainer_allocate(generator, discriminator, dataset, &settings, &t));
    t->estimating = true;
    syngan_status status = make_parts(t);
    if (status == SYNGAN_OK)
        *bytes = t->estimate + (atomic_load(&context->bytes) - before);
    syngan_trainer_free(t);
    return status;
}

/* ---- training ---------------------------------------------------------- */

syngan_status syngan_trainer_run(syngan_trainer *trainer, int64_t iterations) {
    SG_OWN_FLOATS;
    if (trainer == NULL) return SYNGAN_E_ARGUMENT;
    syngan_trainer *t = trainer;
    if (iterations < 0)
        return sg_fail(t->context, SYNGAN_E_ARGUMENT,
                       "trainer: %lld iterations, but must be at least 0",
                       (long long)iterations);
    if (t->owes_report) {
        SG_TRY(sg_loop_check_cancel(&t->loop));
        SG_TRY(call_progress(t));
    }
    int64_t more = iterations - t->iteration;
    if (more <= 0) return SYNGAN_OK;
    SG_TRY(sg_history_reserve(
        &t->history, (size_t)(more < HISTORY_AHEAD ? more : HISTORY_AHEAD)));
    t->suspect = -1;
    t->wanted = iterations;
    t->line = sg_progress_start(t->iteration, iterations, sg_seconds());
    return sg_loop_run(&t->loop, iterations);
}

/* ---- about a trainer --------------------------------------------------- */

int64_t syngan_trainer_iteration(const syngan_trainer *trainer) {
    return trainer == NULL ? 0 : trainer->iteration;
}

syngan_status syngan_trainer_sampler(const syngan_trainer *trainer,
                                     syngan_model **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (trainer == NULL) return SYNGAN_E_ARGUMENT;
    if (out == NULL)
        return sg_fail(trainer->context, SYNGAN_E_ARGUMENT,
                       "syngan_trainer_sampler: `out` is NULL");
    *out = sg_model_retain(trainer->average != NULL ? trainer->average
                                                    : trainer->generator);
    return SYNGAN_OK;
}

static syngan_status check_losses(const syngan_trainer *trainer,
                                  const syngan_losses *out, const char *where) {
    if (trainer == NULL) return SYNGAN_E_ARGUMENT;
    return sg_filled_check(trainer->context, where, out);
}

syngan_status syngan_trainer_losses(const syngan_trainer *trainer,
                                    syngan_losses *out) {
    SG_OWN_FLOATS;
    SG_TRY(check_losses(trainer, out, "syngan_trainer_losses"));
    if (trainer->history.count == 0)
        return sg_fail(trainer->context, SYNGAN_E_STATE,
                       "trainer: there are no losses before the first "
                       "iteration");
    syngan_losses full;
    sg_history_losses(&trainer->history, trainer->history.count - 1, &full);
    sg_filled_copy(out, &full, sizeof full);
    return SYNGAN_OK;
}

int64_t syngan_trainer_history_count(const syngan_trainer *trainer) {
    return trainer == NULL ? 0 : (int64_t)trainer->history.count;
}

syngan_status syngan_trainer_history(const syngan_trainer *trainer,
                                     int64_t index, syngan_losses *out) {
    SG_OWN_FLOATS;
    SG_TRY(check_losses(trainer, out, "syngan_trainer_history"));
    int64_t count = (int64_t)trainer->history.count;
    if (index < 0 || index >= count)
        return sg_fail(trainer->context, SYNGAN_E_ARGUMENT,
                       "trainer: the history has %lld records, none at %lld",
                       (long long)count, (long long)index);
    syngan_losses full;
    sg_history_losses(&trainer->history, (size_t)index, &full);
    sg_filled_copy(out, &full, sizeof full);
    return SYNGAN_OK;
}

static syngan_status check_path(const syngan_trainer *trainer, const char *path,
                                const char *where) {
    if (trainer == NULL) return SYNGAN_E_ARGUMENT;
    if (path != NULL) return SYNGAN_OK;
    return sg_fail(trainer->context, SYNGAN_E_ARGUMENT, "%s: `path` is NULL",
                   where);
}

syngan_status syngan_trainer_write_history(const syngan_trainer *trainer,
                                           const char *path) {
    SG_OWN_FLOATS;
    SG_TRY(check_path(trainer, path, "syngan_trainer_write_history"));
    return sg_history_write_csv(&trainer->history, path);
}

syngan_status syngan_trainer_write_chart(const syngan_trainer *trainer,
                                         const char *path) {
    SG_OWN_FLOATS;
    SG_TRY(check_path(trainer, path, "syngan_trainer_write_chart"));
    return sg_history_write_chart(&trainer->history, path);
}

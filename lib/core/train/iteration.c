/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs of an iteration: what the two players compute, as graphs built
 * from models, losses and optimizers; and running them in their order.
 */
#include <string.h>
#include <syngan/losses.h>

#include "base/floats.h"
#include "base/memory.h"
#include "op/ops.h"
#include "train/average.h"
#include "train/gan_loss.h"
#include "train/trainer.h"

/* The inputs of phases. */
enum { EXAMPLES, DECAY };
static const char *const input_names[SG_PHASE_INPUTS] = {
    [EXAMPLES] = "examples", [DECAY] = SG_AVERAGE_DECAY};

_Static_assert((int)SG_MEASURES == (int)SG_PHASE_OUTPUTS,
               "each measure is an output of a phase");

/* ---- parts of the graphs ----------------------------------------------- */

static const syngan_trainer *trainer_of(const sg_phase_graph *p) {
    return p->owner;
}

static const syngan_trainer_options *options_of(const sg_phase_graph *p) {
    return &trainer_of(p)->settings.trainer;
}

static const sg_gan_loss *loss_of(const sg_phase_graph *p) {
    return &sg_gan_losses[options_of(p)->loss];
}

static const sg_gan_penalty *penalty_of(const sg_phase_graph *p) {
    return &sg_gan_penalties[options_of(p)->penalty];
}

static syngan_node *examples_node(const sg_phase_graph *p) {
    sg_dims dims = trainer_of(p)->discriminator->inputs[0]->dims;
    dims.size[0] = options_of(p)->batch;
    return syngan_input(p->graph, input_names[EXAMPLES], SYNGAN_TYPE_F32,
                        dims.size, (size_t)dims.rank);
}

static syngan_node *generated(const sg_phase_graph *p, int32_t mode) {
    syngan_model *generator = trainer_of(p)->generator;
    sg_dims dims = generator->inputs[0]->dims;
    dims.size[0] = options_of(p)->batch;
    syngan_node *noise =
        syngan_random_normal(p->graph, dims.size, (size_t)dims.rank);
    return syngan_model_apply(p->graph, generator, &noise, 1, mode);
}

/* Generated examples for a discriminator update. */
static syngan_node *fakes_node(const sg_phase_graph *p) {
    int32_t mode = options_of(p)->fakes == SYNGAN_FAKES_TRAINING
                       ? SYNGAN_MODE_TRAINING
                       : SYNGAN_MODE_INFERENCE;
    return syngan_stop_gradient(generated(p, mode));
}

/* The discriminator's result without a sigmoid at its end. */
static syngan_node *logits_of(const sg_phase_graph *p, syngan_node *examples) {
    syngan_node *result =
        syngan_model_apply(p->graph, trainer_of(p)->discriminator, &examples, 1,
                           SYNGAN_MODE_TRAINING);
    return result->op == &sg_op_sigmoid ? result->inputs[0] : result;
}

static sg_logits both_logits(const sg_phase_graph *p, syngan_node *real,
                             syngan_node *fake) {
    return (sg_logits){.real = real,
                       .fake = fake,
                       .target = (double)options_of(p)->real_target};
}

static void measure_real(sg_phase_graph *p, const sg_logits *logits) {
    p->outputs[SG_D_LOSS_REAL] = loss_of(p)->real(logits);
    p->outputs[SG_D_ACCURACY_REAL] = syngan_binary_accuracy(logits->real, 1);
}

static void measure_fake(sg_phase_graph *p, const sg_logits *logits) {
    p->outputs[SG_D_LOSS_FAKE] = loss_of(p)->fake(logits);
    p->outputs[SG_D_ACCURACY_FAKE] = syngan_binary_accuracy(logits->fake, 0);
}

/* `loss` with a term of the penalty added: that on the gradient of `logits` at
 * `x`, of so many times the weight. */
static syngan_node *add_penalty(sg_phase_graph *p, syngan_node *loss,
                                double factor, syngan_node *logits,
                                syngan_node *x) {
    syngan_node *term =
        syngan_affine(syngan_gradient_penalty(logits, x, penalty_of(p)->target),
                      factor * (double)options_of(p)->penalty_weight, 0.0);
    syngan_node *before = p->outputs[SG_PENALTY];
    p->outputs[SG_PENALTY] = before == NULL ? term : syngan_add(before, term);
    return syngan_add(loss, term);
}

static syngan_node *add_real_penalty(sg_phase_graph *p, syngan_node *loss,
                                     syngan_node *logits, syngan_node *real) {
    double factor = penalty_of(p)->real;
    return factor == 0.0 ? loss : add_penalty(p, loss, factor, logits, real);
}

static syngan_node *add_fake_penalty(sg_phase_graph *p, syngan_node *loss,
                                     syngan_node *logits, syngan_node *fake) {
    double factor = penalty_of(p)->fake;
    return factor == 0.0 ? loss : add_penalty(p, loss, factor, logits, fake);
}

/* `real` NULL: the examples, if they are needed. */
static syngan_node *add_between_penalty(sg_phase_graph *p, syngan_node *loss,
                                        syngan_node *real, syngan_node *fake) {
    double factor = penalty_of(p)->between;
    if (factor == 0.0) return loss;
    syngan_node *points =
        sg_points_between(real == NULL ? examples_node(p) : real, fake);
    return add_penalty(p, loss, factor, logits_of(p, points), points);
}

/* The update of a player: its parameters by `loss`, its running statistics by
 * what `source` depends on. */
static void update_player(sg_phase_graph *p, syngan_optimizer *optimizer,
                          const syngan_model *player, syngan_node *loss,
                          syngan_node *source) {
    p->updates[p->n_updates++] = sg_update_statistics(
        source, player, (double)options_of(p)->statistics_momentum);
    p->updates[p->n_updates++] = syngan_optimizer_minimize(optimizer, loss);
}

static void update_discriminator(sg_phase_graph *p, syngan_node *loss,
                                 syngan_node *source) {
    update_player(p, trainer_of(p)->discriminator_optimizer,
                  trainer_of(p)->discriminator, loss, source);
}

/* ---- the graphs -------------------------------------------------------- */

static void build_real(sg_phase_graph *p) {
    syngan_node *real = examples_node(p);
    sg_logits logits = both_logits(p, logits_of(p, real), NULL);
    measure_real(p, &logits);
    syngan_node *loss =
        add_real_penalty(p, p->outputs[SG_D_LOSS_REAL], logits.real, real);
    update_discriminator(p, loss, logits.real);
}

static void build_fake(sg_phase_graph *p) {
    syngan_node *fake = fakes_node(p);
    sg_logits logits = both_logits(p, NULL, logits_of(p, fake));
    measure_fake(p, &logits);
    syngan_node *loss =
        add_fake_penalty(p, p->outputs[SG_D_LOSS_FAKE], logits.fake, fake);
    loss = add_between_penalty(p, loss, NULL, fake);
    update_discriminator(p, loss, logits.fake);
}

static void build_both(sg_phase_graph *p) {
    syngan_node *real = examples_node(p);
    syngan_node *fake = fakes_node(p);
    syngan_node *of_real = logits_of(p, real);
    sg_logits logits = both_logits(p, of_real, logits_of(p, fake));
    measure_real(p, &logits);
    measure_fake(p, &logits);
    syngan_node *both = syngan_affine(
        syngan_add(p->outputs[SG_D_LOSS_REAL], p->outputs[SG_D_LOSS_FAKE]), 0.5,
        0.0);
    syngan_node *loss = add_real_penalty(p, both, logits.real, real);
    loss = add_fake_penalty(p, loss, logits.fake, fake);
    loss = add_between_penalty(p, loss, real, fake);
    update_discriminator(p, loss, both);
}

/* The discriminator uses its batches' statistics, but neither its parameters
 * nor its running statistics move. */
static void build_generator(sg_phase_graph *p) {
    syngan_node *real =
        loss_of(p)->compares ? logits_of(p, examples_node(p)) : NULL;
    sg_logits logits =
        both_logits(p, real, logits_of(p, generated(p, SYNGAN_MODE_TRAINING)));
    syngan_node *loss = loss_of(p)->generator(&logits);
    p->outputs[SG_G_LOSS] = loss;
    update_player(p, trainer_of(p)->generator_optimizer,
                  trainer_of(p)->generator, loss, loss);
}

static void build_average(sg_phase_graph *p) {
    p->updates[p->n_updates++] = sg_average_build(
        p->graph, trainer_of(p)->generator, trainer_of(p)->average);
}

/* ---- making the programs ----------------------------------------------- */

static const sg_phase_kind kinds[SG_PHASES] = {
    [SG_PHASE_REAL] = {"discriminator, real", build_real},
    [SG_PHASE_FAKE] = {"discriminator, fake", build_fake},
    [SG_PHASE_BOTH] = {"discriminator, both", build_both},
    [SG_PHASE_GENERATOR] = {"generator", build_generator},
    [SG_PHASE_AVERAGE] = {"average", build_average},
};

const char *sg_iteration_phase_name(int which) {
    return kinds[which].name;
}

static bool phase_wanted(const syngan_trainer *trainer, int which) {
    bool joint =
        trainer->settings.trainer.discriminator_update == SYNGAN_UPDATE_JOINT;
    switch (which) {
    case SG_PHASE_REAL:
    case SG_PHASE_FAKE:
        return !joint;
    case SG_PHASE_BOTH:
        return joint;
    case SG_PHASE_AVERAGE:
        return trainer->average != NULL;
    default:
        return true;
    }
}

static syngan_status make_phases(syngan_trainer *trainer) {
    const syngan_trainer_options *o = &trainer->settings.trainer;
    const sg_phase_maker maker = {
        .context = trainer->context,
        .owner = trainer,
        .inputs = input_names,
        .program = *SYNGAN_PROGRAM(.seed = o->seed, .profile = o->profile,
                                   .bf16 = o->bf16, .tune = o->tune),
        .estimate = trainer->estimating ? &trainer->estimate : NULL};
    for (int i = 0; i < SG_PHASES; i++)
        if (phase_wanted(trainer, i))
            SG_TRY(sg_phase_make(&maker, &kinds[i],
                                 trainer->stored == NULL ? NULL
                                                         : &trainer->stored[i],
                                 &trainer->phases[i]));
    return SYNGAN_OK;
}

/* Room for the batches of an iteration behind the first one. */
static syngan_status make_ahead(syngan_trainer *trainer) {
    size_t count = (size_t)trainer->settings.trainer.discriminator_steps - 1;
    sg_dims dims = trainer->discriminator->inputs[0]->dims;
    dims.size[0] = trainer->settings.trainer.batch;
    if (trainer->estimating) {
        trainer->estimate +=
            count * ((uint64_t)sg_dims_count(&dims) * sizeof(float) +
                     sizeof(syngan_tensor) + sizeof(sg_storage) +
                     sizeof *trainer->ahead);
        return SYNGAN_OK;
    }
    if (count == 0) return SYNGAN_OK;
    trainer->ahead =
        sg_alloc_zero(trainer->context, count, sizeof *trainer->ahead);
    if (trainer->ahead == NULL)
        return sg_fail_memory(trainer->context, "batches of an iteration",
                              count * sizeof *trainer->ahead);
    for (size_t i = 0; i < count; i++)
        SG_TRY(syngan_tensor_create(trainer->context, SYNGAN_TYPE_F32,
                                    dims.size, (size_t)dims.rank,
                                    &trainer->ahead[i]));
    return SYNGAN_OK;
}

syngan_status sg_iteration_make(syngan_trainer *trainer) {
    SG_TRY(make_phases(trainer));
    return make_ahead(trainer);
}

void sg_iteration_free(syngan_trainer *trainer) {
    int32_t ahead = trainer->settings.trainer.discriminator_steps - 1;
    for (int32_t i = 0; trainer->ahead != NULL && i < ahead; i++)
        syngan_tensor_free(trainer->ahead[i]);
    sg_free(trainer->context, trainer->ahead);
    for (int i = 0; i < SG_PHASES; i++)
        sg_phase_free(&trainer->phases[i]);
}

/* ---- running them ------------------------------------------------------ */

/* Remembers an example that is not finite. Networks may cope with it, so it is
 * named only if they don't. */
static void suspect(syngan_trainer *trainer, int64_t number,
                    const syngan_tensor *drawn) {
    const float *data = drawn->data;
    size_t count = (size_t)sg_dims_count(&drawn->dims);
    size_t elements = count / (size_t)drawn->dims.size[0];
    if (trainer->suspect >= 0) return;
    size_t at = sg_find_not_finite(data, count);
    if (at == count) return;
    trainer->suspect =
        sg_dataset_index(trainer->dataset, number, drawn->dims.size[0],
                         (int64_t)(at / elements));
    trainer->suspect_element = (int64_t)(at % elements);
    trainer->suspect_value = data[at];
}

/* Where the examples of a batch are drawn into. */
static syngan_tensor *first_examples(const syngan_trainer *trainer) {
    for (int i = 0; i < SG_PHASES; i++)
        if (trainer->phases[i].inputs[EXAMPLES] != NULL)
            return trainer->phases[i].inputs[EXAMPLES];
    return NULL;
}

/* Gives a batch to every program that takes examples. */
static void give_batch(syngan_trainer *trainer, const syngan_tensor *drawn) {
    for (int i = 0; i < SG_PHASES; i++) {
        const syngan_tensor *target = trainer->phases[i].inputs[EXAMPLES];
        if (target == NULL || target == drawn) continue;
        memcpy(target->data, drawn->data, syngan_tensor_bytes(drawn));
    }
}

/* Draws all batches of the iteration: before anything changes, since that may
 * fail. */
static syngan_status draw_batches(syngan_trainer *trainer,
                                  syngan_tensor *first) {
    int64_t updates = trainer->settings.trainer.discriminator_steps;
    for (int64_t i = 0; i < updates; i++) {
        int64_t number = trainer->iteration * updates + i;
        syngan_tensor *target = i == 0 ? first : trainer->ahead[i - 1];
        SG_TRY(syngan_dataset_batch(trainer->dataset, number, target, NULL));
        suspect(trainer, number, target);
    }
    return SYNGAN_OK;
}

size_t syngan_trainer_report(const syngan_trainer *trainer, char *text,
                             size_t size) {
    SG_OWN_FLOATS;
    return trainer == NULL
               ? sg_phases_report(NULL, 0, text, size)
               : sg_phases_report(trainer->phases, SG_PHASES, text, size);
}

/* The discriminator's phases. Terms of the penalty in both of two separate ones
 * are added. */
static syngan_status run_discriminator(const sg_phase *phases, int64_t number,
                                       float *measures) {
    measures[SG_PENALTY] = 0.0f;
    SG_TRY(sg_phase_run(&phases[SG_PHASE_REAL], number, measures));
    float of_real = measures[SG_PENALTY];
    measures[SG_PENALTY] = 0.0f;
    SG_TRY(sg_phase_run(&phases[SG_PHASE_FAKE], number, measures));
    measures[SG_PENALTY] += of_real;
    return sg_phase_run(&phases[SG_PHASE_BOTH], number, measures);
}

syngan_status sg_iteration_run(syngan_trainer *trainer, float *measures,
                               bool *changed) {
    const sg_phase *phases = trainer->phases;
    int64_t updates = trainer->settings.trainer.discriminator_steps;
    memset(measures, 0, SG_MEASURES * sizeof *measures);
    syngan_tensor *first = first_examples(trainer);
    SG_TRY(draw_batches(trainer, first));
    *changed = true;
    for (int64_t i = 0; i < updates; i++) {
        int64_t number = trainer->iteration * updates + i;
        give_batch(trainer, i == 0 ? first : trainer->ahead[i - 1]);
        SG_TRY(run_discriminator(phases, number, measures));
    }
    SG_TRY(sg_phase_run(&phases[SG_PHASE_GENERATOR], trainer->iteration,
                        measures));
    const sg_phase *average = &phases[SG_PHASE_AVERAGE];
    if (average->program != NULL)
        *(float *)average->inputs[DECAY]->data =
            sg_average_decay((double)trainer->settings.trainer.average_decay,
                             trainer->iteration);
    return sg_phase_run(average, trainer->iteration, measures);
}

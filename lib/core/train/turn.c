/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs of an iteration: what the two players compute, as graphs built
 * from models, losses and optimizers; and running them in their order.
 */
#include <stdio.h>
#include <string.h>
#include <syngan/losses.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/random.h"
#include "compile/program.h"
#include "op/ops.h"
#include "train/average.h"
#include "train/trainer.h"

#define EXAMPLES "examples"

/* A program while its graph is being built. */
typedef struct plan {
    const syngan_trainer *trainer;
    syngan_graph *graph;
    int64_t batch;
    syngan_node *measure[SG_MEASURES]; /* NULL: not measured */
    syngan_node *updates[2];
    size_t n_updates;
} plan;

/* ---- losses of the two players ----------------------------------------- */

static syngan_node *mean_of(syngan_node *x) {
    return syngan_mean(x, NULL, 0, 0);
}

static syngan_node *real_loss(const plan *p, syngan_node *logits) {
    const syngan_trainer_options *t = &p->trainer->settings.trainer;
    switch (t->loss) {
    case SYNGAN_LOSS_HINGE:
        return mean_of(syngan_relu(syngan_affine(logits, -1.0, 1.0)));
    case SYNGAN_LOSS_WASSERSTEIN:
        return syngan_negate(mean_of(logits));
    default:
        return syngan_binary_cross_entropy(logits, (double)t->real_target);
    }
}

static syngan_node *fake_loss(const plan *p, syngan_node *logits) {
    switch (p->trainer->settings.trainer.loss) {
    case SYNGAN_LOSS_HINGE:
        return mean_of(syngan_relu(syngan_affine(logits, 1.0, 1.0)));
    case SYNGAN_LOSS_WASSERSTEIN:
        return mean_of(logits);
    default:
        return syngan_binary_cross_entropy(logits, 0.0);
    }
}

static syngan_node *generator_loss(const plan *p, syngan_node *logits) {
    if (p->trainer->settings.trainer.loss == SYNGAN_LOSS_CROSS_ENTROPY)
        return syngan_binary_cross_entropy(logits, 1.0);
    return syngan_negate(mean_of(logits));
}

/* ---- parts of the graphs ----------------------------------------------- */

static syngan_node *examples_node(const plan *p) {
    sg_dims dims = p->trainer->discriminator->inputs[0]->dims;
    dims.size[0] = p->batch;
    return syngan_input(p->graph, EXAMPLES, SYNGAN_TYPE_F32, dims.size,
                        (size_t)dims.rank);
}

static syngan_node *generated(const plan *p, int32_t mode) {
    syngan_model *generator = p->trainer->generator;
    sg_dims dims = generator->inputs[0]->dims;
    dims.size[0] = p->batch;
    syngan_node *noise =
        syngan_random_normal(p->graph, dims.size, (size_t)dims.rank);
    return syngan_model_apply(p->graph, generator, &noise, 1, mode);
}

/* Generated examples for a discriminator update. */
static syngan_node *fakes_node(const plan *p) {
    int32_t mode = p->trainer->settings.trainer.fakes == SYNGAN_FAKES_TRAINING
                       ? SYNGAN_MODE_TRAINING
                       : SYNGAN_MODE_INFERENCE;
    return syngan_stop_gradient(generated(p, mode));
}

/* The discriminator's result without a sigmoid at its end. */
static syngan_node *logits_of(const plan *p, syngan_node *examples) {
    syngan_node *result =
        syngan_model_apply(p->graph, p->trainer->discriminator, &examples, 1,
                           SYNGAN_MODE_TRAINING);
    return result->op == &sg_op_sigmoid ? result->inputs[0] : result;
}

/* Points on the lines between real and generated examples (Gulrajani and
 * others 2017). */
static syngan_node *points_between(const plan *p, syngan_node *real,
                                   syngan_node *fake) {
    int64_t ones[SYNGAN_MAX_RANK] = {1, 1, 1, 1, 1, 1, 1, 1};
    ones[0] = p->batch;
    syngan_node *place =
        syngan_random_uniform(p->graph, ones, (size_t)real->dims.rank);
    return syngan_add(fake,
                      syngan_multiply(place, syngan_subtract(real, fake)));
}

static void measure_real(plan *p, syngan_node *logits) {
    p->measure[SG_D_LOSS_REAL] = real_loss(p, logits);
    p->measure[SG_D_ACCURACY_REAL] = syngan_binary_accuracy(logits, 1);
}

static void measure_fake(plan *p, syngan_node *logits) {
    p->measure[SG_D_LOSS_FAKE] = fake_loss(p, logits);
    p->measure[SG_D_ACCURACY_FAKE] = syngan_binary_accuracy(logits, 0);
}

/* `loss` with the penalty on real examples added, if there is one. */
static syngan_node *add_r1(plan *p, syngan_node *loss, syngan_node *logits,
                           syngan_node *real) {
    const syngan_trainer_options *t = &p->trainer->settings.trainer;
    if (t->penalty != SYNGAN_PENALTY_R1) return loss;
    syngan_node *penalty =
        syngan_affine(syngan_gradient_penalty(logits, real, 0.0),
                      (double)t->penalty_weight / 2, 0.0);
    p->measure[SG_PENALTY] = penalty;
    return syngan_add(loss, penalty);
}

/* `loss` with the penalty between real and generated examples added. */
static syngan_node *add_wgan_gp(plan *p, syngan_node *loss, syngan_node *real,
                                syngan_node *fake) {
    const syngan_trainer_options *t = &p->trainer->settings.trainer;
    if (t->penalty != SYNGAN_PENALTY_WGAN_GP) return loss;
    syngan_node *points = points_between(p, real, fake);
    syngan_node *penalty = syngan_affine(
        syngan_gradient_penalty(logits_of(p, points), points, 1.0),
        (double)t->penalty_weight, 0.0);
    p->measure[SG_PENALTY] = penalty;
    return syngan_add(loss, penalty);
}

/* The update of a player: its parameters by `loss`, its running statistics by
 * what `source` depends on. */
static void update_player(plan *p, syngan_optimizer *optimizer,
                          const syngan_model *player, syngan_node *loss,
                          syngan_node *source) {
    p->updates[p->n_updates++] = sg_update_statistics(
        source, player,
        (double)p->trainer->settings.trainer.statistics_momentum);
    p->updates[p->n_updates++] = syngan_optimizer_minimize(optimizer, loss);
}

/* ---- the graphs -------------------------------------------------------- */

static void update_discriminator(plan *p, syngan_node *loss,
                                 syngan_node *source) {
    update_player(p, p->trainer->discriminator_optimizer,
                  p->trainer->discriminator, loss, source);
}

static void build_real(plan *p) {
    syngan_node *real = examples_node(p);
    syngan_node *logits = logits_of(p, real);
    measure_real(p, logits);
    syngan_node *loss = add_r1(p, p->measure[SG_D_LOSS_REAL], logits, real);
    update_discriminator(p, loss, logits);
}

static void build_fake(plan *p) {
    syngan_node *fake = fakes_node(p);
    syngan_node *logits = logits_of(p, fake);
    measure_fake(p, logits);
    syngan_node *loss = p->measure[SG_D_LOSS_FAKE];
    if (p->trainer->settings.trainer.penalty == SYNGAN_PENALTY_WGAN_GP)
        loss = add_wgan_gp(p, loss, examples_node(p), fake);
    update_discriminator(p, loss, logits);
}

static void build_both(plan *p) {
    syngan_node *real = examples_node(p);
    syngan_node *fake = fakes_node(p);
    syngan_node *real_logits = logits_of(p, real);
    syngan_node *fake_logits = logits_of(p, fake);
    measure_real(p, real_logits);
    measure_fake(p, fake_logits);
    syngan_node *both = syngan_affine(
        syngan_add(p->measure[SG_D_LOSS_REAL], p->measure[SG_D_LOSS_FAKE]), 0.5,
        0.0);
    syngan_node *loss = add_r1(p, both, real_logits, real);
    loss = add_wgan_gp(p, loss, real, fake);
    update_discriminator(p, loss, both);
}

/* The discriminator uses its batches' statistics, but neither its parameters
 * nor its running statistics move. */
static void build_generator(plan *p) {
    syngan_node *logits = logits_of(p, generated(p, SYNGAN_MODE_TRAINING));
    syngan_node *loss = generator_loss(p, logits);
    p->measure[SG_G_LOSS] = loss;
    update_player(p, p->trainer->generator_optimizer, p->trainer->generator,
                  loss, loss);
}

static void build_average(plan *p) {
    p->updates[p->n_updates++] =
        sg_average_build(p->graph, p->trainer->generator, p->trainer->average);
}

/* ---- making the programs ----------------------------------------------- */

typedef struct turn_builder {
    const char *name; /* chooses the seed of its random numbers */
    void (*build)(plan *plan);
} turn_builder;

static const turn_builder builders[SG_TURNS] = {
    [SG_TURN_REAL] = {"discriminator, real", build_real},
    [SG_TURN_FAKE] = {"discriminator, fake", build_fake},
    [SG_TURN_BOTH] = {"discriminator, both", build_both},
    [SG_TURN_GENERATOR] = {"generator", build_generator},
    [SG_TURN_AVERAGE] = {"average", build_average},
};

const char *sg_turn_name(int which) {
    return builders[which].name;
}

static bool turn_wanted(const syngan_trainer *trainer, int which) {
    bool joint =
        trainer->settings.trainer.discriminator_update == SYNGAN_UPDATE_JOINT;
    switch (which) {
    case SG_TURN_REAL:
    case SG_TURN_FAKE:
        return !joint;
    case SG_TURN_BOTH:
        return joint;
    case SG_TURN_AVERAGE:
        return trainer->average != NULL;
    default:
        return true;
    }
}

static uint64_t turn_seed(const syngan_trainer *trainer, int which) {
    const sg_random random = {.seed = trainer->settings.trainer.seed,
                              .stream = sg_stream_id(builders[which].name)};
    uint32_t bits[2];
    sg_random_bits(&random, 0, 2, bits);
    return (uint64_t)bits[1] << 32 | bits[0];
}

/* The buffers of a program: its inputs, and the measures in the order in which
 * they were asked for. */
static syngan_status find_buffers(const plan *p, sg_turn *turn) {
    size_t index = 0;
    for (int i = 0; i < SG_MEASURES; i++)
        if (p->measure[i] != NULL)
            SG_TRY(syngan_program_output(turn->program, index++,
                                         &turn->outputs[i]));
    turn->examples = sg_program_find_input(turn->program, EXAMPLES);
    turn->decay = sg_program_find_input(turn->program, SG_AVERAGE_DECAY);
    return SYNGAN_OK;
}

static syngan_status compile(syngan_trainer *trainer, const plan *p,
                             int which) {
    if (p->graph->status != SYNGAN_OK)
        return sg_fail(trainer->context, p->graph->status, "%s",
                       p->graph->error_text);
    syngan_node *outputs[SG_MEASURES];
    size_t n_outputs = 0;
    for (int i = 0; i < SG_MEASURES; i++)
        if (p->measure[i] != NULL) outputs[n_outputs++] = p->measure[i];
    const syngan_program_options *options =
        SYNGAN_PROGRAM(.seed = turn_seed(trainer, which),
                       .profile = trainer->settings.trainer.profile,
                       .bf16 = trainer->settings.trainer.bf16,
                       .tune = trainer->settings.trainer.tune);
    if (trainer->estimating) {
        uint64_t bytes;
        SG_TRY(sg_program_estimate(outputs, n_outputs, p->updates, p->n_updates,
                                   options, &bytes));
        trainer->estimate += bytes;
        return SYNGAN_OK;
    }
    const sg_choices *stored =
        trainer->stored == NULL ? NULL : &trainer->stored[which];
    SG_TRY(sg_program_create(outputs, n_outputs, p->updates, p->n_updates,
                             options, stored, &trainer->turns[which].program));
    return find_buffers(p, &trainer->turns[which]);
}

static syngan_status turn_make(syngan_trainer *trainer, int which) {
    syngan_context *context = trainer->context;
    uint64_t before = atomic_load(&context->bytes);
    plan p = {.trainer = trainer, .batch = trainer->settings.trainer.batch};
    SG_TRY(syngan_graph_create(context, &p.graph));
    builders[which].build(&p);
    syngan_status status = compile(trainer, &p, which);
    /* A program would keep its graph. */
    trainer->estimate += atomic_load(&context->bytes) - before;
    syngan_graph_free(p.graph);
    return status;
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

syngan_status sg_turns_make(syngan_trainer *trainer) {
    for (int i = 0; i < SG_TURNS; i++)
        if (turn_wanted(trainer, i)) SG_TRY(turn_make(trainer, i));
    return make_ahead(trainer);
}

void sg_turns_free(syngan_trainer *trainer) {
    int32_t ahead = trainer->settings.trainer.discriminator_steps - 1;
    for (int32_t i = 0; trainer->ahead != NULL && i < ahead; i++)
        syngan_tensor_free(trainer->ahead[i]);
    sg_free(trainer->context, trainer->ahead);
    for (int i = 0; i < SG_TURNS; i++) {
        sg_turn *turn = &trainer->turns[i];
        for (int m = 0; m < SG_MEASURES; m++)
            syngan_tensor_free(turn->outputs[m]);
        syngan_tensor_free(turn->examples);
        syngan_tensor_free(turn->decay);
        syngan_program_free(turn->program);
    }
}

/* ---- running them ------------------------------------------------------ */

/* Runs a program, if it is part of the iteration, with the random numbers of
 * `number`, and takes over its measures. */
static syngan_status turn_run(const sg_turn *turn, int64_t number,
                              float *measures) {
    if (turn->program == NULL) return SYNGAN_OK;
    SG_TRY(syngan_program_run(turn->program, (uint64_t)number));
    for (int i = 0; i < SG_MEASURES; i++)
        if (turn->outputs[i] != NULL)
            measures[i] = *(const float *)turn->outputs[i]->data;
    return SYNGAN_OK;
}

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
    for (int i = 0; i < SG_TURNS; i++)
        if (trainer->turns[i].examples != NULL)
            return trainer->turns[i].examples;
    return NULL;
}

/* Gives a batch to every program that takes examples. */
static void give_batch(syngan_trainer *trainer, const syngan_tensor *drawn) {
    for (int i = 0; i < SG_TURNS; i++) {
        const syngan_tensor *target = trainer->turns[i].examples;
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
    if (text != NULL && size > 0) text[0] = '\0';
    size_t used = 0;
    for (int i = 0; trainer != NULL && i < SG_TURNS; i++) {
        if (trainer->turns[i].program == NULL) continue;
        bool room = text != NULL && used < size;
        char *at = room ? text + used : NULL;
        size_t left = room ? size - used : 0;
        int title = snprintf(at, left, "-- %s\n", builders[i].name);
        used += (size_t)title;
        room = text != NULL && used < size;
        used += syngan_program_report(trainer->turns[i].program,
                                      room ? text + used : NULL,
                                      room ? size - used : 0);
    }
    return used;
}

syngan_status sg_turns_run(syngan_trainer *trainer, float *measures,
                           bool *changed) {
    const sg_turn *turns = trainer->turns;
    int64_t updates = trainer->settings.trainer.discriminator_steps;
    memset(measures, 0, SG_MEASURES * sizeof *measures);
    *changed = false;
    syngan_tensor *first = first_examples(trainer);
    SG_TRY(draw_batches(trainer, first));
    *changed = true;
    for (int64_t i = 0; i < updates; i++) {
        int64_t number = trainer->iteration * updates + i;
        give_batch(trainer, i == 0 ? first : trainer->ahead[i - 1]);
        SG_TRY(turn_run(&turns[SG_TURN_REAL], number, measures));
        SG_TRY(turn_run(&turns[SG_TURN_FAKE], number, measures));
        SG_TRY(turn_run(&turns[SG_TURN_BOTH], number, measures));
    }
    SG_TRY(turn_run(&turns[SG_TURN_GENERATOR], trainer->iteration, measures));
    const sg_turn *average = &turns[SG_TURN_AVERAGE];
    if (average->program != NULL)
        *(float *)average->decay->data =
            sg_average_decay((double)trainer->settings.trainer.average_decay,
                             trainer->iteration);
    return turn_run(average, trainer->iteration, measures);
}

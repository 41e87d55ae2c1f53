/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two programs of a step compute, as graphs: the critic's and the
 * generator's losses and the updates that lower them.
 */
#include "synth/objective.h"

#include <syngan/losses.h>

#include "graph/op.h"
#include "train/average.h"
#include "train/gan_loss.h"

typedef struct plan {
    const sg_gan *gan;
    syngan_graph *graph;
    const int32_t *parts;
    int64_t batch, row, condition, viewed, pac;
    sg_phase_graph *out;
} plan;

static syngan_node *mean_of(syngan_node *x) {
    return syngan_mean(x, NULL, 0, 0);
}

/* The generator's rows for new noise, before and behind their activation. */
static void build_fakes(const plan *p, syngan_node *condition,
                        syngan_node **logits, syngan_node **rows) {
    const sg_gan *gan = p->gan;
    syngan_node *inputs[2] = {
        syngan_random_normal(
            p->graph, SYNGAN_SHAPE(p->batch, gan->settings.options.noise)),
        condition};
    *logits =
        syngan_model_apply(p->graph, gan->generator, inputs,
                           condition == NULL ? 1 : 2, SYNGAN_MODE_TRAINING);
    if (gan->subject != NULL && gan->subject->activate != NULL) {
        *rows = gan->subject->activate(gan->subject, *logits, condition);
        return;
    }
    syngan_node *uniform =
        syngan_random_uniform(p->graph, SYNGAN_SHAPE(p->batch, p->row));
    *rows = syngan_part_activation(*logits, p->parts, gan->encoder->n_parts,
                                   uniform,
                                   (double)gan->settings.options.temperature);
}

static syngan_node *condition_input(const plan *p) {
    return p->condition == 0
               ? NULL
               : syngan_input(p->graph, SG_INPUT_CONDITION, SYNGAN_TYPE_F32,
                              SYNGAN_SHAPE(p->batch, p->condition));
}

/* Rows with their conditions, `pac` to one. */
static syngan_node *pack(const plan *p, syngan_node *rows,
                         syngan_node *condition) {
    syngan_node *both[] = {rows, condition};
    syngan_node *joined = condition == NULL ? rows : syngan_concat(both, 2, 1);
    return syngan_reshape(
        joined,
        SYNGAN_SHAPE(p->batch / p->pac, p->pac * (p->row + p->condition)));
}

/* Packed rows, with what the critic sees of each besides. */
static syngan_node *add_view(const plan *p, syngan_node *packed) {
    const sg_subject *subject = p->gan->subject;
    if (p->viewed == 0) return packed;
    syngan_node *rows =
        syngan_reshape(packed, SYNGAN_SHAPE(p->batch, p->row + p->condition));
    syngan_node *view =
        subject->view(subject, syngan_slice(rows, 1, 0, p->row),
                      syngan_slice(rows, 1, p->row, p->condition));
    syngan_node *both[] = {rows, view};
    return syngan_reshape(
        syngan_concat(both, 2, 1),
        SYNGAN_SHAPE(p->batch / p->pac,
                     p->pac * (p->row + p->condition + p->viewed)));
}

static syngan_node *score(const plan *p, syngan_node *packed) {
    packed = add_view(p, packed);
    return syngan_model_apply(p->graph, p->gan->critic, &packed, 1,
                              SYNGAN_MODE_TRAINING);
}

static const sg_gan_loss *wasserstein(void) {
    return &sg_gan_losses[SYNGAN_LOSS_WASSERSTEIN];
}

/* WGAN-GP, the norm over a packed row. */
static syngan_node *penalty(const plan *p, syngan_node *real,
                            syngan_node *fake) {
    const sg_gan_penalty *row = &sg_gan_penalties[SYNGAN_PENALTY_WGAN_GP];
    syngan_node *between = sg_points_between(real, fake);
    return syngan_affine(
        syngan_gradient_penalty(score(p, between), between, row->target),
        row->between * (double)p->gan->settings.options.penalty_weight, 0.0);
}

static void add_update(const plan *p, syngan_node *update) {
    p->out->updates[p->out->n_updates++] = update;
}

static void move_statistics(const plan *p, syngan_node *source) {
    const sg_gan *gan = p->gan;
    add_update(p, sg_update_statistics(source, gan->generator,
                                       gan->settings.recipe.momentum));
}

static void build_critic(const plan *p) {
    const sg_gan *gan = p->gan;
    syngan_node *condition = condition_input(p), *logits, *rows;
    build_fakes(p, condition, &logits, &rows);
    syngan_node *fake = pack(p, syngan_stop_gradient(rows), condition);
    syngan_node *real = syngan_reshape(
        syngan_input(p->graph, SG_INPUT_REAL, SYNGAN_TYPE_F32,
                     SYNGAN_SHAPE(p->batch, p->row + p->condition)),
        SYNGAN_SHAPE(p->batch / p->pac, p->pac * (p->row + p->condition)));
    /* One after the other: the streams of what the critic drops go by it. */
    sg_logits logits_of = {.real = score(p, real)};
    logits_of.fake = score(p, fake);
    syngan_node *loss = syngan_add(wasserstein()->fake(&logits_of),
                                   wasserstein()->real(&logits_of));
    p->out->outputs[0] = loss;
    if (gan->settings.recipe.critic_statistics) move_statistics(p, logits);
    add_update(
        p, syngan_optimizer_minimize(gan->critic_optimizer,
                                     syngan_add(loss, penalty(p, real, fake))));
}

static void build_generator(const plan *p) {
    const sg_gan *gan = p->gan;
    syngan_node *condition = condition_input(p), *logits, *rows;
    build_fakes(p, condition, &logits, &rows);
    const sg_logits of_rows = {.fake = score(p, pack(p, rows, condition))};
    syngan_node *loss = wasserstein()->generator(&of_rows);
    if (gan->conditions.width > 0) {
        syngan_node *target = syngan_input(
            p->graph, SG_INPUT_TARGET, SYNGAN_TYPE_I32, SYNGAN_SHAPE(p->batch));
        loss = syngan_add(
            loss, mean_of(syngan_part_cross_entropy(
                      logits, p->parts, gan->encoder->n_parts, target)));
    }
    if (gan->subject != NULL && gan->subject->loss != NULL) {
        syngan_node *real =
            syngan_input(p->graph, SG_INPUT_REAL, SYNGAN_TYPE_F32,
                         SYNGAN_SHAPE(p->batch, p->row));
        loss = syngan_add(
            loss, gan->subject->loss(gan->subject, logits, condition, real));
    }
    move_statistics(p, logits);
    p->out->outputs[0] = loss;
    add_update(p, syngan_optimizer_minimize(gan->generator_optimizer, loss));
    if (gan->average != NULL)
        add_update(p, sg_average_build(p->graph, gan->generator, gan->average));
}

void sg_objective_build(const sg_gan *gan, sg_objective_kind kind,
                        const int32_t *parts, sg_phase_graph *out) {
    const plan p = {.gan = gan,
                    .graph = out->graph,
                    .parts = parts,
                    .batch = gan->settings.options.batch,
                    .row = gan->encoder->width,
                    .condition = sg_gan_given(gan),
                    .viewed = gan->settings.viewed,
                    .pac = gan->settings.options.pac,
                    .out = out};
    if (kind == SG_OBJECTIVE_CRITIC)
        build_critic(&p);
    else
        build_generator(&p);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formulas of the losses of two players, as nodes.
 */
#include "train/gan_loss.h"

#include <syngan/losses.h>

#include "graph/graph.h"

static syngan_node *mean_of(syngan_node *x) {
    return syngan_mean(x, NULL, 0, 0);
}

/* ---- cross-entropy ------------------------------------------------------ */

static syngan_node *cross_entropy_real(const sg_logits *l) {
    return syngan_binary_cross_entropy(l->real, l->target);
}

static syngan_node *cross_entropy_fake(const sg_logits *l) {
    return syngan_binary_cross_entropy(l->fake, 0.0);
}

static syngan_node *cross_entropy_generator(const sg_logits *l) {
    return syngan_binary_cross_entropy(l->fake, 1.0);
}

static syngan_node *minimax_generator(const sg_logits *l) {
    return syngan_negate(cross_entropy_fake(l));
}

/* ---- means and hinges --------------------------------------------------- */

static syngan_node *wasserstein_real(const sg_logits *l) {
    return syngan_negate(mean_of(l->real));
}

static syngan_node *wasserstein_fake(const sg_logits *l) {
    return mean_of(l->fake);
}

static syngan_node *wasserstein_generator(const sg_logits *l) {
    return syngan_negate(mean_of(l->fake));
}

/* mean max(0, 1 - r) */
static syngan_node *hinge_real(const sg_logits *l) {
    return mean_of(syngan_relu(syngan_affine(l->real, -1.0, 1.0)));
}

static syngan_node *hinge_fake(const sg_logits *l) {
    return mean_of(syngan_relu(syngan_affine(l->fake, 1.0, 1.0)));
}

/* ---- least squares ------------------------------------------------------ */

/* mean (r - target)^2; the paper's half is that of the mean of both terms */
static syngan_node *squares_real(const sg_logits *l) {
    return mean_of(syngan_square(syngan_affine(l->real, 1.0, -l->target)));
}

static syngan_node *squares_fake(const sg_logits *l) {
    return mean_of(syngan_square(l->fake));
}

/* 1/2 mean (f - 1)^2 */
static syngan_node *squares_generator(const sg_logits *l) {
    syngan_node *away = syngan_affine(l->fake, 1.0, -1.0);
    return syngan_affine(mean_of(syngan_square(away)), 0.5, 0.0);
}

/* ---- relativistic ------------------------------------------------------- */

/* -log sigmoid(a - b) for each: low where `a` is above `b` */
static syngan_node *above(syngan_node *a, syngan_node *b) {
    return mean_of(syngan_softplus(syngan_subtract(b, a)));
}

static syngan_node *average_real(const sg_logits *l) {
    return above(l->real, mean_of(l->fake));
}

static syngan_node *average_fake(const sg_logits *l) {
    return above(mean_of(l->real), l->fake);
}

/* The mean of both terms, as the discriminator's, with the roles changed. */
static syngan_node *average_generator(const sg_logits *l) {
    const sg_logits changed = {.real = l->fake, .fake = l->real};
    return syngan_affine(
        syngan_add(average_real(&changed), average_fake(&changed)), 0.5, 0.0);
}

static syngan_node *pairing_discriminator(const sg_logits *l) {
    return above(l->real, l->fake);
}

static syngan_node *pairing_generator(const sg_logits *l) {
    return above(l->fake, l->real);
}

/* ---- the tables --------------------------------------------------------- */

#define SG_GAN_LOSS(value, name, ...)                                          \
    [SYNGAN_LOSS_##value] = {#name, __VA_ARGS__},
const sg_gan_loss sg_gan_losses[] = {
#include "train/gan_loss_list.h"
};

#define SG_GAN_PENALTY(value, name, ...)                                       \
    [SYNGAN_PENALTY_##value] = {#name, __VA_ARGS__},
const sg_gan_penalty sg_gan_penalties[] = {
#include "train/gan_loss_list.h"
};

#define SG_GAN_LOSS(value, name, ...) "|" #name
const char sg_gan_loss_names[] =
#include "train/gan_loss_list.h"
    ;

#define SG_GAN_PENALTY(value, name, ...) "|" #name
const char sg_gan_penalty_names[] =
#include "train/gan_loss_list.h"
    ;

/* Names go by their place: each row stands where its value says. */
#define SG_GAN_LOSS(value, ...) LOSS_PLACE_##value,
enum {
    LOSS_PLACE_0,
#include "train/gan_loss_list.h"
};
#define SG_GAN_LOSS(value, ...)                                                \
    _Static_assert((int)LOSS_PLACE_##value == (int)SYNGAN_LOSS_##value,        \
                   "a row of losses out of order");
#include "train/gan_loss_list.h"

#define SG_GAN_PENALTY(value, ...) PENALTY_PLACE_##value,
enum {
    PENALTY_PLACE_0,
#include "train/gan_loss_list.h"
};
#define SG_GAN_PENALTY(value, ...)                                             \
    _Static_assert((int)PENALTY_PLACE_##value == (int)SYNGAN_PENALTY_##value,  \
                   "a row of penalties out of order");
#include "train/gan_loss_list.h"

/* ---- penalties ---------------------------------------------------------- */

syngan_node *sg_points_between(syngan_node *real, syngan_node *fake) {
    int64_t ones[SYNGAN_MAX_RANK] = {1, 1, 1, 1, 1, 1, 1, 1};
    ones[0] = real->dims.size[0];
    syngan_node *place =
        syngan_random_uniform(real->graph, ones, (size_t)real->dims.rank);
    return syngan_add(fake,
                      syngan_multiply(place, syngan_subtract(real, fake)));
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The losses of two players and the penalties on the discriminator's gradient,
 * as tables (train/gan_loss_list.h).
 */
#ifndef SG_TRAIN_GAN_LOSS_H
#define SG_TRAIN_GAN_LOSS_H

#include <stdbool.h>
#include <syngan/train.h>

/* What a loss is made of. `fake` or `real` is NULL where an update sees only
 * the other; of a loss that compares, both are there. */
typedef struct sg_logits {
    syngan_node *real, *fake;
    double target; /* label of real examples */
} sg_logits;

typedef syngan_node *(*sg_gan_loss_fn)(const sg_logits *logits);

typedef struct sg_gan_loss {
    const char *name;
    sg_gan_loss_fn real, fake; /* the discriminator's two terms */
    sg_gan_loss_fn generator;
    bool has_labels, compares, collapses;
} sg_gan_loss;

typedef struct sg_gan_penalty {
    const char *name;
    double real, fake, between; /* factors of the weight; 0: no such term */
    double target;              /* of the gradient's norm */
} sg_gan_penalty;

/* By their public values, of which 0 is none. */
extern const sg_gan_loss sg_gan_losses[];
extern const sg_gan_penalty sg_gan_penalties[];

/* Their number, and their names as an option's choices, behind a bar. */
#define SG_GAN_LOSS(...) +1
enum {
    SG_GAN_LOSSES = 0
#include "train/gan_loss_list.h"
};
#define SG_GAN_PENALTY(...) +1
enum {
    SG_GAN_PENALTIES = 0
#include "train/gan_loss_list.h"
};
extern const char sg_gan_loss_names[];
extern const char sg_gan_penalty_names[];

/* Random points on the lines between real and generated examples. */
syngan_node *sg_points_between(syngan_node *real, syngan_node *fake);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The standard pair: a generator (100 noise values to 28 x 28 images) and a
 * discriminator, whole or cut behind some layer.
 */
#ifndef TESTS_SUPPORT_PAIR_H
#define TESTS_SUPPORT_PAIR_H

#include <syngan.h>

/* Dense, three times batch norm and transposed convolution. */
#define PAIR_GENERATOR_LAYERS 7
/* Two convolutions and dense, which gives logits. */
#define PAIR_DISCRIMINATOR_LAYERS 3

/* The first `layers` layers, with the names that layers get by default. */
syngan_status pair_generator(syngan_context *context, int32_t layers,
                             syngan_model **out);
syngan_status pair_discriminator(syngan_context *context, int32_t layers,
                                 syngan_model **out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small trainer with its models and data, for tests.
 */
#ifndef TESTS_SUPPORT_TRAINING_H
#define TESTS_SUPPORT_TRAINING_H

#include <syngan/train.h>

typedef struct training {
    syngan_model *generator;
    syngan_model *discriminator;
    syngan_dataset *dataset;
    syngan_trainer *trainer;
} training;

/* On the networks of `kind` (networks.h) and their examples. On failure
 * nothing is left. */
syngan_status training_make(syngan_context *context, int kind,
                            const syngan_trainer_options *options,
                            training *out);
/* A trainer from a checkpoint in memory; the models stay NULL. */
syngan_status training_load(syngan_context *context, const void *data,
                            size_t size, const syngan_trainer_options *options,
                            training *out);
void training_end(training *t);

/* The checkpoint of now, from malloc(). */
syngan_status training_save(const training *t, unsigned char **data,
                            size_t *size);

#endif

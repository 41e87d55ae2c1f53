/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A classifier of digits, trained with the library itself, and what it sees in
 * a set of images.
 */
#ifndef BENCH_CLASSIFIER_H
#define BENCH_CLASSIFIER_H

#include <syngan.h>

#define CLASSIFIER_FEATURES 64
#define CLASSIFIER_CLASSES 10
/* Numbers for each image: features, then logits. */
#define CLASSIFIER_WIDTH (CLASSIFIER_FEATURES + CLASSIFIER_CLASSES)

/* Trains on `data` (1 x 28 x 28, labelled) for `epochs`, writing a line for
 * each to stderr. The model's result is N x CLASSIFIER_WIDTH. */
syngan_status classifier_train(syngan_context *context, syngan_dataset *data,
                               int32_t epochs, syngan_model **out);

/* Share of `data` that it takes for another class than the label. */
syngan_status classifier_error(syngan_context *context,
                               syngan_model *classifier, syngan_dataset *data,
                               double *error);

/* The class of the greatest logit in one row of the result. */
int classifier_class(const float *row);

#endif

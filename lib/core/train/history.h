/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The losses of every iteration, and what they say about a collapse.
 */
#ifndef SG_TRAIN_HISTORY_H
#define SG_TRAIN_HISTORY_H

#include <syngan/train.h>

#include "base/context.h"

/* What is measured in an iteration. */
enum {
    SG_D_LOSS_REAL,
    SG_D_LOSS_FAKE,
    SG_D_ACCURACY_REAL,
    SG_D_ACCURACY_FAKE,
    SG_G_LOSS,
    SG_PENALTY,
    SG_MEASURES
};

/* Their names, as in syngan_losses, with commas between. */
#define SG_MEASURE_NAMES                                                       \
    "d_loss_real,d_loss_fake,d_accuracy_real,d_accuracy_fake,g_loss,penalty"

/* A collapse is suspected when the discriminator's loss has been under this
 * for so many iterations: it tells all fakes apart, and the generator's
 * gradient has gone. */
#define SG_COLLAPSE_LOSS 0.01f
#define SG_COLLAPSE_ITERATIONS 200

typedef struct sg_record {
    float measure[SG_MEASURES];
    int32_t collapsed;
    double seconds; /* of training until then, by this process */
} sg_record;

typedef struct sg_history {
    syngan_context *context;
    sg_record *records;
    size_t count, capacity;
    int64_t low;         /* last iterations in a row under SG_COLLAPSE_LOSS */
    bool watch_collapse; /* whether the loss has that meaning */
} sg_history;

void sg_history_free(sg_history *history);
/* Makes room for `more` records, so that adding them allocates nothing. */
syngan_status sg_history_reserve(sg_history *history, size_t more);
/* Adds a record and sets its `collapsed`. */
syngan_status sg_history_add(sg_history *history, const float *measures,
                             double seconds);
/* Forgets the records behind the first `count`. */
void sg_history_cut(sg_history *history, size_t count);

/* Record `index` as the public struct. */
void sg_history_losses(const sg_history *history, size_t index,
                       syngan_losses *out);

syngan_status sg_history_write_csv(const sg_history *history, const char *path);
syngan_status sg_history_write_chart(const sg_history *history,
                                     const char *path);

#endif

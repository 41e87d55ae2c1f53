/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks over variables that training changes; and a copy of all of them to go
 * back to when a step has failed or diverged.
 */
#ifndef SG_TRAIN_SNAPSHOT_H
#define SG_TRAIN_SNAPSHOT_H

#include "model/model.h"
#include "train/optimizer.h"

/* Called for a variable; `prefix` goes before its name in a file:
 * "generator." */
typedef syngan_status (*sg_state_fn)(const char *prefix, sg_variable *variable,
                                     void *argument);
/* Calls `visit` for each variable of `owner`, always in the same order. */
typedef syngan_status (*sg_visit_fn)(const void *owner, sg_state_fn visit,
                                     void *argument);

/* Visits a model's parameters (NULL: none), and what an optimizer keeps. */
syngan_status sg_visit_model(const syngan_model *model, const char *prefix,
                             sg_state_fn visit, void *argument);
syngan_status sg_visit_optimizer(const syngan_optimizer *optimizer,
                                 const char *prefix, sg_state_fn visit,
                                 void *argument);

typedef struct sg_snapshot {
    syngan_context *context;
    sg_visit_fn visit;
    const void *owner;
    char *data; /* sg_alloc'ed */
} sg_snapshot;

/* Bytes that it takes; variables need no tensors yet. */
size_t sg_snapshot_bytes(const void *owner, sg_visit_fn visit);
/* `what` a sentence calls it: "a trainer's snapshot". */
syngan_status sg_snapshot_make(syngan_context *context, const void *owner,
                               sg_visit_fn visit, const char *what,
                               sg_snapshot *out);
/* Keeps the variables as they are now; false, with the snapshot unchanged, if
 * one holds NaN or infinity. */
bool sg_snapshot_take(sg_snapshot *snapshot);
void sg_snapshot_restore(const sg_snapshot *snapshot);
void sg_snapshot_end(sg_snapshot *snapshot);

#endif

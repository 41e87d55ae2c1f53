/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What training changes: the variables of both players, of their optimizers
 * and of the averaged generator; and keeping a copy of them to go back to.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "train/optimizer.h"
#include "train/trainer.h"

static syngan_status visit_model(const syngan_model *model, const char *prefix,
                                 sg_state_fn visit, void *argument) {
    for (size_t i = 0; model != NULL && i < model->n_parameters; i++)
        SG_TRY(visit(prefix, model->parameters[i], argument));
    return SYNGAN_OK;
}

static syngan_status visit_optimizer(const syngan_optimizer *optimizer,
                                     const char *prefix, sg_state_fn visit,
                                     void *argument) {
    size_t count = sg_optimizer_state_count(optimizer);
    for (size_t i = 0; i < count; i++)
        SG_TRY(visit(prefix, sg_optimizer_state(optimizer, i), argument));
    return SYNGAN_OK;
}

syngan_status sg_state_visit_optimizers(const syngan_trainer *trainer,
                                        sg_state_fn visit, void *argument) {
    SG_TRY(visit_optimizer(trainer->generator_optimizer, "generator_optimizer.",
                           visit, argument));
    return visit_optimizer(trainer->discriminator_optimizer,
                           "discriminator_optimizer.", visit, argument);
}

syngan_status sg_state_visit(const syngan_trainer *trainer, sg_state_fn visit,
                             void *argument) {
    SG_TRY(visit_model(trainer->generator, "generator.", visit, argument));
    SG_TRY(
        visit_model(trainer->discriminator, "discriminator.", visit, argument));
    SG_TRY(visit_model(trainer->average, "average.", visit, argument));
    return sg_state_visit_optimizers(trainer, visit, argument);
}

/* ---- the snapshot ------------------------------------------------------ */

/* Each variable begins at a multiple of this many bytes. */
#define ALIGN 64

static size_t variable_bytes(const sg_variable *variable) {
    size_t element = variable->tensor == NULL
                         ? sizeof(float)
                         : syngan_type_size(variable->tensor->type);
    return (size_t)sg_dims_count(&variable->dims) * element;
}

static size_t aligned(size_t bytes) {
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

static syngan_status add_bytes(const char *prefix, sg_variable *variable,
                               void *argument) {
    (void)prefix;
    *(size_t *)argument += aligned(variable_bytes(variable));
    return SYNGAN_OK;
}

syngan_status sg_snapshot_make(syngan_trainer *trainer) {
    size_t bytes = 0;
    SG_TRY(sg_state_visit(trainer, add_bytes, &bytes));
    if (trainer->estimating) {
        trainer->estimate += bytes;
        return SYNGAN_OK;
    }
    trainer->snapshot = sg_alloc(trainer->context, bytes);
    if (trainer->snapshot == NULL)
        return sg_fail_memory(trainer->context, "a trainer's snapshot", bytes);
    return SYNGAN_OK;
}

/* NaN and infinity times 0 are NaN; a sum of zeros stays 0. */
static syngan_status check_finite(const char *prefix, sg_variable *variable,
                                  void *argument) {
    (void)prefix;
    (void)argument;
    if (variable->tensor->type != SYNGAN_F32) return SYNGAN_OK;
    const float *data = variable->tensor->data;
    size_t count = (size_t)sg_dims_count(&variable->dims);
    float lane[16] = {0};
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (size_t j = 0; j < 16; j++)
            lane[j] += data[i + j] * 0.0f;
    for (; i < count; i++)
        lane[0] += data[i] * 0.0f;
    for (size_t j = 0; j < 16; j++)
        if (isnan(lane[j])) return SYNGAN_E_DIVERGED;
    return SYNGAN_OK;
}

static syngan_status keep(const char *prefix, sg_variable *variable,
                          void *argument) {
    (void)prefix;
    char **at = argument;
    memcpy(*at, variable->tensor->data, variable_bytes(variable));
    *at += aligned(variable_bytes(variable));
    return SYNGAN_OK;
}

static syngan_status restore(const char *prefix, sg_variable *variable,
                             void *argument) {
    (void)prefix;
    char **at = argument;
    memcpy(variable->tensor->data, *at, variable_bytes(variable));
    *at += aligned(variable_bytes(variable));
    return SYNGAN_OK;
}

bool sg_snapshot_take(syngan_trainer *trainer) {
    if (sg_state_visit(trainer, check_finite, NULL) != SYNGAN_OK) return false;
    char *at = trainer->snapshot;
    (void)sg_state_visit(trainer, keep, &at);
    trainer->snapshot_iteration = trainer->iteration;
    return true;
}

void sg_snapshot_restore(syngan_trainer *trainer) {
    char *at = trainer->snapshot;
    (void)sg_state_visit(trainer, restore, &at);
    trainer->iteration = trainer->snapshot_iteration;
    sg_history_cut(&trainer->history, (size_t)trainer->iteration);
}

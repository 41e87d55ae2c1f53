/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Visiting variables, keeping them, and putting them back.
 */
#include "train/snapshot.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

syngan_status sg_visit_model(const syngan_model *model, const char *prefix,
                             sg_state_fn visit, void *argument) {
    for (size_t i = 0; model != NULL && i < model->n_parameters; i++)
        SG_TRY(visit(prefix, model->parameters[i], argument));
    return SYNGAN_OK;
}

syngan_status sg_visit_optimizer(const syngan_optimizer *optimizer,
                                 const char *prefix, sg_state_fn visit,
                                 void *argument) {
    size_t count = sg_optimizer_state_count(optimizer);
    for (size_t i = 0; i < count; i++)
        SG_TRY(visit(prefix, sg_optimizer_state(optimizer, i), argument));
    return SYNGAN_OK;
}

/* ---- snapshots ---------------------------------------------------------- */

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

size_t sg_snapshot_bytes(const void *owner, sg_visit_fn visit) {
    size_t bytes = 0;
    (void)visit(owner, add_bytes, &bytes);
    return bytes;
}

syngan_status sg_snapshot_make(syngan_context *context, const void *owner,
                               sg_visit_fn visit, const char *what,
                               sg_snapshot *out) {
    size_t bytes = sg_snapshot_bytes(owner, visit);
    *out = (sg_snapshot){.context = context,
                         .visit = visit,
                         .owner = owner,
                         .data = sg_alloc(context, bytes)};
    if (out->data != NULL) return SYNGAN_OK;
    return sg_fail_memory(context, what, bytes);
}

static syngan_status check_finite(const char *prefix, sg_variable *variable,
                                  void *argument) {
    (void)prefix, (void)argument;
    if (variable->tensor->type != SYNGAN_TYPE_F32) return SYNGAN_OK;
    size_t count = (size_t)sg_dims_count(&variable->dims);
    return sg_find_not_finite(variable->tensor->data, count) == count
               ? SYNGAN_OK
               : SYNGAN_E_DIVERGED;
}

static syngan_status keep(const char *prefix, sg_variable *variable,
                          void *argument) {
    (void)prefix;
    char **at = argument;
    memcpy(*at, variable->tensor->data, variable_bytes(variable));
    *at += aligned(variable_bytes(variable));
    return SYNGAN_OK;
}

static syngan_status put_back(const char *prefix, sg_variable *variable,
                              void *argument) {
    (void)prefix;
    char **at = argument;
    memcpy(variable->tensor->data, *at, variable_bytes(variable));
    *at += aligned(variable_bytes(variable));
    return SYNGAN_OK;
}

bool sg_snapshot_take(sg_snapshot *snapshot) {
    char *at = snapshot->data;
    if (snapshot->visit(snapshot->owner, check_finite, NULL) != SYNGAN_OK)
        return false;
    (void)snapshot->visit(snapshot->owner, keep, &at);
    return true;
}

void sg_snapshot_restore(const sg_snapshot *snapshot) {
    char *at = snapshot->data;
    (void)snapshot->visit(snapshot->owner, put_back, &at);
}

void sg_snapshot_end(sg_snapshot *snapshot) {
    sg_free(snapshot->context, snapshot->data);
    *snapshot = (sg_snapshot){0};
}

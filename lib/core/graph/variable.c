/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables: what outlives a run. Graphs that use one share it.
 */
#include "base/memory.h"
#include "base/text.h"
#include "graph/graph.h"

sg_variable *sg_variable_make(syngan_context *context, const char *name,
                              const sg_dims *dims) {
    sg_variable *variable = sg_alloc_zero(context, 1, sizeof *variable);
    if (variable == NULL) return NULL;
    variable->name = sg_strdup(context, name);
    if (variable->name == NULL) {
        sg_free(context, variable);
        return NULL;
    }
    atomic_init(&variable->references, 1);
    variable->context = context;
    variable->dims = *dims;
    variable->seed = context->seed;
    sg_context_retain(context);
    return variable;
}

sg_variable *sg_variable_retain(sg_variable *variable) {
    atomic_fetch_add(&variable->references, 1);
    return variable;
}

void sg_variable_release(sg_variable *variable) {
    if (variable == NULL || atomic_fetch_sub(&variable->references, 1) != 1)
        return;
    syngan_context *context = variable->context;
    syngan_tensor_free(variable->tensor);
    sg_free(context, variable->name);
    sg_free(context, variable);
    sg_context_release(context);
}

syngan_status sg_variable_allocate(sg_variable *variable) {
    const sg_dims *dims = &variable->dims;
    if (variable->tensor != NULL) return SYNGAN_OK;
    syngan_status status =
        syngan_tensor_create(variable->context, SYNGAN_TYPE_F32, dims->size,
                             (size_t)dims->rank, &variable->tensor);
    if (status != SYNGAN_E_MEMORY) return status;
    /* Said again, with the name of what was too large. */
    char what[256 + SG_DIMS_TEXT], text[SG_DIMS_TEXT];
    sg_text(what, sizeof what, "parameter '%.200s' %s", variable->name,
            sg_dims_text(dims, text));
    return sg_fail_memory(variable->context, what,
                          (uint64_t)sg_dims_count(dims) * sizeof(float));
}

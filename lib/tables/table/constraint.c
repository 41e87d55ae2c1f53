/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of constraints.
 */
#include "table/constraint.h"

#include <string.h>

#include "base/memory.h"

syngan_status sg_constraints_add(syngan_context *context,
                                 sg_constraints *constraints,
                                 const sg_constraint *constraint) {
    size_t bytes = (size_t)constraint->n_columns * sizeof(int32_t);
    void *array = constraints->item;
    int32_t *columns = sg_alloc(context, bytes);
    if (columns == NULL ||
        !sg_reserve(context, &array, &constraints->capacity, constraints->count,
                    sizeof *constraints->item)) {
        sg_free(context, columns);
        return sg_fail_memory(context, "a constraint", bytes);
    }
    memcpy(columns, constraint->columns, bytes);
    constraints->item = array;
    sg_constraint *item = &constraints->item[constraints->count++];
    *item = *constraint;
    item->columns = columns;
    return SYNGAN_OK;
}

syngan_status sg_constraints_copy(syngan_context *context,
                                  const sg_constraints *from,
                                  sg_constraints *to) {
    *to = (sg_constraints){0};
    for (size_t i = 0; i < from->count; i++) {
        syngan_status status = sg_constraints_add(context, to, &from->item[i]);
        if (status == SYNGAN_OK) continue;
        sg_constraints_end(context, to);
        return status;
    }
    return SYNGAN_OK;
}

void sg_constraints_end(syngan_context *context, sg_constraints *constraints) {
    for (size_t i = 0; i < constraints->count; i++)
        sg_free(context, constraints->item[i].columns);
    sg_free(context, constraints->item);
    *constraints = (sg_constraints){0};
}

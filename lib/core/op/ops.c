/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of all operators, and finding one by the name that files use.
 */
#include <string.h>

#include "op/ops.h"

const sg_op *const sg_ops[] = {
#define SG_OP(name) &sg_op_##name,
#include "op/list.h"
#undef SG_OP
    NULL};

const sg_op *sg_op_find(const char *name) {
    for (size_t i = 0; sg_ops[i] != NULL; i++)
        if (strcmp(sg_ops[i]->name, name) == 0) return sg_ops[i];
    return NULL;
}

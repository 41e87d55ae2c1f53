/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All operators, by name and in a list. Nothing below op/ includes this: graph/
 * and compile/ know operators by what their constants say.
 */
#ifndef SG_OP_OPS_H
#define SG_OP_OPS_H

#include "graph/op.h"

#define SG_OP(name) extern const sg_op sg_op_##name;
#include "op/list.h"
#undef SG_OP

/* All of them, ended by NULL; and one by the name that files use, or NULL. */
extern const sg_op *const sg_ops[];
const sg_op *sg_op_find(const char *name);

#endif

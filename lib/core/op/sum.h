/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums for the gradients of operators that broadcast.
 */
#ifndef SG_OP_SUM_H
#define SG_OP_SUM_H

#include "graph/graph.h"

/* `x` summed over what broadcasting had repeated, to the shape `dims`. */
syngan_node *sg_sum_to(syngan_node *x, const sg_dims *dims);

#endif

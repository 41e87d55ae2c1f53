/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Differentiation.
 */
#ifndef SG_OP_GRADIENT_H
#define SG_OP_GRADIENT_H

#include "graph/graph.h"

/* As syngan_gradient(), starting from `dy` (NULL: ones); out[i] is NULL where y
 * does not depend on wrt[i]. */
syngan_status sg_gradient(syngan_node *y, syngan_node *dy,
                          syngan_node *const *wrt, size_t count,
                          syngan_node **out);

#endif

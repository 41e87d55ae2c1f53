/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes of variables.
 */
#ifndef SG_OP_SOURCE_H
#define SG_OP_SOURCE_H

#include "graph/graph.h"

/* The graph's node of a variable: one for each graph and variable. */
syngan_node *sg_variable_node(syngan_graph *graph, sg_variable *variable);

#endif

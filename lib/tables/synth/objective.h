/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The graphs of a step's two programs: the critic's update and the
 * generator's.
 */
#ifndef SG_SYNTH_OBJECTIVE_H
#define SG_SYNTH_OBJECTIVE_H

#include "synth/synth.h"

/* Inputs, which not each of them has. */
#define SG_INPUT_REAL                                                          \
    "real" /* critic: rows with their conditions; generator:                   \
              rows, for a subject's loss */
#define SG_INPUT_CONDITION "condition"
#define SG_INPUT_TARGET "target" /* generator: columns of the conditions */

typedef enum sg_objective_kind {
    SG_OBJECTIVE_CRITIC,
    SG_OBJECTIVE_GENERATOR,
    SG_OBJECTIVES
} sg_objective_kind;

typedef struct sg_objective {
    syngan_node *loss;
    syngan_node *updates[3];
    size_t n_updates;
} sg_objective;

/* `parts`: of sg_network_parts(). Failures are the graph's. */
void sg_objective_build(syngan_graph *graph, const sg_gan *s,
                        sg_objective_kind kind, const int32_t *parts,
                        sg_objective *out);

#endif

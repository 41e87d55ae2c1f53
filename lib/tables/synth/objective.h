/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The graphs of a step's two programs: the critic's update and the
 * generator's.
 */
#ifndef SG_SYNTH_OBJECTIVE_H
#define SG_SYNTH_OBJECTIVE_H

#include "synth/synth.h"
#include "train/phase.h"

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

/* `parts`: of sg_network_parts(). Adds the loss, as the only output, and the
 * updates; failures are the graph's. */
void sg_objective_build(const sg_gan *gan, sg_objective_kind kind,
                        const int32_t *parts, sg_phase_graph *out);

#endif

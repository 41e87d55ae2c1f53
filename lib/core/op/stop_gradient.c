/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value through which no gradient flows.
 */
#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

static syngan_status stop_infer(sg_infer *infer) {
    infer->dims = infer->inputs[0]->dims;
    infer->type = infer->inputs[0]->type;
    return SYNGAN_OK;
}

static void stop_gradient(syngan_node *node, syngan_node *dy,
                          syngan_node **dx) {
    (void)node;
    (void)dy;
    (void)dx;
}

const sg_op sg_op_stop_gradient = {.name = "stop_gradient",
                                   .version = 1,
                                   .flags = SG_OP_VIEW,
                                   .n_inputs = 1,
                                   .infer = stop_infer,
                                   .gradient = stop_gradient};

syngan_node *syngan_stop_gradient(syngan_node *x) {
    SG_OWN_FLOATS;
    return sg_node1(&sg_op_stop_gradient, x, NULL);
}

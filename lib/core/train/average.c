/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the update of an averaged generator.
 */
#include "train/average.h"

#include <math.h>

#include "base/memory.h"
#include "op/ops.h"
#include "op/source.h"

syngan_node *sg_average_build(syngan_graph *graph, const syngan_model *model,
                              const syngan_model *average) {
    syngan_context *context = graph->context;
    size_t count = average->n_parameters;
    syngan_node *decay =
        syngan_input(graph, SG_AVERAGE_DECAY, SYNGAN_TYPE_F32, NULL, 0);
    syngan_node **updates = sg_alloc_zero(context, count, sizeof *updates);
    if (updates == NULL)
        return sg_graph_fail_last(
            graph, sg_fail_memory(context, "the averaged generator",
                                  count * sizeof *updates));
    for (size_t i = 0; i < count; i++) {
        syngan_node *inputs[] = {
            sg_variable_node(graph, average->parameters[i]),
            sg_variable_node(graph, model->parameters[i]), decay};
        updates[i] =
            sg_node(graph, &sg_op_moving_average, inputs, 3, NULL, NULL);
    }
    syngan_node *group = syngan_group(updates, count);
    sg_free(context, updates);
    return group;
}

float sg_average_decay(double wanted, int64_t updates) {
    double t = (double)updates;
    return (float)fmin(wanted, (1.0 + t) / (10.0 + t));
}

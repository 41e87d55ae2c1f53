/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, running and reporting a phase of a training step.
 */
#include "train/phase.h"

#include <stdio.h>

#include "base/memory.h"
#include "base/random.h"

uint64_t sg_phase_seed(uint64_t seed, const char *name) {
    const sg_random random = {.seed = seed, .stream = sg_stream_id(name)};
    uint32_t bits[2];
    sg_random_bits(&random, 0, 2, bits);
    return (uint64_t)bits[1] << 32 | bits[0];
}

static syngan_status find_buffers(const sg_phase_maker *maker,
                                  const sg_phase_graph *graph, sg_phase *out) {
    size_t index = 0;
    for (int i = 0; i < SG_PHASE_OUTPUTS; i++)
        if (graph->outputs[i] != NULL)
            SG_TRY(
                syngan_program_output(out->program, index++, &out->outputs[i]));
    for (int i = 0; i < SG_PHASE_INPUTS && maker->inputs[i] != NULL; i++)
        out->inputs[i] = sg_program_find_input(out->program, maker->inputs[i]);
    return SYNGAN_OK;
}

static syngan_status compile(const sg_phase_maker *maker,
                             const sg_phase_graph *graph,
                             const sg_choices *stored, sg_phase *out) {
    if (graph->graph->status != SYNGAN_OK)
        return sg_fail(maker->context, graph->graph->status, "%s",
                       graph->graph->error_text);
    syngan_node *outputs[SG_PHASE_OUTPUTS];
    size_t n_outputs = 0;
    for (int i = 0; i < SG_PHASE_OUTPUTS; i++)
        if (graph->outputs[i] != NULL) outputs[n_outputs++] = graph->outputs[i];
    syngan_program_options options = maker->program;
    options.seed = sg_phase_seed(options.seed, out->kind->name);
    if (maker->estimate != NULL) {
        uint64_t bytes;
        SG_TRY(sg_program_estimate(outputs, n_outputs, graph->updates,
                                   graph->n_updates, &options, &bytes));
        *maker->estimate += bytes;
        return SYNGAN_OK;
    }
    SG_TRY(sg_program_create(outputs, n_outputs, graph->updates,
                             graph->n_updates, &options, stored,
                             &out->program));
    return find_buffers(maker, graph, out);
}

syngan_status sg_phase_make(const sg_phase_maker *maker,
                            const sg_phase_kind *kind, const sg_choices *stored,
                            sg_phase *out) {
    uint64_t before = atomic_load(&maker->context->bytes);
    sg_phase_graph graph = {.owner = maker->owner};
    out->kind = kind;
    SG_TRY(syngan_graph_create(maker->context, &graph.graph));
    kind->build(&graph);
    syngan_status status = compile(maker, &graph, stored, out);
    /* A program would keep its graph. */
    if (maker->estimate != NULL)
        *maker->estimate += atomic_load(&maker->context->bytes) - before;
    syngan_graph_free(graph.graph);
    return status;
}

void sg_phase_free(sg_phase *phase) {
    for (int i = 0; i < SG_PHASE_INPUTS; i++)
        syngan_tensor_free(phase->inputs[i]);
    for (int i = 0; i < SG_PHASE_OUTPUTS; i++)
        syngan_tensor_free(phase->outputs[i]);
    syngan_program_free(phase->program);
    *phase = (sg_phase){0};
}

syngan_status sg_phase_run(const sg_phase *phase, int64_t number,
                           float *measures) {
    if (phase->program == NULL) return SYNGAN_OK;
    SG_TRY(syngan_program_run(phase->program, (uint64_t)number));
    for (int i = 0; i < SG_PHASE_OUTPUTS; i++)
        if (phase->outputs[i] != NULL)
            measures[i] = *(const float *)phase->outputs[i]->data;
    return SYNGAN_OK;
}

size_t sg_phases_report(const sg_phase *phases, size_t count, char *text,
                        size_t size) {
    size_t used = 0;
    if (text != NULL && size > 0) text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (phases[i].program == NULL) continue;
        bool room = text != NULL && used < size;
        used +=
            (size_t)snprintf(room ? text + used : NULL, room ? size - used : 0,
                             "-- %s\n", phases[i].kind->name);
        room = text != NULL && used < size;
        used +=
            syngan_program_report(phases[i].program, room ? text + used : NULL,
                                  room ? size - used : 0);
    }
    return used;
}

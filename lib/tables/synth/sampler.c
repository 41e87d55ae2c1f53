/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generator in inference mode, as one program for batches of one size.
 */
#include "base/memory.h"
#include "synth/synth.h"

/* Rows of a batch. */
enum { BATCH = 512 };

void sg_sampler_end(sg_sampler *s) {
    syngan_tensor_free(s->noise);
    syngan_tensor_free(s->condition);
    syngan_tensor_free(s->output);
    syngan_program_free(s->program);
    *s = (sg_sampler){0};
}

/* The model on inputs of its own names. */
static syngan_node *apply(syngan_graph *graph, syngan_model *model,
                          int64_t batch) {
    syngan_node *inputs[2];
    for (size_t i = 0; i < model->n_inputs; i++)
        inputs[i] =
            syngan_input(graph, model->inputs[i]->name, SYNGAN_TYPE_F32,
                         SYNGAN_SHAPE(batch, model->inputs[i]->dims.size[1]));
    return syngan_model_apply(graph, model, inputs, model->n_inputs,
                              SYNGAN_MODE_INFERENCE);
}

static syngan_status compile(const sg_encoder *encoder, syngan_model *model,
                             bool bf16, sg_sampler *out) {
    syngan_graph *graph;
    int32_t *parts;
    SG_TRY(sg_network_parts(encoder, false, &parts));
    syngan_status status = syngan_graph_create(encoder->context, &graph);
    if (status == SYNGAN_OK) {
        syngan_node *rows =
            syngan_part_activation(apply(graph, model, out->batch), parts,
                                   encoder->n_parts, NULL, 1.0);
        status = syngan_program_create(
            &rows, 1, NULL, 0, SYNGAN_PROGRAM(.bf16 = bf16), &out->program);
        syngan_graph_free(graph);
    }
    sg_free(encoder->context, parts);
    return status;
}

syngan_status sg_sampler_make(const sg_encoder *encoder, syngan_model *model,
                              bool bf16, sg_sampler *out) {
    *out = (sg_sampler){.batch = BATCH};
    syngan_status status = compile(encoder, model, bf16, out);
    if (status == SYNGAN_OK)
        status = syngan_program_input(out->program, "noise", &out->noise);
    if (status == SYNGAN_OK && model->n_inputs == 2)
        status =
            syngan_program_input(out->program, "condition", &out->condition);
    if (status == SYNGAN_OK)
        status = syngan_program_output(out->program, 0, &out->output);
    if (status != SYNGAN_OK) sg_sampler_end(out);
    return status;
}

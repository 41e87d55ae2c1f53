/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model's results in inference mode. Rows go through one program of a fixed
 * batch, the last chunk filled up with zeros: so row i always lies at the same
 * place of the same computation, and its bits don't depend on how many rows
 * there are.
 */
#include <string.h>

#include "backend/backend.h"
#include "base/floats.h"
#include "base/memory.h"
#include "base/random.h"
#include "graph/op.h"
#include "model/model.h"

/* Rows in a chunk: as many as keep the sum of all values of the network below
 * this, a function of the network alone. */
#define CHUNK_MOST 64
#define CHUNK_BYTES ((int64_t)256 << 20)

/* ---- the program ------------------------------------------------------- */

void sg_prediction_free(syngan_model *model) {
    sg_prediction *p = &model->prediction;
    for (size_t i = 0; p->inputs != NULL && i < model->n_inputs; i++)
        syngan_tensor_free(p->inputs[i]);
    sg_free(model->context, p->inputs);
    syngan_tensor_free(p->output);
    syngan_program_free(p->program);
    *p = (sg_prediction){0};
}

static int64_t chunk_rows(const syngan_model *model) {
    int64_t bytes = 0;
    for (size_t i = 0; i < model->n_nodes; i++) {
        const sg_dims *dims = &model->nodes[i]->dims;
        if (!sg_dims_open(dims)) continue;
        int64_t row = 4 * sg_dims_product(dims, 1, dims->rank);
        bytes = bytes > CHUNK_BYTES - row ? CHUNK_BYTES : bytes + row;
    }
    int64_t rows = CHUNK_MOST;
    while (rows > 1 && rows * bytes > CHUNK_BYTES)
        rows /= 2;
    return rows;
}

/* Whether a node makes one value of a whole batch, such as a sum over it. */
static bool mixes_rows(const syngan_node *node) {
    for (int32_t i = 0; i < node->n_inputs; i++)
        if (sg_dims_open(&node->inputs[i]->dims))
            return !sg_dims_open(&node->dims);
    return false;
}

/* Batches must be open at both ends and never meet for rows to be computed in
 * chunks. */
static syngan_status check_rows(const syngan_model *model) {
    char text[SG_DIMS_TEXT];
    for (size_t i = 0; i < model->n_inputs; i++)
        if (!sg_dims_open(&model->inputs[i]->dims))
            return sg_fail(model->context, SYNGAN_E_SHAPE,
                           "model '%s': input '%s' is %s; prediction needs "
                           "SYNGAN_BATCH as first size",
                           model->name, model->inputs[i]->name,
                           sg_dims_text(&model->inputs[i]->dims, text));
    if (!sg_dims_open(&model->output->dims))
        return sg_fail(model->context, SYNGAN_E_SHAPE,
                       "model '%s': the result is %s; prediction needs one row "
                       "for each row of the inputs",
                       model->name, sg_dims_text(&model->output->dims, text));
    for (size_t i = 0; i < model->n_nodes; i++)
        if (mixes_rows(model->nodes[i]))
            return sg_fail(model->context, SYNGAN_E_SHAPE,
                           "model '%s': %s '%s' joins the rows of a batch; "
                           "prediction needs rows that don't depend on each "
                           "other",
                           model->name, model->nodes[i]->op->name,
                           model->nodes[i]->name);
    return SYNGAN_OK;
}

static syngan_node *apply_to_inputs(syngan_graph *graph, syngan_model *model,
                                    int64_t rows, syngan_node **inputs) {
    for (size_t i = 0; i < model->n_inputs; i++) {
        const syngan_node *input = model->inputs[i];
        sg_dims dims = input->dims;
        dims.size[0] = rows;
        inputs[i] = syngan_input(graph, input->name, input->type, dims.size,
                                 (size_t)dims.rank);
    }
    return syngan_model_apply(graph, model, inputs, model->n_inputs,
                              SYNGAN_MODE_INFERENCE);
}

static syngan_status compile(syngan_model *model, int64_t rows) {
    sg_prediction *p = &model->prediction;
    syngan_graph *graph;
    SG_TRY(syngan_graph_create(model->context, &graph));
    syngan_node **inputs =
        sg_alloc_zero(model->context, model->n_inputs, sizeof *inputs);
    syngan_status status;
    if (inputs == NULL) {
        status = sg_fail_memory(model->context, "a prediction",
                                model->n_inputs * sizeof *inputs);
    } else {
        syngan_node *result = apply_to_inputs(graph, model, rows, inputs);
        status = syngan_program_create(&result, 1, NULL, 0,
                                       SYNGAN_PROGRAM(.bf16 = model->bf16),
                                       &p->program);
    }
    sg_free(model->context, inputs);
    syngan_graph_free(graph);
    return status;
}

static syngan_status find_buffers(syngan_model *model) {
    sg_prediction *p = &model->prediction;
    p->inputs =
        sg_alloc_zero(model->context, model->n_inputs, sizeof *p->inputs);
    if (p->inputs == NULL)
        return sg_fail_memory(model->context, "a prediction",
                              model->n_inputs * sizeof *p->inputs);
    for (size_t i = 0; i < model->n_inputs; i++)
        SG_TRY(syngan_program_input(p->program, model->inputs[i]->name,
                                    &p->inputs[i]));
    return syngan_program_output(p->program, 0, &p->output);
}

static syngan_status prepare(syngan_model *model) {
    sg_prediction *p = &model->prediction;
    if (p->program != NULL) return SYNGAN_OK;
    SG_TRY(check_rows(model));
    p->batch = chunk_rows(model);
    syngan_status status = compile(model, p->batch);
    if (status == SYNGAN_OK) status = find_buffers(model);
    if (status != SYNGAN_OK) sg_prediction_free(model);
    return status;
}

syngan_status syngan_model_set_bf16(syngan_model *model, int32_t on) {
    SG_OWN_FLOATS;
    if (model == NULL) return SYNGAN_E_ARGUMENT;
    if (on != 0 && !sg_backend_has_bf16(model->context))
        return sg_fail(model->context, SYNGAN_E_UNSUPPORTED,
                       "model '%s': bf16 needs a processor with AVX512_BF16, "
                       "and a context whose `isa` allows it",
                       model->name);
    if (model->bf16 != (on != 0)) sg_prediction_free(model);
    model->bf16 = on != 0;
    return SYNGAN_OK;
}

/* ---- running it -------------------------------------------------------- */

/* Fills rows first ... first + rows - 1 of input `index` into `target`. */
typedef void (*fill_fn)(const void *source, size_t index, int64_t first,
                        int64_t rows, syngan_tensor *target);

static size_t row_bytes(const syngan_tensor *tensor) {
    const sg_dims *dims = &tensor->dims;
    return (size_t)sg_dims_product(dims, 1, dims->rank) *
           syngan_type_size(tensor->type);
}

static syngan_status run_chunk(syngan_model *model, int64_t first, int64_t rows,
                               fill_fn fill, const void *source,
                               syngan_tensor *out) {
    sg_prediction *p = &model->prediction;
    if (sg_is_cancelled(model->context))
        return sg_fail(model->context, SYNGAN_E_CANCELLED,
                       "model '%s': cancelled after %lld rows", model->name,
                       (long long)first);
    for (size_t i = 0; i < model->n_inputs; i++) {
        size_t bytes = row_bytes(p->inputs[i]);
        fill(source, i, first, rows, p->inputs[i]);
        memset((char *)p->inputs[i]->data + (size_t)rows * bytes, 0,
               (size_t)(p->batch - rows) * bytes);
    }
    SG_TRY(syngan_program_run(p->program, 0));
    size_t bytes = row_bytes(p->output);
    memcpy((char *)out->data + (size_t)first * bytes, p->output->data,
           (size_t)rows * bytes);
    return SYNGAN_OK;
}

static syngan_status run_rows(syngan_model *model, int64_t count, fill_fn fill,
                              const void *source, syngan_tensor **out) {
    sg_dims dims = model->output->dims;
    dims.size[0] = count;
    SG_TRY(check_rows(model));
    syngan_tensor *result;
    SG_TRY(syngan_tensor_create(model->context, model->output->type, dims.size,
                                (size_t)dims.rank, &result));
    syngan_status status = count > 0 ? prepare(model) : SYNGAN_OK;
    int64_t chunk = model->prediction.batch;
    for (int64_t first = 0; status == SYNGAN_OK && first < count;
         first += chunk) {
        int64_t rows = count - first < chunk ? count - first : chunk;
        status = run_chunk(model, first, rows, fill, source, result);
    }
    if (status == SYNGAN_OK)
        *out = result;
    else
        syngan_tensor_free(result);
    return status;
}

/* ---- prediction -------------------------------------------------------- */

static void fill_given(const void *source, size_t index, int64_t first,
                       int64_t rows, syngan_tensor *target) {
    const syngan_tensor *const *inputs = source;
    size_t bytes = row_bytes(target);
    memcpy(target->data,
           (const char *)inputs[index]->data + (size_t)first * bytes,
           (size_t)rows * bytes);
}

static syngan_status check_given(const syngan_model *model, size_t index,
                                 const syngan_tensor *given, int64_t count) {
    const syngan_node *input = model->inputs[index];
    if (given == NULL)
        return sg_fail(model->context, SYNGAN_E_ARGUMENT,
                       "model '%s': input '%s' is NULL", model->name,
                       input->name);
    if (given->type != input->type)
        return sg_fail(model->context, SYNGAN_E_TYPE,
                       "model '%s': input '%s' takes %s, not %s", model->name,
                       input->name, syngan_type_name(input->type),
                       syngan_type_name(given->type));
    sg_dims want = input->dims;
    if (sg_dims_open(&want)) want.size[0] = count;
    if (sg_dims_equal(&given->dims, &want)) return SYNGAN_OK;
    char want_text[SG_DIMS_TEXT], have_text[SG_DIMS_TEXT];
    return sg_fail(model->context, SYNGAN_E_SHAPE,
                   "model '%s': input '%s' takes %s, not %s%s", model->name,
                   input->name,
                   sg_dims_text(index == 0 ? &input->dims : &want, want_text),
                   sg_dims_text(&given->dims, have_text),
                   sg_dims_hint(&given->dims, &want));
}

syngan_status syngan_model_predict(syngan_model *model,
                                   const syngan_tensor *const *inputs,
                                   size_t count, syngan_tensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (model == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(model->context, "syngan_model_predict", inputs));
    SG_TRY(SG_NEED(model->context, "syngan_model_predict", out));
    if (count != model->n_inputs)
        return sg_fail(model->context, SYNGAN_E_ARGUMENT,
                       "model '%s': takes %zu inputs, not %zu", model->name,
                       model->n_inputs, count);
    const syngan_tensor *first = inputs[0];
    int64_t rows =
        first != NULL && first->dims.rank > 0 ? first->dims.size[0] : 0;
    for (size_t i = 0; i < count; i++)
        SG_TRY(check_given(model, i, inputs[i], rows));
    return run_rows(model, rows, fill_given, inputs, out);
}

/* ---- sampling ---------------------------------------------------------- */

static void fill_noise(const void *source, size_t index, int64_t first,
                       int64_t rows, syngan_tensor *target) {
    (void)index;
    const sg_random *random = source;
    size_t row = row_bytes(target) / sizeof(float);
    sg_random_normal(random, (uint64_t)first * row, (size_t)rows * row,
                     target->data);
}

syngan_status syngan_model_sample(syngan_model *model, int64_t count,
                                  uint64_t seed, syngan_tensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (model == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(model->context, "syngan_model_sample", out));
    if (count < 0)
        return sg_fail(model->context, SYNGAN_E_ARGUMENT,
                       "syngan_model_sample: `count` is negative");
    if (model->n_inputs != 1 || model->inputs[0]->type != SYNGAN_TYPE_F32)
        return sg_fail(model->context, SYNGAN_E_STATE,
                       "model '%s': has %zu inputs; sampling is for models of "
                       "one f32 input",
                       model->name, model->n_inputs);
    const sg_random random = {.seed = seed, .stream = sg_stream_id("sample")};
    return run_rows(model, count, fill_noise, &random, out);
}

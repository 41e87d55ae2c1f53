/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program handle: compiling by stages, buffers, and running.
 */
#include "compile/program.h"

#include <string.h>

#include "backend/backend.h"
#include "base/floats.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/thread.h"

#define TYPE syngan_program_options
static const sg_field fields[] = {
    SG_SEED(TYPE, seed, "seed of its random nodes; auto: the context's"),
    SG_BOOL(TYPE, profile, "time each kernel"),
    SG_TRUE(TYPE, fusion, "kernels for several nodes; 0: one for each"),
    SG_BOOL(TYPE, bf16, "products of bf16 operands"),
    SG_BOOL(TYPE, tune, "kernels chosen by timing them on this machine"),
};
SG_FIELDS(sg_options_program, "program", TYPE, fields);
#undef TYPE

/* ---- buffers ------------------------------------------------------------- */

static syngan_status make_buffer(syngan_program *program,
                                 const syngan_node *node, sg_buffer *buffer) {
    buffer->name = node->name;
    buffer->value = -1;
    return syngan_tensor_create(program->context, node->type, node->dims.size,
                                (size_t)node->dims.rank, &buffer->tensor);
}

static bool is_input(const syngan_node *node) {
    return (node->op->flags & SG_OP_NAMED) != 0 && node->variable == NULL;
}

static syngan_status make_inputs(syngan_program *program) {
    program->inputs = sg_alloc_zero(program->context, program->n_nodes + 1,
                                    sizeof *program->inputs);
    if (program->inputs == NULL)
        return sg_fail_memory(program->context, "inputs", program->n_nodes);
    for (size_t id = 0; id < program->n_nodes; id++) {
        const syngan_node *node = program->graph->nodes[id];
        if (program->same[id] < 0 || !is_input(node)) continue;
        SG_TRY(make_buffer(program, node, &program->inputs[program->n_inputs]));
        program->n_inputs++;
    }
    return SYNGAN_OK;
}

static syngan_status make_outputs(syngan_program *program,
                                  syngan_node *const *outputs, size_t count) {
    program->outputs =
        sg_alloc_zero(program->context, count + 1, sizeof *program->outputs);
    if (program->outputs == NULL)
        return sg_fail_memory(program->context, "outputs", count);
    for (; program->n_outputs < count; program->n_outputs++)
        SG_TRY(make_buffer(program, outputs[program->n_outputs],
                           &program->outputs[program->n_outputs]));
    return SYNGAN_OK;
}

static void free_buffers(syngan_program *program, sg_buffer *buffers,
                         size_t count) {
    for (size_t i = 0; i < count; i++)
        syngan_tensor_free(buffers[i].tensor);
    sg_free(program->context, buffers);
}

/* ---- compiling ----------------------------------------------------------- */

/* The graph that all nodes share, or the reason why there is none. */
static syngan_status check_nodes(syngan_node *const *nodes, size_t count,
                                 const char *what, syngan_graph **graph) {
    for (size_t i = 0; i < count; i++) {
        if (nodes[i] == NULL)
            return *graph == NULL
                       ? SYNGAN_E_ARGUMENT
                       : sg_fail((*graph)->context, SYNGAN_E_ARGUMENT,
                                 "syngan_program_create: %s %zu is NULL", what,
                                 i);
        if (*graph == NULL) *graph = nodes[i]->graph;
        syngan_context *context = (*graph)->context;
        if (nodes[i]->op == NULL && nodes[i]->graph->status != SYNGAN_OK)
            return sg_fail(context, nodes[i]->graph->status, "%s",
                           nodes[i]->graph->error_text);
        if (nodes[i]->graph != *graph)
            return sg_fail(context, SYNGAN_E_ARGUMENT,
                           "syngan_program_create: %s '%s' belongs to another "
                           "graph",
                           what, nodes[i]->name);
    }
    return SYNGAN_OK;
}

static syngan_status check_updates(syngan_node *const *updates, size_t count) {
    for (size_t i = 0; i < count; i++)
        if ((updates[i]->op->flags & SG_OP_UPDATE) == 0)
            return sg_fail(updates[i]->graph->context, SYNGAN_E_ARGUMENT,
                           "syngan_program_create: '%s' changes nothing; give "
                           "it as an output, not as an update",
                           updates[i]->name);
    return SYNGAN_OK;
}

static syngan_status allocate_arena(syngan_program *program) {
    program->arena = sg_alloc(program->context, program->arena_bytes);
    if (program->arena == NULL)
        return sg_fail_memory(program->context, "a program's values",
                              program->arena_bytes);
    sg_resolve_pointers(program);
    return SYNGAN_OK;
}

/* What a program is to be made of. */
typedef struct order {
    syngan_program *program;
    syngan_node *const *outputs, *const *updates;
    size_t n_outputs, n_updates;
} order;

/* Everything but the memory that it will run in. */
static syngan_status compile(void *argument) {
    const order *o = argument;
    syngan_program *program = o->program;
    SG_TRY(sg_backend_prepare(program->context));
    if (program->options.bf16 && !sg_backend_has_bf16(program->context))
        return sg_fail(program->context, SYNGAN_E_UNSUPPORTED,
                       "syngan_program_create: bf16 needs a processor with "
                       "AVX512_BF16, and a context whose `isa` allows it");
    SG_TRY(
        sg_select(program, o->outputs, o->n_outputs, o->updates, o->n_updates));
    SG_TRY(sg_schedule(program));
    SG_TRY(make_inputs(program));
    SG_TRY(make_outputs(program, o->outputs, o->n_outputs));
    SG_TRY(sg_plan_layouts(program, o->outputs));
    return sg_plan_memory(program);
}

static syngan_status program_make(syngan_node *const *outputs, size_t n_outputs,
                                  syngan_node *const *updates, size_t n_updates,
                                  const void *options, const sg_choices *stored,
                                  bool estimating, syngan_program **out) {
    syngan_graph *graph = NULL;
    if ((outputs == NULL && n_outputs > 0) ||
        (updates == NULL && n_updates > 0) || n_outputs + n_updates == 0)
        return SYNGAN_E_ARGUMENT;
    SG_TRY(check_nodes(outputs, n_outputs, "output", &graph));
    SG_TRY(check_nodes(updates, n_updates, "update", &graph));
    SG_TRY(check_updates(updates, n_updates));
    syngan_context *context = graph->context;
    syngan_program_options known;
    SG_TRY(sg_options_read(context, &sg_options_program, options,
                           "syngan_program_create", &known));
    syngan_program *program = sg_alloc_zero(context, 1, sizeof *program);
    if (program == NULL)
        return sg_fail_memory(context, "a program", sizeof *program);
    sg_context_retain(context);
    program->context = context;
    program->graph = sg_graph_retain(graph);
    program->options = known;
    program->stored = stored;
    program->estimating = estimating;
    if (known.seed == SYNGAN_AUTO_SEED) program->options.seed = context->seed;
    program->n_nodes = graph->count;
    order all = {program, outputs, updates, n_outputs, n_updates};
    syngan_status status = sg_compute(context, compile, &all);
    if (status == SYNGAN_OK) sg_tune_warn(program);
    program->stored = NULL;
    if (status == SYNGAN_OK)
        *out = program;
    else
        syngan_program_free(program);
    return status;
}

syngan_status sg_program_create(syngan_node *const *outputs, size_t n_outputs,
                                syngan_node *const *updates, size_t n_updates,
                                const syngan_program_options *options,
                                const sg_choices *stored,
                                syngan_program **out) {
    if (out == NULL) return SYNGAN_E_ARGUMENT;
    *out = NULL;
    syngan_program *program;
    SG_TRY(program_make(outputs, n_outputs, updates, n_updates, options, stored,
                        false, &program));
    syngan_status status = allocate_arena(program);
    if (status == SYNGAN_OK)
        *out = program;
    else
        syngan_program_free(program);
    return status;
}

syngan_status syngan_program_create(syngan_node *const *outputs,
                                    size_t n_outputs,
                                    syngan_node *const *updates,
                                    size_t n_updates,
                                    const syngan_program_options *options,
                                    syngan_program **out) {
    SG_OWN_FLOATS;
    return sg_program_create(outputs, n_outputs, updates, n_updates, options,
                             NULL, out);
}

syngan_status sg_program_estimate(syngan_node *const *outputs, size_t n_outputs,
                                  syngan_node *const *updates, size_t n_updates,
                                  const syngan_program_options *options,
                                  uint64_t *bytes) {
    const syngan_node *first = n_outputs > 0 ? outputs[0] : updates[0];
    syngan_context *context = first->graph->context;
    uint64_t before = atomic_load(&context->bytes);
    syngan_program *program;
    SG_TRY(program_make(outputs, n_outputs, updates, n_updates, options, NULL,
                        true, &program));
    /* All that is there now, and the arena that is not. */
    *bytes = atomic_load(&context->bytes) - before + program->arena_bytes;
    syngan_program_free(program);
    return SYNGAN_OK;
}

void syngan_program_free(syngan_program *program) {
    if (program == NULL) return;
    syngan_context *context = program->context;
    sg_steps_destroy(program);
    free_buffers(program, program->inputs, program->n_inputs);
    free_buffers(program, program->outputs, program->n_outputs);
    sg_free(context, program->groups);
    sg_free(context, program->values);
    sg_free(context, program->same);
    sg_free(context, program->value_of);
    sg_free(context, program->arena);
    syngan_graph_free(program->graph);
    sg_free(context, program);
    sg_context_release(context);
}

/* ---- use ----------------------------------------------------------------- */

syngan_tensor *sg_program_find_input(const syngan_program *program,
                                     const char *name) {
    for (size_t i = 0; i < program->n_inputs; i++)
        if (strcmp(program->inputs[i].name, name) == 0)
            return sg_tensor_retain(program->inputs[i].tensor);
    return NULL;
}

syngan_status syngan_program_input(syngan_program *program, const char *name,
                                   syngan_tensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (program == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(program->context, "syngan_program_input", name));
    SG_TRY(SG_NEED(program->context, "syngan_program_input", out));
    *out = sg_program_find_input(program, name);
    if (*out != NULL) return SYNGAN_OK;
    return sg_fail(program->context, SYNGAN_E_NOT_FOUND,
                   "syngan_program_input: nothing in the program depends on an "
                   "input named '%s'",
                   name);
}

syngan_status syngan_program_output(syngan_program *program, size_t index,
                                    syngan_tensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (program == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(program->context, "syngan_program_output", out));
    if (index >= program->n_outputs)
        return sg_fail(program->context, SYNGAN_E_ARGUMENT,
                       "syngan_program_output: index %zu is not below the %zu "
                       "outputs",
                       index, program->n_outputs);
    *out = sg_tensor_retain(program->outputs[index].tensor);
    return SYNGAN_OK;
}

static syngan_status run_step(sg_step *step, uint64_t number) {
    step->call.random.step = number;
    return step->kernel->run(&step->site, &step->call);
}

static syngan_status run_profiled(sg_step *step, uint64_t number) {
    double start = sg_seconds();
    syngan_status status = run_step(step, number);
    step->seconds += sg_seconds() - start;
    return status;
}

typedef struct run {
    syngan_program *program;
    uint64_t number;
} run;

static syngan_status run_steps(void *argument) {
    const run *r = argument;
    syngan_program *program = r->program;
    for (size_t i = 0; i < program->n_steps; i++) {
        sg_step *step = &program->steps[i];
        SG_TRY(program->options.profile ? run_profiled(step, r->number)
                                        : run_step(step, r->number));
        sg_compute_breathe();
    }
    return SYNGAN_OK;
}

syngan_status syngan_program_run(syngan_program *program, uint64_t step) {
    SG_OWN_FLOATS;
    if (program == NULL) return SYNGAN_E_ARGUMENT;
    run all = {program, step};
    SG_TRY(sg_compute(program->context, run_steps, &all));
    program->runs++;
    return SYNGAN_OK;
}

static size_t buffer_bytes(const sg_buffer *buffers, size_t count) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += syngan_tensor_bytes(buffers[i].tensor);
    return bytes;
}

size_t syngan_program_bytes(const syngan_program *program) {
    if (program == NULL) return 0;
    return program->arena_bytes +
           buffer_bytes(program->inputs, program->n_inputs) +
           buffer_bytes(program->outputs, program->n_outputs) +
           program->n_steps * sizeof(sg_step) +
           program->n_values * sizeof(sg_value) +
           program->n_nodes * (sizeof(sg_group) + 2 * sizeof(int32_t));
}

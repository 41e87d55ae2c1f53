/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Third stage of compiling: plans the kernels in their order. A kernel says in
 * which layouts it wants its inputs and gives its output; where a value lies in
 * another one, a reorder is put in between, and its copy is kept for the next
 * reader that wants the same.
 */
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "compile/program.h"

static syngan_status out_of_memory(const syngan_program *program) {
    return sg_fail_memory(program->context, "compiling",
                          program->n_groups * sizeof(sg_step));
}

/* ---- values -----------------------------------------------------------------
 */

/* A new value, or -1 when out of memory. */
static int32_t add_value(syngan_program *program, const sg_desc *desc) {
    void *array = program->values;
    if (!sg_reserve(program->context, &array, &program->value_capacity,
                    program->n_values, sizeof *program->values))
        return -1;
    program->values = array;
    int32_t index = (int32_t)program->n_values++;
    program->values[index] = (sg_value){.desc = *desc,
                                        .kind = SG_VALUE_ARENA,
                                        .root = index,
                                        .first = -1,
                                        .last = -1,
                                        .source = -1,
                                        .bytes = sg_desc_bytes(desc)};
    return index;
}

static int32_t add_fixed(syngan_program *program, const syngan_tensor *tensor) {
    sg_desc desc = {.type = tensor->type, .dims = tensor->dims};
    int32_t index = add_value(program, &desc);
    if (index < 0) return index;
    program->values[index].kind = SG_VALUE_FIXED;
    program->values[index].data = tensor->data;
    return index;
}

/* The memory of a source: a variable's, a constant's, or an input's buffer. An
 * estimate goes without the variables'. */
static syngan_status source_value(syngan_program *program,
                                  const syngan_node *node, int32_t *out) {
    if (node->op->flags & SG_OP_UPDATE)
        return sg_fail(program->context, SYNGAN_E_ARGUMENT,
                       "%s '%s': groups updates and has no value of its own",
                       node->op->name, node->name);
    const syngan_tensor *tensor = node->tensor;
    if (node->variable != NULL) tensor = node->variable->tensor;
    for (size_t i = 0; i < program->n_inputs && tensor == NULL; i++)
        if (strcmp(program->inputs[i].name, node->name) == 0)
            tensor = program->inputs[i].tensor;
    if (tensor == NULL && !program->estimating)
        return sg_fail(program->context, SYNGAN_E_STATE,
                       "%s '%s': has no value yet; make the model with "
                       "syngan_model_create() first",
                       node->op->name, node->name);
    const sg_desc desc = {.type = node->type, .dims = node->dims};
    *out = add_value(program, &desc);
    if (*out < 0) return out_of_memory(program);
    program->values[*out].kind = SG_VALUE_FIXED;
    program->values[*out].data = tensor == NULL ? NULL : tensor->data;
    return SYNGAN_OK;
}

/* The value that a node's readers start from. */
static syngan_status value_of(syngan_program *program, const syngan_node *node,
                              int32_t *out) {
    int32_t *value = &program->value_of[node->id];
    if (*value < 0) SG_TRY(source_value(program, node, value));
    *out = *value;
    return SYNGAN_OK;
}

/* ---- steps --------------------------------------------------------------- */

static void step_destroy(sg_step *step, syngan_context *context) {
    if (step->kernel != NULL) sg_site_end(step->kernel, &step->site);
    sg_free(context, step->label);
    sg_free(context, step->site.input);
    sg_free(context, step->inputs);
    sg_free(context, step->pointers);
}

/* A step with room for its inputs, or NULL when out of memory. It counts as
 * part of the program at once, so that it is freed with it. */
static sg_step *add_step(syngan_program *program, const sg_kernel *kernel,
                         int32_t n_inputs, const char *label) {
    void *array = program->steps;
    if (!sg_reserve(program->context, &array, &program->step_capacity,
                    program->n_steps, sizeof *program->steps))
        return NULL;
    program->steps = array;
    size_t room = (size_t)n_inputs + 1;
    sg_step step = {.bias = -1, .slope = -1, .output = -1, .workspace = -1};
    for (int i = 0; i < SG_NORMS; i++)
        step.norm[i] = -1;
    step.site.context = program->context;
    step.site.n_inputs = n_inputs;
    step.site.label = step.label = sg_strdup(program->context, label);
    step.site.input =
        sg_alloc_zero(program->context, room, sizeof *step.site.input);
    step.inputs = sg_alloc_zero(program->context, room, sizeof *step.inputs);
    step.pointers =
        sg_alloc_zero(program->context, room, sizeof *step.pointers);
    if (step.label == NULL || step.site.input == NULL || step.inputs == NULL ||
        step.pointers == NULL) {
        step_destroy(&step, program->context);
        return NULL;
    }
    step.kernel = kernel;
    program->steps[program->n_steps] = step;
    return &program->steps[program->n_steps++];
}

/* Appends a step that copies value `from` to value `to`, layouts and all. */
static syngan_status add_reorder(syngan_program *program, int32_t from,
                                 int32_t to, const char *label) {
    sg_step *step = add_step(program, &sg_kernel_reorder, 1, label);
    if (step == NULL) return out_of_memory(program);
    step->site.input[0] = program->values[from].desc;
    step->site.output = program->values[to].desc;
    step->inputs[0] = from;
    step->output = to;
    return sg_site_plan(step->kernel, &step->site);
}

static bool lies_as(const sg_desc *desc, const sg_desc *wanted) {
    return desc->type == wanted->type &&
           sg_layout_equal(&desc->layout, &wanted->layout);
}

/* `value` in the type and layout of `wanted`: itself, a copy made before, or a
 * new one. */
static syngan_status convert(syngan_program *program, int32_t value,
                             const sg_desc *wanted, const char *label,
                             int32_t *out) {
    *out = value;
    if (lies_as(&program->values[value].desc, wanted)) return SYNGAN_OK;
    for (size_t i = 0; i < program->n_values; i++)
        if (program->values[i].source == value &&
            lies_as(&program->values[i].desc, wanted)) {
            *out = (int32_t)i;
            return SYNGAN_OK;
        }
    *out = add_value(program, wanted);
    if (*out < 0) return out_of_memory(program);
    program->values[*out].source = value;
    return add_reorder(program, value, *out, label);
}

static syngan_status convert_to_plain(syngan_program *program, int32_t value,
                                      const char *label, int32_t *out) {
    sg_desc plain = program->values[value].desc;
    plain.layout = (sg_layout){.kind = SG_PLAIN};
    return convert(program, value, &plain, label, out);
}

/* ---- groups to steps ----------------------------------------------------- */

/* A view: its input's memory under another shape. */
static syngan_status lower_view(syngan_program *program,
                                const sg_group *group) {
    int32_t input, plain;
    SG_TRY(
        value_of(program, sg_same(program, group->anchor->inputs[0]), &input));
    SG_TRY(convert_to_plain(program, input, group->anchor->name, &plain));
    sg_desc desc = {.type = group->result->type, .dims = group->result->dims};
    int32_t value = add_value(program, &desc);
    if (value < 0) return out_of_memory(program);
    program->values[value].root = program->values[plain].root;
    program->value_of[group->result->id] = value;
    return SYNGAN_OK;
}

/* An output that is not a kernel's own: copied at its place in the order. */
static syngan_status lower_copy(syngan_program *program,
                                const sg_group *group) {
    int32_t from;
    SG_TRY(value_of(program, group->anchor, &from));
    sg_buffer *buffer = &program->outputs[group->copy_of_output];
    buffer->value = add_fixed(program, buffer->tensor);
    if (buffer->value < 0) return out_of_memory(program);
    return add_reorder(program, from, buffer->value, group->anchor->name);
}

/* The value of a node, plain. */
static syngan_status plain_value(syngan_program *program,
                                 const syngan_node *node, const char *label,
                                 int32_t *out) {
    SG_TRY(value_of(program, node, out));
    return convert_to_plain(program, *out, label, out);
}

/* Values for the normalisation of step `at`, and its room in the workspace. */
static syngan_status plan_norm(syngan_program *program, const sg_group *group,
                               size_t at) {
    if (group->norm == NULL) return SYNGAN_OK;
    for (int32_t i = 0; i < SG_NORMS; i++) {
        int32_t value;
        SG_TRY(plain_value(program,
                           sg_same(program, group->norm->inputs[1 + i]),
                           group->norm->name, &value));
        program->steps[at].norm[i] = value;
    }
    sg_site_place_norm(&program->steps[at].site);
    return SYNGAN_OK;
}

/* The slope of step `at` is read along with its output. */
static syngan_status plan_slope(syngan_program *program, const sg_group *group,
                                size_t at) {
    if (group->slope == NULL) return SYNGAN_OK;
    const sg_desc wanted = program->steps[at].site.output;
    int32_t value;
    SG_TRY(
        value_of(program, sg_same(program, group->slope->inputs[0]), &value));
    SG_TRY(convert(program, value, &wanted, group->slope->name, &value));
    program->steps[at].slope = value;
    return SYNGAN_OK;
}

/* Plans the kernel, then brings each input into the layout that it wants. The
 * planned step moves behind the reorders that this takes. */
static syngan_status plan_inputs(syngan_program *program,
                                 const sg_group *group) {
    size_t at = program->n_steps - 1;
    sg_step *step = &program->steps[at];
    for (int32_t i = 0; i < step->site.n_inputs; i++) {
        SG_TRY(value_of(program, sg_same(program, group->anchor->inputs[i]),
                        &step->inputs[i]));
        sg_desc *input = &step->site.input[i];
        *input = program->values[step->inputs[i]].desc;
        input->type = sg_operand_type(program, group->anchor, input->type);
    }
    SG_TRY(sg_site_plan(step->kernel, &step->site));
    for (int32_t i = 0; i < program->steps[at].site.n_inputs; i++) {
        int32_t value = program->steps[at].inputs[i];
        const sg_desc wanted = program->steps[at].site.input[i];
        SG_TRY(convert(program, value, &wanted, group->anchor->name, &value));
        program->steps[at].inputs[i] = value;
    }
    if (group->bias != NULL) {
        int32_t value;
        SG_TRY(plain_value(program, group->bias, group->anchor->name, &value));
        program->steps[at].bias = value;
    }
    SG_TRY(plan_norm(program, group, at));
    SG_TRY(plan_slope(program, group, at));
    sg_step planned = program->steps[at];
    size_t behind = program->n_steps - 1 - at;
    memmove(&program->steps[at], &program->steps[at + 1],
            behind * sizeof planned);
    program->steps[program->n_steps - 1] = planned;
    return SYNGAN_OK;
}

/* The output whose buffer `node`'s kernel writes itself, or NULL. */
static sg_buffer *direct_output(const syngan_program *program,
                                const syngan_node *node,
                                syngan_node *const *outputs) {
    if (node->op->flags & (SG_OP_SOURCE | SG_OP_VIEW | SG_OP_UPDATE))
        return NULL;
    for (size_t i = 0; i < program->n_outputs; i++)
        if (sg_same(program, outputs[i]) == node) return &program->outputs[i];
    return NULL;
}

static syngan_status make_output(syngan_program *program, const sg_group *group,
                                 syngan_node *const *outputs) {
    sg_step *step = &program->steps[program->n_steps - 1];
    sg_desc desc = step->site.output;
    sg_buffer *buffer = direct_output(program, group->result, outputs);
    int32_t value = buffer != NULL && desc.layout.kind == SG_PLAIN
                        ? add_fixed(program, buffer->tensor)
                        : add_value(program, &desc);
    if (value < 0) return out_of_memory(program);
    step->output = value;
    program->value_of[group->result->id] = value;
    if (step->is_update)
        program->values[value].root = program->values[step->inputs[0]].root;
    if (step->site.workspace > 0) {
        const sg_desc bytes = {
            .type = SYNGAN_TYPE_U8,
            .dims = {.rank = 1, .size = {(int64_t)step->site.workspace}}};
        step->workspace = add_value(program, &bytes);
        if (step->workspace < 0) return out_of_memory(program);
    }
    if (buffer == NULL) return SYNGAN_OK;
    buffer->value = value;
    if (desc.layout.kind == SG_PLAIN) return SYNGAN_OK;
    buffer->value = add_fixed(program, buffer->tensor);
    if (buffer->value < 0) return out_of_memory(program);
    return add_reorder(program, value, buffer->value, group->anchor->name);
}

static syngan_status lower_kernel(syngan_program *program,
                                  const sg_group *group,
                                  syngan_node *const *outputs) {
    sg_step *step = add_step(program, group->kernel, group->anchor->n_inputs,
                             group->result->name);
    if (step == NULL) return out_of_memory(program);
    step->group = group;
    step->is_update = (group->anchor->op->flags & SG_OP_UPDATE) != 0;
    sg_site_fill(&step->site, group);
    SG_TRY(plan_inputs(program, group));
    return make_output(program, group, outputs);
}

syngan_status sg_plan_layouts(syngan_program *program,
                              syngan_node *const *outputs) {
    size_t bytes = program->n_nodes * sizeof *program->value_of;
    program->value_of = sg_alloc(program->context, bytes);
    if (program->value_of == NULL) return out_of_memory(program);
    memset(program->value_of, 0xff, bytes);
    for (size_t g = 0; g < program->n_groups; g++) {
        const sg_group *group = &program->groups[g];
        if (group->copy_of_output >= 0)
            SG_TRY(lower_copy(program, group));
        else if (group->kernel == NULL)
            SG_TRY(lower_view(program, group));
        else
            SG_TRY(lower_kernel(program, group, outputs));
        sg_compute_breathe();
    }
    return SYNGAN_OK;
}

void sg_steps_destroy(syngan_program *program) {
    for (size_t i = 0; i < program->n_steps; i++)
        step_destroy(&program->steps[i], program->context);
    sg_free(program->context, program->steps);
}

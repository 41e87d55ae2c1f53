/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interpreter: values by node, fields by name, differences.
 */
#include "support/reference.h"

#include <math.h>
#include <stdlib.h>

#include "base/options.h"
#include "op/ops.h"
#include "support/test.h"

/* Variables behind the first one that an update may change. */
#define CHANGED_MAX 2

typedef struct slot {
    double *value; /* NULL: not known */
    double *changed[CHANGED_MAX];
    bool given; /* a source's elements */
} slot;

struct reference {
    syngan_graph *graph;
    uint64_t seed, step;
    slot *slots; /* by node id */
    size_t count;
};

reference *reference_make(syngan_graph *graph) {
    reference *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->graph = graph;
    r->seed = graph->context->seed;
    return r;
}

static void slot_clear(slot *s) {
    free(s->value);
    for (int i = 0; i < CHANGED_MAX; i++)
        free(s->changed[i]);
    *s = (slot){0};
}

void reference_free(reference *r) {
    for (size_t i = 0; i < r->count; i++)
        slot_clear(&r->slots[i]);
    free(r->slots);
    free(r);
}

void reference_forget(reference *r, bool parameters) {
    for (size_t i = 0; i < r->count; i++) {
        bool parameter = r->graph->nodes[i]->op == &sg_op_parameter;
        if (!r->slots[i].given || (parameters && parameter))
            slot_clear(&r->slots[i]);
    }
}

void reference_set_run(reference *r, uint64_t seed, uint64_t step) {
    r->seed = seed;
    r->step = step;
    reference_forget(r, false);
}

/* The slot of a node; the graph may have grown. */
static slot *slot_of(reference *r, const syngan_node *node) {
    assert_non_null(node);
    if (node->op == NULL) fail_msg("%s", node->graph->error_text);
    assert_ptr_equal(node->graph, r->graph);
    if (r->count < r->graph->count) {
        size_t count = r->graph->count;
        r->slots = realloc(r->slots, count * sizeof *r->slots);
        assert_non_null(r->slots);
        memset(r->slots + r->count, 0, (count - r->count) * sizeof *r->slots);
        r->count = count;
    }
    return &r->slots[node->id];
}

static double *numbers(const syngan_node *node) {
    size_t count = (size_t)sg_dims_count(&node->dims);
    double *all = calloc(count + 1, sizeof *all);
    assert_non_null(all);
    return all;
}

/* ---- sources ------------------------------------------------------------- */

void reference_set(reference *r, const syngan_node *source,
                   const float *elements) {
    assert_true(source->op == &sg_op_input || source->op == &sg_op_parameter);
    slot *s = slot_of(r, source);
    slot_clear(s);
    s->given = true;
    s->value = numbers(source);
    for (int64_t i = 0; i < sg_dims_count(&source->dims); i++)
        s->value[i] = (double)elements[i];
    reference_forget(r, false);
}

void reference_fill(reference *r, const syngan_node *source, uint32_t stream,
                    double low, double high) {
    size_t count = (size_t)sg_dims_count(&source->dims);
    float *elements = calloc(count + 1, sizeof *elements);
    assert_non_null(elements);
    const sg_random random = {.seed = 20, .stream = stream};
    sg_random_uniform(&random, 0, count, elements);
    for (size_t i = 0; i < count; i++)
        elements[i] = (float)(low + (high - low) * (double)elements[i]);
    reference_set(r, source, elements);
    if (source->variable != NULL) {
        assert_ok(r->graph->context, sg_variable_allocate(source->variable));
        memcpy(source->variable->tensor->data, elements,
               count * sizeof *elements);
    }
    free(elements);
}

bool reference_has(const reference *r, const syngan_node *source) {
    return (size_t)source->id < r->count && r->slots[source->id].given;
}

static double *tensor_numbers(const syngan_node *node,
                              const syngan_tensor *tensor) {
    assert_non_null(tensor);
    double *all = numbers(node);
    for (int64_t i = 0; i < sg_dims_count(&node->dims); i++)
        all[i] = tensor->type == SYNGAN_TYPE_I64
                     ? (double)((const int64_t *)tensor->data)[i]
                     : (double)((const float *)tensor->data)[i];
    return all;
}

/* ---- values -------------------------------------------------------------- */

static void compute(reference *r, const syngan_node *node, slot *made) {
    const double **in = calloc((size_t)node->n_inputs + 1, sizeof *in);
    assert_non_null(in);
    for (int32_t i = 0; i < node->n_inputs; i++)
        in[i] = reference_value(r, node->inputs[i]);
    made->value = numbers(node);
    for (int32_t i = 1; i < node->op->n_changed; i++)
        made->changed[i - 1] = numbers(node->inputs[i]);
    const reference_frame f = {
        .node = node,
        .in = in,
        .out = made->value,
        .changed = made->changed,
        .random = {.seed = r->seed, .step = r->step, .stream = node->stream}};
    reference_rule rule = reference_find(node->op);
    if (rule == NULL) fail_msg("no reference for %s", node->op->name);
    rule(&f);
    free(in);
}

const double *reference_value(reference *r, const syngan_node *node) {
    slot made = *slot_of(r, node);
    if (made.value != NULL) return made.value;
    if (node->op == &sg_op_input)
        fail_msg("input '%s' has no elements", node->name);
    if (node->op == &sg_op_parameter)
        made.value = tensor_numbers(node, node->variable->tensor);
    else if (node->op == &sg_op_constant)
        made.value = tensor_numbers(node, node->tensor);
    else
        compute(r, node, &made);
    *slot_of(r, node) = made;
    return made.value;
}

const double *reference_changed(reference *r, const syngan_node *update,
                                int32_t index) {
    const double *first = reference_value(r, update);
    return index == 0 ? first : slot_of(r, update)->changed[index - 1];
}

double reference_slope(reference *r, const syngan_node *y,
                       const syngan_node *source, int64_t index) {
    (void)reference_value(r, source);
    slot *s = slot_of(r, source);
    bool given = s->given;
    s->given = true;
    double x = s->value[index], h = 1e-5 * fmax(1.0, fabs(x));
    double side[2];
    for (int i = 0; i < 2; i++) {
        slot_of(r, source)->value[index] = i == 0 ? x - h : x + h;
        reference_forget(r, false);
        side[i] = reference_value(r, y)[0];
    }
    slot_of(r, source)->value[index] = x;
    reference_forget(r, false);
    slot_of(r, source)->given = given;
    return (side[1] - side[0]) / (2 * h);
}

/* ---- for the operators' functions ---------------------------------------- */

double reference_field_at(const reference_frame *f, const char *name,
                          int32_t index) {
    const sg_fields *table = f->node->op->fields;
    for (size_t i = 0; table != NULL && i < table->count; i++) {
        const sg_field *field = &table->field[i];
        if (strcmp(field->name, name) != 0) continue;
        const char *at = (const char *)f->node->fields + field->offset;
        switch (field->type) {
        case SG_FIELD_F64:
            return ((const double *)(const void *)at)[index];
        case SYNGAN_OPTION_I64:
            return (double)((const int64_t *)(const void *)at)[index];
        case SYNGAN_OPTION_F32:
            return (double)((const float *)(const void *)at)[index];
        default:
            return ((const int32_t *)(const void *)at)[index];
        }
    }
    fail_msg("%s has no field %s", f->node->op->name, name);
    return 0;
}

double reference_field(const reference_frame *f, const char *name) {
    return reference_field_at(f, name, 0);
}

int64_t reference_count(const reference_frame *f) {
    return sg_dims_count(&f->node->dims);
}

const sg_dims *reference_dims(const reference_frame *f, int32_t input) {
    return &f->node->inputs[input]->dims;
}

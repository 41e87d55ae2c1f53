/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons of programs with the interpreter; see check.h.
 */
#include "support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <syngan/layers.h>
#include <syngan/program.h>

#include "op/ops.h"
#include "support/test.h"

/* What differences in double precision may be off. */
#define CHECK_SLOPE 2e-6

/* ---- setting up ---------------------------------------------------------- */

static void graph_begin(check *c) {
    assert_ok(c->context, syngan_graph_create(c->context, &c->graph));
    c->reference = reference_make(c->graph);
    c->sources = 0;
    c->slopes = CHECK_SLOPES;
    c->tune = 0;
}

static void graph_end(check *c) {
    reference_free(c->reference);
    syngan_graph_free(c->graph);
}

void check_begin(check *c) {
    c->context = test_context(1);
    graph_begin(c);
}

void check_end(check *c) {
    graph_end(c);
    syngan_context_free(c->context);
}

/* A name for the next source, which also chooses its elements. */
static const char *next_name(check *c, char *text, size_t size) {
    snprintf(text, size, "source %u", ++c->sources);
    return text;
}

static syngan_node *filled(check *c, syngan_node *source, double low,
                           double high) {
    if (source->op == NULL) fail_msg("%s", c->graph->error_text);
    reference_fill(c->reference, source, c->sources, low, high);
    return source;
}

syngan_node *check_input(check *c, double low, double high, const int64_t *dims,
                         size_t rank) {
    char name[32];
    syngan_node *source = syngan_input(
        c->graph, next_name(c, name, sizeof name), SYNGAN_TYPE_F32, dims, rank);
    return filled(c, source, low, high);
}

syngan_node *check_parameter(check *c, double low, double high,
                             const int64_t *dims, size_t rank) {
    char name[32];
    syngan_node *source = syngan_parameter(
        c->graph, next_name(c, name, sizeof name), dims, rank, NULL);
    return filled(c, source, low, high);
}

size_t check_sources(check *c, double low, double high, syngan_node **sources) {
    size_t count = 0;
    assert_ok(c->context, syngan_graph_status(c->graph));
    for (size_t id = 0; id < c->graph->count; id++) {
        syngan_node *node = c->graph->nodes[id];
        if (node->op != &sg_op_input && node->op != &sg_op_parameter) continue;
        if (!reference_has(c->reference, node))
            reference_fill(c->reference, node, ++c->sources, low, high);
        assert_true(count < CHECK_SOURCES_MAX);
        sources[count++] = node;
    }
    return count;
}

/* ---- comparing ----------------------------------------------------------- */

static bool near(double a, double b, double allowed) {
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return a == b || fabs(a - b) <= allowed;
}

/* Numbers within `tolerance` of the greatest, which counts as at least 0.1. */
static void compare(const double *want, const float *have, int64_t count,
                    double tolerance, const char *what, const char *name) {
    double greatest = 0.1;
    for (int64_t i = 0; i < count; i++)
        if (isfinite(want[i])) greatest = fmax(greatest, fabs(want[i]));
    for (int64_t i = 0; i < count; i++)
        if (!near(want[i], (double)have[i], tolerance * greatest))
            fail_msg("%s of '%s': element %lld is %.9g, but should be %.9g "
                     "(greatest: %g)",
                     what, name, (long long)i, (double)have[i], want[i],
                     greatest);
}

/* ---- running ------------------------------------------------------------- */

static void give_inputs(check *c, syngan_program *program) {
    for (size_t id = 0; id < c->graph->count; id++) {
        const syngan_node *node = c->graph->nodes[id];
        syngan_tensor *tensor;
        if (node->op != &sg_op_input ||
            syngan_program_input(program, node->name, &tensor) != SYNGAN_OK)
            continue;
        const double *value = reference_value(c->reference, node);
        void *data = syngan_tensor_data(tensor);
        for (int64_t i = 0; i < sg_dims_count(&node->dims); i++)
            if (node->type == SYNGAN_TYPE_I32)
                ((int32_t *)data)[i] = (int32_t)value[i];
            else
                ((float *)data)[i] = (float)value[i];
        syngan_tensor_free(tensor);
    }
}

static void compare_output(check *c, syngan_program *program, size_t index,
                           const syngan_node *node, double tolerance,
                           int no_fusion) {
    syngan_tensor *tensor;
    assert_ok(c->context, syngan_program_output(program, index, &tensor));
    const double *want = reference_value(c->reference, node);
    const void *data = syngan_tensor_data(tensor);
    int64_t count = sg_dims_count(&node->dims);
    if (node->type == SYNGAN_TYPE_I32)
        for (int64_t i = 0; i < count; i++)
            assert_int_equal(((const int32_t *)data)[i], (int32_t)want[i]);
    else
        compare(want, data, count, tolerance,
                no_fusion ? "value without fusion" : "value", node->name);
    syngan_tensor_free(tensor);
}

void check_values(check *c, syngan_node *const *nodes, size_t count,
                  double tolerance) {
    assert_ok(c->context, syngan_graph_status(c->graph));
    for (int no_fusion = 0; no_fusion < 2; no_fusion++) {
        syngan_program *program;
        assert_ok(c->context,
                  syngan_program_create(
                      nodes, count, NULL, 0,
                      SYNGAN_PROGRAM(.fusion = !no_fusion, .tune = c->tune),
                      &program));
        give_inputs(c, program);
        assert_ok(c->context, syngan_program_run(program, 0));
        for (size_t i = 0; i < count; i++)
            compare_output(c, program, i, nodes[i], tolerance, no_fusion);
        syngan_program_free(program);
    }
}

void check_value(check *c, syngan_node *node) {
    check_values(c, &node, 1, CHECK_FORWARD);
}

/* ---- gradients ----------------------------------------------------------- */

/* The sum of x's elements, each with a weight of its own in [0.5, 1.5). */
static syngan_node *weighted_sum(check *c, syngan_node *x) {
    syngan_tensor *weights;
    assert_ok(c->context,
              syngan_tensor_create(c->context, SYNGAN_TYPE_F32, x->dims.size,
                                   (size_t)x->dims.rank, &weights));
    assert_ok(c->context, syngan_tensor_fill_uniform(
                              weights, 30, (uint64_t)x->id, 0.5f, 1.5f));
    syngan_node *weight = syngan_constant(c->graph, weights);
    syngan_tensor_free(weights);
    return syngan_sum(syngan_multiply(x, weight), NULL, 0, 0);
}

/* A gradient node against differences of `y`. */
static void compare_slopes(check *c, const syngan_node *y,
                           const syngan_node *source,
                           const syngan_node *gradient, const char *what) {
    int64_t count = sg_dims_count(&source->dims);
    int64_t step = count / c->slopes + 1;
    double greatest = 0.1;
    assert_true(sg_dims_equal(&source->dims, &gradient->dims));
    const double *all = reference_value(c->reference, gradient);
    for (int64_t i = 0; i < count; i++)
        greatest = fmax(greatest, fabs(all[i]));
    for (int64_t i = 0; i < count; i += step) {
        double have = reference_value(c->reference, gradient)[i];
        double want = reference_slope(c->reference, y, source, i);
        if (!near(want, have, CHECK_SLOPE * greatest))
            fail_msg("%s by '%s': element %lld is %.12g, but differences give "
                     "%.12g (greatest: %g)",
                     what, source->name, (long long)i, have, want, greatest);
    }
}

void check_gradients(check *c, syngan_node *y, syngan_node *const *sources,
                     size_t count) {
    syngan_node *all[2 * CHECK_SOURCES_MAX + 1], *both = NULL;
    syngan_node **first = all + 1, **second = first + count;
    assert_true(count <= CHECK_SOURCES_MAX);
    assert_ok(c->context, syngan_graph_status(c->graph));
    syngan_node *loss = weighted_sum(c, y);
    assert_ok(c->context, syngan_gradient(loss, sources, count, first));
    for (size_t i = 0; i < count; i++) {
        compare_slopes(c, loss, sources[i], first[i], "gradient");
        syngan_node *sum = weighted_sum(c, first[i]);
        both = both == NULL ? sum : syngan_add(both, sum);
    }
    assert_ok(c->context, syngan_gradient(both, sources, count, second));
    for (size_t i = 0; i < count; i++)
        compare_slopes(c, both, sources[i], second[i], "second gradient");
    all[0] = y;
    check_values(c, all, 1, CHECK_FORWARD);
    check_values(c, all, 2 * count + 1, CHECK_GRADIENT);
}

/* ---- updates ------------------------------------------------------------- */

static void compare_variable(check *c, const syngan_node *update, int32_t i,
                             double tolerance) {
    const syngan_node *node = update->inputs[i];
    const syngan_tensor *tensor = node->variable->tensor;
    const double *want = reference_changed(c->reference, update, i);
    if (tensor->type == SYNGAN_TYPE_I64)
        assert_true((double)*(int64_t *)tensor->data == want[0]);
    else
        compare(want, tensor->data, sg_dims_count(&node->dims), tolerance,
                "new value", node->name);
}

void check_updates(check *c, syngan_node *const *updates, size_t count,
                   double tolerance) {
    assert_ok(c->context, syngan_graph_status(c->graph));
    syngan_program *program;
    assert_ok(c->context,
              syngan_program_create(NULL, 0, updates, count, NULL, &program));
    give_inputs(c, program);
    /* From the old values, which the run is about to change. */
    for (size_t i = 0; i < count; i++)
        (void)reference_value(c->reference, updates[i]);
    assert_ok(c->context, syngan_program_run(program, 0));
    for (size_t i = 0; i < count; i++)
        for (int32_t j = 0; j < updates[i]->op->n_changed; j++)
            compare_variable(c, updates[i], j, tolerance);
    syngan_program_free(program);
}

/* ---- errors -------------------------------------------------------------- */

void check_refused_at(check *c, const syngan_node *node, syngan_status status,
                      const char *part, const char *file, int line) {
    syngan_status have = syngan_graph_status(c->graph);
    const char *sentence = syngan_context_last_error(c->context);
    if (!syngan_node_failed(node) || have != status ||
        strstr(sentence, part) == NULL) {
        print_error("status %d, not %d, or no '%s' in: %s\n", (int)have,
                    (int)status, part, sentence);
        _fail(file, line);
    }
    graph_end(c);
    graph_begin(c);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single operators on small tensors, and their gradients, against TensorFlow:
 * paddings and strides that do not divide sizes, dilation, groups, pooling,
 * batch norm with its second derivative, functions of one element.
 */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/fixture.h"

#define MAX_INPUTS 5
#define CLOSE 2e-5

/* A case of the file on its way through the library. */
typedef struct trial {
    syngan_context *context;
    sg_json_value entry, options;
    const char *op;
    int64_t dims[MAX_INPUTS][SYNGAN_MAX_RANK];
    size_t rank[MAX_INPUTS];
    size_t n_inputs;
    uint64_t first_tensor;
    syngan_graph *graph;
    syngan_model *model;             /* of layers with parameters, else NULL */
    syngan_node *inputs[MAX_INPUTS]; /* of the graph, or parameters */
} trial;

static bool is_op(const trial *t, const char *op) {
    return strcmp(t->op, op) == 0;
}

static int32_t option(const trial *t, const char *key) {
    return fixture_i32(t->options, key);
}

static int32_t padding(const trial *t) {
    return strcmp(fixture_string(t->options, "padding"), "same") == 0
               ? SYNGAN_PADDING_SAME
               : SYNGAN_PADDING_VALID;
}

/* ---- layers: applied as models, so that they have parameters --------------
 */

static syngan_node *layer(const trial *t, syngan_node *x) {
    if (is_op(t, "dense"))
        return syngan_dense(x,
                            SYNGAN_DENSE(.units = t->dims[1][0], .no_bias = 1));
    if (is_op(t, "batch_norm") || is_op(t, "batch_norm_second"))
        return syngan_batch_norm(
            x, SYNGAN_BATCH_NORM(.epsilon = (float)fixture_f64(t->options,
                                                               "epsilon")));
    bool transposed = is_op(t, "conv2d_transpose");
    const int64_t *w = t->dims[1];
    syngan_conv2d_options options = {
        .struct_size = sizeof options,
        .filters = transposed ? w[1] * option(t, "groups") : w[0],
        .kernel = (int32_t)w[2],
        .kernel_width = (int32_t)w[3],
        .stride = option(t, "stride"),
        .dilation = option(t, "dilation"),
        .groups = option(t, "groups"),
        .padding = padding(t),
        .no_bias = 1};
    return transposed ? syngan_conv2d_transpose(x, &options)
                      : syngan_conv2d(x, &options);
}

static bool is_layer(const trial *t) {
    static const char *const layers[] = {"dense", "conv2d", "conv2d_transpose",
                                         "batch_norm", "batch_norm_second"};
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
        if (is_op(t, layers[i])) return true;
    return false;
}

/* Input i > 0 of a layer is parameter i - 1 of its model. The fifth of batch
 * norm is the running variance, 1 + (input)^2. */
static void set_parameters(trial *t) {
    for (size_t i = 1; i < t->n_inputs; i++) {
        const char *name = syngan_model_parameter_name(t->model, i - 1);
        syngan_tensor *tensor = NULL;
        fixture_ok(t->context, syngan_model_parameter(t->model, name, &tensor));
        assert_int_equal(syngan_tensor_rank(tensor), t->rank[i]);
        assert_memory_equal(syngan_tensor_dims(tensor), t->dims[i],
                            t->rank[i] * sizeof(int64_t));
        fixture_fill(tensor, t->first_tensor + i, 1, 0);
        float *data = syngan_tensor_data(tensor);
        for (size_t j = 0; i == 4 && j < syngan_tensor_count(tensor); j++)
            data[j] = 1 + data[j] * data[j];
        syngan_tensor_free(tensor);
    }
}

/* Cubes of batch norm's result, summed, differentiated with respect to x. */
static syngan_node *slope_of_cubes(trial *t, syngan_node *b) {
    syngan_node *cubes = syngan_multiply(b, syngan_square(b)), *slope = NULL;
    fixture_ok(t->context, syngan_gradient(syngan_sum(cubes, NULL, 0, 0),
                                           t->inputs, 1, &slope));
    return slope;
}

static syngan_node *apply_layer(trial *t) {
    syngan_graph *graph = NULL;
    fixture_ok(t->context, syngan_graph_create(t->context, &graph));
    int64_t dims[SYNGAN_MAX_RANK];
    memcpy(dims, t->dims[0], sizeof dims);
    dims[0] = SYNGAN_BATCH;
    syngan_node *x =
        syngan_input(graph, "x", SYNGAN_TYPE_F32, dims, t->rank[0]);
    fixture_ok(t->context,
               syngan_model_create(layer(t, x), "layer", &t->model));
    syngan_graph_free(graph);
    set_parameters(t);

    bool inference =
        is_op(t, "batch_norm") &&
        strcmp(fixture_string(t->options, "mode"), "inference") == 0;
    syngan_node *y = syngan_model_apply(t->graph, t->model, t->inputs, 1,
                                        inference ? SYNGAN_MODE_INFERENCE
                                                  : SYNGAN_MODE_TRAINING);
    fixture_ok(t->context, syngan_graph_status(t->graph));
    for (size_t i = 1; i < t->n_inputs && i < 3; i++)
        t->inputs[i] = fixture_parameter_node(
            t->graph, t->model, syngan_model_parameter_name(t->model, i - 1));
    return is_op(t, "batch_norm_second") ? slope_of_cubes(t, y) : y;
}

/* ---- operators without parameters ------------------------------------------
 */

static syngan_node *apply_plain(trial *t) {
    syngan_node *x = t->inputs[0];
    if (is_op(t, "average_pool2d") || is_op(t, "max_pool2d")) {
        const syngan_pool2d_options *options =
            SYNGAN_POOL2D(.size = option(t, "size"),
                          .stride = option(t, "stride"), .padding = padding(t));
        return is_op(t, "max_pool2d") ? syngan_max_pool2d(x, options)
                                      : syngan_average_pool2d(x, options);
    }
    if (is_op(t, "softmax") || is_op(t, "log_softmax")) {
        x = syngan_affine(x, fixture_f64(t->options, "scale"), 0);
        return is_op(t, "softmax") ? syngan_softmax(x, option(t, "axis"))
                                   : syngan_log_softmax(x, option(t, "axis"));
    }
    if (is_op(t, "upsample2d"))
        return syngan_upsample2d(x, option(t, "factor"));
    if (is_op(t, "tanh")) return syngan_tanh(x);
    if (is_op(t, "sigmoid")) return syngan_sigmoid(x);
    if (is_op(t, "softplus")) return syngan_softplus(x);
    if (is_op(t, "relu")) return syngan_relu(x);
    if (is_op(t, "leaky_relu")) return syngan_leaky_relu(x, 0.2);
    fail_msg("pair.json has the unknown operator '%s'", t->op);
    return NULL;
}

/* ---- one case ---------------------------------------------------------------
 */

static void read_case(trial *t, sg_json_value entry) {
    t->entry = entry;
    t->options = sg_json_member(entry, "options");
    t->op = fixture_string(entry, "op");
    t->first_tensor = (uint64_t)fixture_i32(entry, "first_tensor");
    sg_json_value inputs = sg_json_member(entry, "inputs");
    fixture_ok(t->context, sg_json_read_array(inputs, &t->n_inputs));
    assert_in_range(t->n_inputs, 1, MAX_INPUTS);
    for (size_t i = 0; i < t->n_inputs; i++)
        t->rank[i] = fixture_dims(sg_json_item(inputs, i), t->dims[i]);
}

static void give(trial *t, syngan_program *program, const char *name,
                 uint64_t k) {
    syngan_tensor *tensor = NULL;
    fixture_ok(t->context, syngan_program_input(program, name, &tensor));
    fixture_fill(tensor, k, 1, 0);
    syngan_tensor_free(tensor);
}

static void expect(trial *t, syngan_program *program, size_t index,
                   sg_json_value summary) {
    syngan_tensor *tensor = NULL;
    fixture_ok(t->context, syngan_program_output(program, index, &tensor));
    /* Second derivatives are small differences of large terms. */
    bool second = is_op(t, "batch_norm_second");
    fixture_compare(summary, tensor, second ? 50 * CLOSE : CLOSE);
    syngan_tensor_free(tensor);
}

/* Result and gradients of sum(result r). */
static void run_case(trial *t, int32_t no_fusion) {
    fixture_ok(t->context, syngan_graph_create(t->context, &t->graph));
    t->inputs[0] =
        syngan_input(t->graph, "x", SYNGAN_TYPE_F32, t->dims[0], t->rank[0]);
    syngan_node *outputs[4];
    outputs[0] = is_layer(t) ? apply_layer(t) : apply_plain(t);
    int64_t dims[SYNGAN_MAX_RANK];
    size_t rank = syngan_node_dims(outputs[0], dims);
    syngan_node *r = syngan_input(t->graph, "r", SYNGAN_TYPE_F32, dims, rank);
    syngan_node *sum = syngan_sum(syngan_multiply(outputs[0], r), NULL, 0, 0);
    size_t count = t->n_inputs < 3 ? t->n_inputs : 3;
    fixture_ok(t->context, syngan_gradient(sum, t->inputs, count, outputs + 1));
    syngan_program *program = NULL;
    fixture_ok(t->context, syngan_program_create(
                               outputs, count + 1, NULL, 0,
                               SYNGAN_PROGRAM(.fusion = !no_fusion), &program));
    give(t, program, "x", t->first_tensor);
    give(t, program, "r", t->first_tensor + 9);
    fixture_ok(t->context, syngan_program_run(program, 0));
    expect(t, program, 0, sg_json_member(t->entry, "result"));
    sg_json_value gradients = sg_json_member(t->entry, "gradients");
    for (size_t i = 0; i < count; i++)
        expect(t, program, i + 1, sg_json_item(gradients, i));
    syngan_program_free(program);
    syngan_model_free(t->model);
    syngan_graph_free(t->graph);
}

/* All cases whose operator starts with `prefix`. */
static void check_all(const char *prefix) {
    syngan_context *context = NULL;
    fixture_ok(NULL,
               syngan_context_create(SYNGAN_CONTEXT(.threads = 1), &context));
    sg_json *json = fixture_open(context);
    sg_json_value list = sg_json_member(sg_json_root(json), "operators");
    size_t count = 0, done = 0;
    fixture_ok(context, sg_json_read_array(list, &count));
    for (size_t i = 0; i < count; i++)
        for (int32_t no_fusion = 0; no_fusion < 2; no_fusion++) {
            trial t = {.context = context};
            read_case(&t, sg_json_item(list, i));
            if (strncmp(t.op, prefix, strlen(prefix)) != 0) continue;
            print_message("operators[%zu]: %s\n", i, t.op);
            run_case(&t, no_fusion);
            done++;
        }
    assert_true(done > 0);
    sg_json_free(json);
    syngan_context_free(context);
}

/* clang-format off */
static void test_conv2d(void **state) { (void)state; check_all("conv2d"); }
static void test_average(void **state) { (void)state; check_all("average_pool2d"); }
static void test_max(void **state) { (void)state; check_all("max_pool2d"); }
static void test_batch_norm(void **state) { (void)state; check_all("batch_norm"); }
static void test_softmax(void **state) { (void)state; check_all("softmax"); }
static void test_log_softmax(void **state) { (void)state; check_all("log_softmax"); }
static void test_tanh(void **state) { (void)state; check_all("tanh"); }
static void test_sigmoid(void **state) { (void)state; check_all("sigmoid"); }
static void test_softplus(void **state) { (void)state; check_all("softplus"); }
static void test_relu(void **state) { (void)state; check_all("relu"); }
static void test_leaky_relu(void **state) { (void)state; check_all("leaky_relu"); }
static void test_dense(void **state) { (void)state; check_all("dense"); }
static void test_upsample(void **state) { (void)state; check_all("upsample2d"); }
/* clang-format on */

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv2d),     cmocka_unit_test(test_average),
        cmocka_unit_test(test_max),        cmocka_unit_test(test_batch_norm),
        cmocka_unit_test(test_softmax),    cmocka_unit_test(test_log_softmax),
        cmocka_unit_test(test_tanh),       cmocka_unit_test(test_sigmoid),
        cmocka_unit_test(test_softplus),   cmocka_unit_test(test_relu),
        cmocka_unit_test(test_leaky_relu), cmocka_unit_test(test_dense),
        cmocka_unit_test(test_upsample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

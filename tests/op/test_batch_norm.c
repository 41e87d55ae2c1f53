/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batch normalisation: values and gradients in both modes, also of the
 * operators that its gradient is made of, and what is refused.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <syngan/layers.h>
#include <syngan/model.h>
#include <syngan/program.h>

#include "backend/backend.h"
#include "backend/batch_norm.h"
#include "op/ops.h"
#include "support/check.h"
#include "support/test.h"

static const sg_batch_norm_fields fields = {0.99, 1e-3};

/* Inference-mode normalisation of x. */
static syngan_node *infer_of(check *c, syngan_node *x) {
    const int64_t *channels = &x->dims.size[1];
    syngan_node *in[] = {x, check_parameter(c, 0.5, 1.5, channels, 1),
                         check_parameter(c, -1, 1, channels, 1),
                         check_parameter(c, -1, 1, channels, 1),
                         check_parameter(c, 0.5, 2, channels, 1)};
    return sg_node(NULL, &sg_op_batch_norm_infer, in, 5, &fields, NULL);
}

/* A batch, gamma and beta: sources 0 to 2. */
static void sources_make(check *c, const int64_t *dims, size_t rank,
                         syngan_node **sources) {
    sources[0] = check_input(c, -1, 2, dims, rank);
    sources[1] = check_input(c, 0.5, 1.5, dims + 1, 1);
    sources[2] = check_input(c, -1, 1, dims + 1, 1);
}

static syngan_node *statistics(syngan_node *x) {
    return sg_node1(&sg_op_batch_norm_statistics, x, &fields);
}

static syngan_node *train(syngan_node *const *s, syngan_node *mean,
                          syngan_node *variance) {
    syngan_node *in[] = {s[0], s[1], s[2], statistics(s[0]), mean, variance};
    return sg_node(NULL, &sg_op_batch_norm_train, in, 6, &fields, NULL);
}

static void check_train(const int64_t *dims, size_t rank) {
    check c;
    check_begin(&c);
    syngan_node *s[3];
    sources_make(&c, dims, rank, s);
    syngan_node *y = train(s, s[1], s[2]);
    check_gradients(&c, y, s, 3);
    check_gradients(&c, syngan_leaky_relu(y, 0.2), s, 3);
    check_end(&c);
}

static void test_train(void **state) {
    (void)state;
    check_train(SYNGAN_SHAPE(5, 1));
    check_train(SYNGAN_SHAPE(7, 3));
    check_train(SYNGAN_SHAPE(3, 2, 3, 2));
    check_train(SYNGAN_SHAPE(2, 16, 2, 2));
}

static void check_infer(const int64_t *dims, size_t rank) {
    check c;
    check_begin(&c);
    syngan_node *s[5];
    sources_make(&c, dims, rank, s);
    s[3] = check_input(&c, -1, 1, dims + 1, 1);
    s[4] = check_input(&c, 0.5, 2, dims + 1, 1);
    syngan_node *y =
        sg_node(NULL, &sg_op_batch_norm_infer, s, 5, &fields, NULL);
    check_gradients(&c, y, s, 5);
    check_gradients(&c, syngan_tanh(y), s, 5);
    check_end(&c);
}

static void test_infer(void **state) {
    (void)state;
    check_infer(SYNGAN_SHAPE(1, 1));
    check_infer(SYNGAN_SHAPE(4, 3));
    check_infer(SYNGAN_SHAPE(2, 3, 2, 3));
}

/* The statistics by themselves, and the two passes of the gradient. */
/* The kernel in front normalises, too: `parts` is what its report says. */
static void check_absorbed(check *c, syngan_node *y, const char *parts) {
    char report[4096];
    syngan_node *sources[CHECK_SOURCES_MAX];
    syngan_program *program;
    check_sources(c, -1, 1, sources);
    check_value(c, y);
    assert_ok(c->context,
              syngan_program_create(&y, 1, NULL, 0, NULL, &program));
    assert_true(syngan_program_report(program, report, sizeof report) <
                sizeof report);
    assert_non_null(strstr(report, parts));
    assert_null(strstr(report, "batch norm"));
    syngan_program_free(program);
    check_end(c);
    check_begin(c);
}

static syngan_node *image(check *c) {
    return check_input(c, -1, 1, SYNGAN_SHAPE(3, 5, 6, 7));
}

static void test_absorbed(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    /* Blocked, behind a function within the primitive and before one. */
    syngan_node *y = syngan_conv2d(
        image(&c), SYNGAN_CONV2D(.filters = 32, .kernel = 3,
                                 .activation = SYNGAN_ACTIVATION_RELU));
    check_absorbed(&c, syngan_tanh(infer_of(&c, y)), "+bias +norm +2 unary");
    /* A ReLU that must not go into the primitive. */
    y = syngan_conv2d(image(&c), SYNGAN_CONV2D(.filters = 16, .kernel = 2));
    check_absorbed(&c, syngan_relu(infer_of(&c, y)), "+bias +norm +1 unary");
    y = syngan_conv2d_transpose(
        image(&c),
        SYNGAN_CONV2D_TRANSPOSE(.filters = 11, .kernel = 4, .stride = 2));
    check_absorbed(&c, infer_of(&c, y), "+bias +norm");
    syngan_node *rows = check_input(&c, -1, 1, SYNGAN_SHAPE(4, 9));
    y = syngan_dense(
        rows,
        SYNGAN_DENSE(.units = 19, .activation = SYNGAN_ACTIVATION_SIGMOID));
    check_absorbed(&c, infer_of(&c, y), "+bias +norm +1 unary");
    /* Longer than what is finished at a time. */
    rows = check_input(&c, -1, 1, SYNGAN_SHAPE(2, 3));
    y = syngan_dense(rows, SYNGAN_DENSE(.units = 4099));
    check_absorbed(&c, syngan_relu(infer_of(&c, y)), "+bias +norm +1 unary");
    /* Of two normalisations, one. */
    y = syngan_conv2d(image(&c), SYNGAN_CONV2D(.filters = 16, .kernel = 1));
    syngan_node *sources[CHECK_SOURCES_MAX];
    y = infer_of(&c, infer_of(&c, y));
    check_sources(&c, -1, 1, sources);
    check_value(&c, y);
    check_end(&c);
}

/* Of a parameter, computed with bf16 products. */
static float *bf16_values(check *c, syngan_node *y, int no_fusion,
                          const char *parts) {
    char report[4096];
    syngan_program *program;
    syngan_tensor *tensor;
    assert_ok(c->context,
              syngan_program_create(
                  &y, 1, NULL, 0,
                  SYNGAN_PROGRAM(.bf16 = 1, .fusion = !no_fusion), &program));
    syngan_program_report(program, report, sizeof report);
    assert_non_null(strstr(report, "Winograd"));
    assert_int_equal(strstr(report, parts) == NULL, no_fusion);
    assert_ok(c->context, syngan_program_run(program, 0));
    assert_ok(c->context, syngan_program_output(program, 0, &tensor));
    size_t bytes = (size_t)sg_dims_count(&y->dims) * sizeof(float);
    float *values = malloc(bytes);
    assert_non_null(values);
    memcpy(values, syngan_tensor_data(tensor), bytes);
    syngan_tensor_free(tensor);
    syngan_program_free(program);
    return values;
}

/* As computed apart, but for the order of roundings. */
static void check_bf16(check *c, syngan_node *y, const char *parts) {
    syngan_node *sources[CHECK_SOURCES_MAX];
    check_sources(c, -1, 1, sources);
    float *together = bf16_values(c, y, 0, parts);
    float *apart = bf16_values(c, y, 1, parts);
    for (int64_t i = 0; i < sg_dims_count(&y->dims); i++)
        assert_true(fabsf(together[i] - apart[i]) <=
                    1e-5f * (1 + fabsf(apart[i])));
    free(apart);
    free(together);
}

static void test_absorbed_bf16(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    if (!sg_backend_has_bf16(c.context)) {
        check_end(&c);
        print_message("no AVX512_BF16 here\n");
        skip();
    }
    syngan_node *x = check_parameter(&c, -1, 1, SYNGAN_SHAPE(16, 32, 7, 7));
    syngan_node *y = syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = 32, .kernel = 4, .stride = 2,
                                   .activation = SYNGAN_ACTIVATION_RELU));
    check_bf16(&c, infer_of(&c, y), "+bias +norm +1 unary");
    x = check_parameter(&c, -1, 1, SYNGAN_SHAPE(16, 32, 14, 14));
    y = syngan_conv2d(x, SYNGAN_CONV2D(.filters = 64, .kernel = 4, .stride = 2,
                                       .no_bias = 1));
    check_bf16(&c, infer_of(&c, y), "+norm");
    check_end(&c);
}

static void test_parts(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *s[3];
    sources_make(&c, SYNGAN_SHAPE(3, 2, 2, 3), s);
    syngan_node *dy = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 2, 2, 3));
    check_gradients(&c, statistics(s[0]), s, 1);
    syngan_node *both[] = {s[0], dy, s[1]};
    syngan_node *sums =
        sg_node3(&sg_op_batch_norm_reduce, s[0], dy, statistics(s[0]), &fields);
    check_gradients(&c, sums, both, 2);
    syngan_node *in[] = {s[0], dy, statistics(s[0]), s[1], sums};
    syngan_node *dx =
        sg_node(NULL, &sg_op_batch_norm_input, in, 5, &fields, NULL);
    check_gradients(&c, dx, both, 3);
    check_end(&c);
}

/* Gradients of gradients through several layers. */
static void test_deep(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *s[3];
    sources_make(&c, SYNGAN_SHAPE(4, 3), s);
    syngan_node *y = syngan_tanh(train(s, s[1], s[2]));
    syngan_node *again[] = {y, s[1], s[2]};
    check_gradients(&c, train(again, s[1], s[2]), s, 3);
    check_end(&c);
}

/* A channel without variance, and one whose mean is large against it. */
static void test_odd_values(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *s[3];
    sources_make(&c, SYNGAN_SHAPE(4, 2), s);
    reference_set(c.reference, s[0],
                  (const float[]){3, 1000.5f, 3, 1001, 3, 1000.25f, 3, 1002});
    syngan_node *y = train(s, s[1], s[2]);
    check_values(&c, &y, 1, 1e-4);
    check_end(&c);
}

static syngan_model *layer_model(check *c) {
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(c->context, syngan_graph_create(c->context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3, 2, 2));
    x = syngan_batch_norm(x, SYNGAN_BATCH_NORM(.momentum = 0.75f));
    assert_ok(c->context, syngan_model_create(x, "norm", &model));
    syngan_graph_free(graph);
    return model;
}

/* The layer's node becomes what it is in the mode. */
static void test_layer(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_model *model = layer_model(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(5, 3, 2, 2));
    syngan_node *trained =
        syngan_model_apply(c.graph, model, &x, 1, SYNGAN_MODE_TRAINING);
    syngan_node *inferred =
        syngan_model_apply(c.graph, model, &x, 1, SYNGAN_MODE_INFERENCE);
    assert_ptr_equal(trained->op, &sg_op_batch_norm_train);
    assert_ptr_equal(inferred->op, &sg_op_batch_norm_infer);
    assert_string_equal(trained->inputs[1]->name, "batch_norm.weight");
    assert_string_equal(trained->inputs[2]->name, "batch_norm.bias");
    assert_string_equal(trained->inputs[4]->name, "batch_norm.running_mean");
    assert_string_equal(trained->inputs[5]->name, "batch_norm.running_var");
    assert_true(trained->inputs[1]->variable->trainable);
    assert_false(trained->inputs[4]->variable->trainable);
    check_values(&c, (syngan_node *[]){trained, inferred}, 2, CHECK_FORWARD);
    const sg_batch_norm_fields *f = trained->fields;
    assert_true(f->momentum == 0.75);
    assert_true(f->epsilon == (double)1e-3f);
    syngan_model_free(model);
    check_end(&c);
}

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    const int64_t cube[] = {2, 3, 4}, matrix[] = {2, 3}, other[] = {2};
    check_refused(&c, syngan_batch_norm(check_input(&c, 0, 1, cube, 3), NULL),
                  SYNGAN_E_SHAPE,
                  "batch_norm 'batch_norm': takes N x C or N x C x H x W, not "
                  "[2, 3, 4]");
    check_refused(&c,
                  syngan_batch_norm(check_input(&c, 0, 1, matrix, 2),
                                    SYNGAN_BATCH_NORM(.epsilon = -1)),
                  SYNGAN_E_ARGUMENT, "epsilon is -1");
    syngan_node *x = check_input(&c, 0, 1, matrix, 2);
    syngan_node *wrong = check_input(&c, 0, 1, other, 1);
    syngan_node *in[] = {x, wrong, wrong, wrong, wrong};
    check_refused(&c,
                  sg_node(NULL, &sg_op_batch_norm_infer, in, 5, &fields, NULL),
                  SYNGAN_E_SHAPE,
                  "input 1 has the shape [2], but for 3 channels it must be "
                  "[3]");
    assert_null(syngan_batch_norm(NULL, NULL));
    check_end(&c);
}

/* An input that is given twice has its gradient once from each place. */
static void test_same_input(void **state) {
    (void)state;
    const sg_batch_norm_fields own = {.momentum = 0.9, .epsilon = 1e-3};
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -2, 2, SYNGAN_SHAPE(5, 3));
    syngan_node *both = check_input(&c, -1, 1, SYNGAN_SHAPE(3));
    syngan_node *mean = check_input(&c, -1, 1, SYNGAN_SHAPE(3));
    syngan_node *variance = check_input(&c, 0.5, 1, SYNGAN_SHAPE(3));
    syngan_node *inputs[] = {x, both, both, mean, variance};
    syngan_node *y =
        sg_node(NULL, &sg_op_batch_norm_infer, inputs, 5, &own, NULL);
    check_gradients(&c, y, (syngan_node *[]){x, both, mean, variance}, 4);
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_train),      cmocka_unit_test(test_infer),
        cmocka_unit_test(test_absorbed),   cmocka_unit_test(test_absorbed_bf16),
        cmocka_unit_test(test_parts),      cmocka_unit_test(test_deep),
        cmocka_unit_test(test_odd_values), cmocka_unit_test(test_layer),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_same_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

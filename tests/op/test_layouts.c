/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that convolutions hand on in blocked layouts, as channels fill whole
 * blocks, and what every other operator makes of them.
 */
#include <syngan/layers.h>
#include <syngan/model.h>
#include <syngan/program.h>

#include "op/ops.h"
#include "support/check.h"
#include "support/test.h"

/* Elements of all sources made so far, so small that tanh keeps its slope. */
static size_t settle(check *c, syngan_node **sources) {
    return check_sources(c, -0.1, 0.15, sources);
}

static syngan_node *conv2d(syngan_node *x) {
    return syngan_conv2d(x,
                         SYNGAN_CONV2D(.filters = 16, .kernel = 3,
                                       .activation = SYNGAN_ACTIVATION_TANH));
}

/* Gradients of a network of `middle` between two convolutions. */
static void check_middle(syngan_node *(*middle)(check *c, syngan_node *x)) {
    check c;
    check_begin(&c);
    c.slopes = 1;
    syngan_node *sources[CHECK_SOURCES_MAX];
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(2, 16, 4, 4));
    syngan_node *y = conv2d(middle(&c, conv2d(x)));
    check_gradients(&c, y, sources, settle(&c, sources));
    check_end(&c);
}

static syngan_node *arithmetic(check *c, syngan_node *x) {
    syngan_node *channel = check_input(c, 0.5, 1, SYNGAN_SHAPE(16, 1, 1));
    syngan_node *image = check_input(c, 0.5, 1, SYNGAN_SHAPE(2, 16, 4, 4));
    syngan_node *pixel = check_input(c, 0.5, 1, SYNGAN_SHAPE(4, 4));
    syngan_node *example = check_input(c, 0.5, 1, SYNGAN_SHAPE(2, 16, 1, 1));
    x = syngan_subtract(syngan_multiply(x, channel), image);
    x = syngan_maximum(syngan_divide(x, example), syngan_affine(x, 0.5, 0));
    return syngan_add(syngan_scalar(c->graph, 0.25), syngan_multiply(pixel, x));
}

static syngan_node *functions(check *c, syngan_node *x) {
    (void)c;
    syngan_node *softplus = syngan_softplus(x), *relu = syngan_relu(x);
    return syngan_multiply(syngan_sqrt(softplus), syngan_exp(relu));
}

static syngan_node *shapes(check *c, syngan_node *x) {
    (void)c;
    syngan_node *halves[] = {syngan_slice(x, 1, 8, 8),
                             syngan_slice(x, 1, 0, 8)};
    x = syngan_concat(halves, 2, 1);
    x = syngan_transpose(x, (const int32_t[]){0, 1, 3, 2}, 4);
    syngan_node *flat = syngan_softmax(syngan_flatten(x), 1);
    return syngan_add(x, syngan_reshape(flat, SYNGAN_SHAPE(2, 16, 4, 4)));
}

static syngan_node *sums(check *c, syngan_node *x) {
    (void)c;
    const int32_t pixels[] = {2, 3}, others[] = {0, 2, 3}, channels[] = {1};
    syngan_node *y = syngan_mean(x, pixels, 2, 1);
    y = syngan_add(y, syngan_mean(x, others, 3, 1));
    y = syngan_add(y, syngan_mean(x, channels, 1, 1));
    y = syngan_add(y, syngan_mean(x, NULL, 0, 0));
    return syngan_multiply(x, y);
}

static syngan_node *pooling(check *c, syngan_node *x) {
    (void)c;
    x = syngan_average_pool2d(
        x,
        SYNGAN_POOL2D(.size = 2, .stride = 1, .padding = SYNGAN_PADDING_VALID));
    return syngan_max_pool2d(syngan_upsample2d(x, 2),
                             SYNGAN_POOL2D(.size = 3, .stride = 2));
}

static syngan_node *transposed(check *c, syngan_node *x) {
    (void)c;
    return syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = 16, .kernel = 4, .stride = 2,
                                   .activation = SYNGAN_ACTIVATION_LEAKY_RELU));
}

static syngan_node *normalized(check *c, syngan_node *x, int32_t mode) {
    syngan_graph *template;
    syngan_model *model;
    assert_ok(c->context, syngan_graph_create(c->context, &template));
    syngan_node *y =
        syngan_batch_norm(syngan_input(template, "x", SYNGAN_TYPE_F32,
                                       SYNGAN_SHAPE(SYNGAN_BATCH, 16, 4, 4)),
                          SYNGAN_BATCH_NORM(.epsilon = 0.1f));
    assert_ok(c->context, syngan_model_create(y, "model", &model));
    y = syngan_model_apply(c->graph, model, &x, 1, mode);
    /* Running variances must be positive. */
    for (int32_t i = 1; i < y->n_inputs; i++)
        if (y->inputs[i]->op == &sg_op_parameter)
            reference_fill(c->reference, y->inputs[i], (uint32_t)i, 0.5, 1);
    syngan_model_free(model);
    syngan_graph_free(template);
    return y;
}

static syngan_node *norm_training(check *c, syngan_node *x) {
    return normalized(c, x, SYNGAN_MODE_TRAINING);
}
static syngan_node *norm_inference(check *c, syngan_node *x) {
    return normalized(c, x, SYNGAN_MODE_INFERENCE);
}

static void test_arithmetic(void **state) {
    (void)state;
    check_middle(arithmetic);
}
static void test_functions(void **state) {
    (void)state;
    check_middle(functions);
}
static void test_shapes(void **state) {
    (void)state;
    check_middle(shapes);
}
static void test_sums(void **state) {
    (void)state;
    check_middle(sums);
}
static void test_pooling(void **state) {
    (void)state;
    check_middle(pooling);
}
static void test_transposed(void **state) {
    (void)state;
    check_middle(transposed);
}
static void test_batch_norm(void **state) {
    (void)state;
    check_middle(norm_training);
    check_middle(norm_inference);
}

/* Outputs are plain, whatever a kernel makes; the same node may be one twice,
 * as a view and without gradient. */
static void test_outputs(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *sources[CHECK_SOURCES_MAX];
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 16, 5, 7));
    syngan_node *y = conv2d(x);
    syngan_node *outputs[] = {y, syngan_flatten(y), syngan_stop_gradient(y), y,
                              conv2d(y)};
    (void)settle(&c, sources);
    check_values(&c, outputs, 5, CHECK_FORWARD);
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic), cmocka_unit_test(test_functions),
        cmocka_unit_test(test_shapes),     cmocka_unit_test(test_sums),
        cmocka_unit_test(test_pooling),    cmocka_unit_test(test_transposed),
        cmocka_unit_test(test_batch_norm), cmocka_unit_test(test_outputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

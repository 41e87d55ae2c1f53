/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolution layers in graphs: values, first and second gradients by inputs,
 * weights and biases; sizes with each kind of padding; and what is refused.
 */
#include <syngan/layers.h>

#include "support/check.h"
#include "support/test.h"

typedef struct layer {
    int64_t x[4];
    syngan_conv2d_options options;
} layer;

#define OPTIONS(...)                                                           \
    { .struct_size = sizeof(syngan_conv2d_options), __VA_ARGS__ }

static const layer layers[] = {
    {{1, 1, 1, 1}, OPTIONS(.filters = 1, .kernel = 1)},
    {{2, 1, 5, 7}, OPTIONS(.filters = 3, .kernel = 3)},
    {{2, 3, 6, 5}, OPTIONS(.filters = 2, .kernel = 4, .stride = 2)},
    {{1, 2, 7, 7},
     OPTIONS(.filters = 3, .kernel = 3, .stride = 3, .stride_width = 2,
             .padding = SYNGAN_PADDING_VALID)},
    {{2, 2, 7, 6}, OPTIONS(.filters = 2, .kernel = 3, .dilation = 2)},
    {{1, 4, 5, 5},
     OPTIONS(.filters = 6, .kernel = 3, .groups = 2,
             .activation = SYNGAN_ACTIVATION_TANH)},
    {{2, 3, 4, 4}, OPTIONS(.filters = 3, .kernel = 2, .groups = 3)},
    {{1, 2, 5, 4},
     OPTIONS(.filters = 3, .kernel = 3, .kernel_width = 2, .stride = 2,
             .padding = SYNGAN_PADDING_EXPLICIT, .pad_top = 2, .pad_left = 1,
             .activation = SYNGAN_ACTIVATION_LEAKY_RELU)},
    {{1, 2, 4, 4},
     OPTIONS(.filters = 2, .kernel = 3, .no_bias = 1,
             .activation = SYNGAN_ACTIVATION_SIGMOID)},
};
#define LAYERS (sizeof layers / sizeof layers[0])

typedef syngan_node *(*builder)(syngan_node *, const syngan_conv2d_options *);

static void check_layer(const layer *l, builder build) {
    check c;
    check_begin(&c);
    syngan_node *sources[CHECK_SOURCES_MAX];
    syngan_node *x = check_input(&c, -1, 1, l->x, 4);
    syngan_node *y = build(x, &l->options);
    size_t count = check_sources(&c, -1, 1, sources);
    assert_int_equal(count, l->options.no_bias ? 2 : 3);
    check_gradients(&c, y, sources, count);
    check_end(&c);
}

static void test_conv2d(void **state) {
    (void)state;
    for (size_t i = 0; i < LAYERS; i++)
        check_layer(&layers[i], syngan_conv2d);
}

static void test_conv2d_transpose(void **state) {
    (void)state;
    for (size_t i = 0; i < LAYERS; i++)
        check_layer(&layers[i], syngan_conv2d_transpose);
}

static void check_size(const int64_t *x, const syngan_conv2d_options *options,
                       builder build, int64_t height, int64_t width) {
    check c;
    check_begin(&c);
    int64_t dims[SYNGAN_MAX_RANK];
    const syngan_node *y = build(check_input(&c, 0, 1, x, 4), options);
    if (syngan_node_dims(y, dims) != 4) fail_msg("%s", c.graph->error_text);
    assert_int_equal(dims[0], x[0]);
    assert_int_equal(dims[1], options->filters);
    assert_int_equal(dims[2], height);
    assert_int_equal(dims[3], width);
    check_end(&c);
}

static void test_sizes(void **state) {
    (void)state;
    const int64_t x[] = {2, 3, 28, 27};
    check_size(x, SYNGAN_CONV2D(.filters = 4, .kernel = 4, .stride = 2),
               syngan_conv2d, 14, 14);
    check_size(x,
               SYNGAN_CONV2D(.filters = 4, .kernel = 5,
                             .padding = SYNGAN_PADDING_VALID, .dilation = 2),
               syngan_conv2d, 20, 19);
    check_size(x,
               SYNGAN_CONV2D(.filters = 4, .kernel = 3, .stride = 2,
                             .padding = SYNGAN_PADDING_EXPLICIT, .pad_top = 1,
                             .pad_bottom = 2, .pad_right = 3),
               syngan_conv2d, 15, 14);
    check_size(x, SYNGAN_CONV2D(.filters = 4, .kernel = 4, .stride = 2),
               syngan_conv2d_transpose, 56, 54);
    check_size(x, SYNGAN_CONV2D(.filters = 4, .kernel = 2, .stride = 3),
               syngan_conv2d_transpose, 84, 81);
    check_size(x,
               SYNGAN_CONV2D(.filters = 4, .kernel = 5, .stride = 2,
                             .dilation = 3, .padding = SYNGAN_PADDING_VALID),
               syngan_conv2d_transpose, 27 * 2 + 13, 26 * 2 + 13);
}

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
#define X check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3, 7, 7))
    check_refused(
        &c,
        syngan_conv2d(X, SYNGAN_CONV2D(.name = "c1", .filters = 2, .kernel = 9,
                                       .padding = SYNGAN_PADDING_VALID)),
        SYNGAN_E_SHAPE, "kernel 9 x 9 is larger than the padded input 7 x 7");
    check_refused(&c, syngan_conv2d(X, SYNGAN_CONV2D(.kernel = 3)),
                  SYNGAN_E_ARGUMENT, "filters");
    check_refused(&c, syngan_conv2d(X, SYNGAN_CONV2D(.filters = 3)),
                  SYNGAN_E_ARGUMENT, "kernel");
    check_refused(&c,
                  syngan_conv2d(X, SYNGAN_CONV2D(.filters = 3, .kernel = 3,
                                                 .stride = -1)),
                  SYNGAN_E_ARGUMENT, "stride");
    check_refused(
        &c,
        syngan_conv2d(X, SYNGAN_CONV2D(.filters = 4, .kernel = 3, .groups = 2)),
        SYNGAN_E_SHAPE, "groups 2 must divide");
    check_refused(&c,
                  syngan_conv2d(check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3, 7)),
                                SYNGAN_CONV2D(.filters = 4, .kernel = 3)),
                  SYNGAN_E_SHAPE, "[2, 3, 7]");
    check_refused(&c,
                  syngan_conv2d(X, SYNGAN_CONV2D(.filters = 1000000000000,
                                                 .kernel = 65535)),
                  SYNGAN_E_SHAPE, "too many");
    assert_null(syngan_conv2d(NULL, NULL));
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv2d),
        cmocka_unit_test(test_conv2d_transpose),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

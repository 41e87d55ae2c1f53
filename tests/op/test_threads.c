/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of the operators that the library computes itself have the same bits
 * with any number of threads.
 */
#include <stdlib.h>
#include <syngan/layers.h>
#include <syngan/program.h>

#include "support/check.h"
#include "support/test.h"

#define OUTPUTS 16

/* Values large enough to be shared by threads, in a graph of its own. */
static size_t make_outputs(syngan_graph *graph, syngan_node **out) {
    const int32_t others[] = {0, 2, 3}, last[] = {3}, order[] = {3, 1, 2, 0};
    size_t n = 0;
    syngan_node *x = syngan_random_normal(graph, SYNGAN_SHAPE(17, 16, 31, 29));
    syngan_node *y = syngan_random_uniform(graph, SYNGAN_SHAPE(17, 16, 31, 29));
    out[n++] = syngan_add(x, y);
    out[n++] = syngan_tanh(syngan_divide(x, syngan_affine(y, 1, 1)));
    out[n++] =
        syngan_multiply(x, syngan_random_normal(graph, SYNGAN_SHAPE(16, 1, 1)));
    out[n++] = syngan_exp(x);
    out[n++] = syngan_softmax(x, 1);
    out[n++] = syngan_log_softmax(x, 3);
    out[n++] = syngan_sum(x, NULL, 0, 0);
    out[n++] = syngan_sum(x, others, 3, 0);
    out[n++] = syngan_sum(x, last, 1, 0);
    out[n++] = syngan_sum(x, others, 1, 0);
    out[n++] = syngan_transpose(x, order, 4);
    out[n++] = syngan_concat((syngan_node *[]){x, y, x}, 3, 1);
    out[n++] = syngan_slice(x, 2, 3, 17);
    out[n++] = syngan_max_pool2d(x, SYNGAN_POOL2D(.size = 3, .stride = 2));
    out[n++] = syngan_average_pool2d(x, NULL);
    out[n++] = syngan_upsample2d(x, 2);
    return n;
}

/* Copies of the outputs' bytes, one after another; the caller frees them. */
static char *run(int32_t threads, size_t *bytes) {
    syngan_context *context = test_context(threads);
    syngan_graph *graph;
    syngan_program *program;
    syngan_node *outputs[OUTPUTS];
    assert_ok(context, syngan_graph_create(context, &graph));
    size_t count = make_outputs(graph, outputs);
    assert_int_equal(count, OUTPUTS);
    assert_ok(context,
              syngan_program_create(outputs, count, NULL, 0,
                                    SYNGAN_PROGRAM(.seed = 3), &program));
    assert_ok(context, syngan_program_run(program, 5));
    char *all = NULL;
    *bytes = 0;
    for (size_t i = 0; i < count; i++) {
        syngan_tensor *tensor;
        assert_ok(context, syngan_program_output(program, i, &tensor));
        size_t more = syngan_tensor_bytes(tensor);
        all = realloc(all, *bytes + more);
        assert_non_null(all);
        memcpy(all + *bytes, syngan_tensor_data(tensor), more);
        *bytes += more;
        syngan_tensor_free(tensor);
    }
    syngan_program_free(program);
    syngan_graph_free(graph);
    syngan_context_free(context);
    return all;
}

static void test_same_bits(void **state) {
    (void)state;
    size_t bytes, again;
    char *alone = run(1, &bytes);
    for (int32_t threads = 2; threads <= 5; threads += 3) {
        char *shared = run(threads, &again);
        assert_int_equal(again, bytes);
        assert_memory_equal(shared, alone, bytes);
        free(shared);
    }
    free(alone);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What files of strangers may cost: loading and first use take time in
 * proportion to the file, or are refused. */
#include "support/test.h"

#include <stdio.h>
#include <syngan/layers.h>
#include <syngan/model.h>
#include <time.h>

#include "graph/graph.h"
#include "support/memory_stream.h"

typedef syngan_node *(*more_fn)(syngan_node *x, int step);

/* x enlarged in `steps` steps, saved into `file`. */
static void save(syngan_context *context, more_fn more, int steps,
                 memory_stream *file) {
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 1, 1, 2));
    for (int i = 0; i < steps; i++)
        x = more(x, i);
    assert_ok(context, syngan_model_create(x, "m", &model));
    memory_stream_init(file, NULL, 0);
    assert_ok(context, syngan_model_save_stream(model, &file->hooks));
    syngan_model_free(model);
    syngan_graph_free(graph);
}

/* Loads and samples once; the sentence of a refusal is the context's. */
static syngan_status use(syngan_context *context, more_fn more, int steps) {
    memory_stream file, again;
    syngan_model *model = NULL;
    syngan_tensor *samples = NULL;
    save(context, more, steps, &file);
    memory_stream_init(&again, file.data, file.size);
    syngan_status status =
        syngan_model_load_stream(context, &again.hooks, &model);
    if (status == SYNGAN_OK)
        status = syngan_model_sample(model, 1, 1, &samples);
    syngan_tensor_free(samples);
    syngan_model_free(model);
    memory_stream_end(&again);
    memory_stream_end(&file);
    return status;
}

static syngan_node *twice_as_many(syngan_node *x, int step) {
    (void)step;
    return syngan_concat((syngan_node *[]){x, x}, 2, 3);
}

static syngan_node *four_times_as_many(syngan_node *x, int step) {
    (void)step;
    return syngan_upsample2d(x, 2);
}

static syngan_node *twice_as_much(syngan_node *x, int step) {
    (void)step;
    return syngan_affine(syngan_add(x, x), 0.5, 0);
}

static syngan_node *parameter(syngan_node *x, int step) {
    char name[16];
    snprintf(name, sizeof name, "p%d", step);
    return syngan_add(x,
                      syngan_parameter(x->graph, name, SYNGAN_SHAPE(2), NULL));
}

static syngan_node *layer(syngan_node *x, int step) {
    (void)step;
    return syngan_batch_norm(x, NULL);
}

/* Alike but for a number, and all read the first node. */
static syngan_node *sibling(syngan_node *x, int step) {
    return syngan_add(x, syngan_affine(x->graph->nodes[0], 1, step));
}

static void values_that_double_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    assert_ok(context, use(context, twice_as_many, 16));
    assert_fails(context, use(context, twice_as_many, 28), SYNGAN_E_FORMAT,
                 "for each example");
    assert_ok(context, use(context, four_times_as_many, 9));
    assert_fails(context, use(context, four_times_as_many, 14), SYNGAN_E_FORMAT,
                 "for each example");
    assert_ok(context, use(context, twice_as_much, 200));
    syngan_context_free(context);
}

static void many_nodes_take_time_in_proportion(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    const more_fn kinds[] = {parameter, layer, sibling};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        clock_t start = clock();
        assert_ok(context, use(context, kinds[i], 6000));
        /* Quadratic steps took 10 to 30 s here, linear ones 1 s; sanitizers
         * multiply both. */
        assert_true((double)(clock() - start) / CLOCKS_PER_SEC <
                    (SANITIZED ? 80 : 8));
    }
    syngan_context_free(context);
}

static void too_many_nodes_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    assert_fails(context, use(context, twice_as_much, 20000), SYNGAN_E_FORMAT,
                 "more than 32768");
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_that_double_are_refused),
        cmocka_unit_test(many_nodes_take_time_in_proportion),
        cmocka_unit_test(too_many_nodes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

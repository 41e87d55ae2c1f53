/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The standard pair against TensorFlow: what is behind each layer, losses,
 * gradients, batch statistics and gradient penalties.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <syngan/losses.h>

#include "op/ops.h"
#include "support/fixture.h"
#include "support/pair.h"

#define BATCH 8
/* Single precision against double, after seven layers and back. */
#define CLOSE 1e-4

typedef struct state {
    syngan_context *context;
    sg_json *json;
    sg_json_value root;
    syngan_model *generator, *discriminator;
} state;

static int set_up(void **out) {
    static state s;
    fixture_ok(NULL,
               syngan_context_create(SYNGAN_CONTEXT(.threads = 1), &s.context));
    s.json = fixture_open(s.context);
    s.root = sg_json_root(s.json);
    fixture_ok(s.context,
               pair_generator(s.context, PAIR_GENERATOR_LAYERS, &s.generator));
    fixture_ok(s.context,
               pair_discriminator(s.context, PAIR_DISCRIMINATOR_LAYERS,
                                  &s.discriminator));
    *out = &s;
    return 0;
}

static int tear_down(void **in) {
    state *s = *in;
    syngan_model_free(s->generator);
    syngan_model_free(s->discriminator);
    sg_json_free(s->json);
    syngan_context_free(s->context);
    return 0;
}

static void reset(state *s) {
    fixture_set_parameters(s->root, "generator", s->generator);
    fixture_set_parameters(s->root, "discriminator", s->discriminator);
}

/* A part of "passes". */
static sg_json_value pass(const state *s, const char *name) {
    return sg_json_member(sg_json_member(s->root, "passes"), name);
}

/* ---- programs with outputs to compare ------------------------------------ */

#define MAX_OUTPUTS 32

/* Outputs, each with the summary that it should agree with. */
typedef struct check {
    syngan_graph *graph;
    syngan_node *outputs[MAX_OUTPUTS];
    sg_json_value summaries[MAX_OUTPUTS];
    size_t count;
} check;

static void expect(check *c, syngan_node *node, sg_json_value summary) {
    assert_true(c->count < MAX_OUTPUTS);
    c->outputs[c->count] = node;
    c->summaries[c->count] = summary;
    c->count++;
}

/* The gradients of `y` for all that `summaries` names. */
static void expect_gradients(check *c, syngan_node *y, syngan_model *model,
                             sg_json_value summaries) {
    syngan_node *wrt[MAX_OUTPUTS], *gradients[MAX_OUTPUTS];
    size_t count = 0;
    sg_json_value member = {0};
    while (sg_json_next(summaries, &member))
        wrt[count++] = fixture_parameter_node(c->graph, model, member.key);
    assert_true(count > 0);
    fixture_ok(c->graph->context, syngan_gradient(y, wrt, count, gradients));
    memset(&member, 0, sizeof member);
    for (size_t i = 0; i < count; i++) {
        assert_true(sg_json_next(summaries, &member));
        expect(c, gradients[i], member);
    }
}

/* Fills an input of the program from its entry in the file's "inputs". */
static void give(const state *s, syngan_program *program, const char *input,
                 double scale) {
    syngan_tensor *tensor = NULL;
    fixture_ok(s->context, syngan_program_input(program, input, &tensor));
    sg_json_value inputs = sg_json_member(s->root, "inputs");
    fixture_fill(tensor, (uint64_t)fixture_i32(inputs, input), scale, 0);
    syngan_tensor_free(tensor);
}

/* Compiles, runs and compares; frees the graph. Inputs are named as in the
 * file. */
static void run_check(const state *s, check *c, const char *input, double scale,
                      syngan_node *update) {
    syngan_program *program = NULL;
    fixture_ok(s->context,
               syngan_program_create(c->outputs, c->count, &update,
                                     update != NULL, NULL, &program));
    give(s, program, input, scale);
    fixture_ok(s->context, syngan_program_run(program, 0));
    for (size_t i = 0; i < c->count; i++) {
        syngan_tensor *tensor = NULL;
        fixture_ok(s->context, syngan_program_output(program, i, &tensor));
        if (sg_json_present(sg_json_member(c->summaries[i], "samples"))) {
            fixture_compare(c->summaries[i], tensor, CLOSE);
        } else {
            double wanted = 0;
            assert_int_equal(sg_json_read_f64(c->summaries[i], &wanted),
                             SYNGAN_OK);
            double got = (double)*(float *)syngan_tensor_data(tensor);
            if (!(fabs(got - wanted) <= CLOSE * (1 + wanted)))
                fail_msg("%s is %.9g, not %.9g", c->summaries[i].key, got,
                         wanted);
        }
        syngan_tensor_free(tensor);
    }
    syngan_program_free(program);
    syngan_graph_free(c->graph);
}

static syngan_node *noise_input(syngan_graph *graph) {
    return syngan_input(graph, "noise", SYNGAN_TYPE_F32,
                        SYNGAN_SHAPE(BATCH, 100));
}

static syngan_node *image_input(syngan_graph *graph, const char *name) {
    return syngan_input(graph, name, SYNGAN_TYPE_F32,
                        SYNGAN_SHAPE(BATCH, 1, 28, 28));
}

/* ---- tests ------------------------------------------------------------------
 */

/* The values behind each of a network's layers, by networks cut there. */
static void check_values(state *s, bool is_generator, const char *input,
                         double scale, int32_t mode, sg_json_value values) {
    check c = {0};
    fixture_ok(s->context, syngan_graph_create(s->context, &c.graph));
    syngan_node *x =
        is_generator ? noise_input(c.graph) : image_input(c.graph, input);
    syngan_model *models[PAIR_GENERATOR_LAYERS];
    int32_t layers =
        is_generator ? PAIR_GENERATOR_LAYERS : PAIR_DISCRIMINATOR_LAYERS;
    sg_json_value member = {0};
    for (int32_t i = 0; i < layers; i++) {
        fixture_ok(s->context,
                   is_generator
                       ? pair_generator(s->context, i + 1, &models[i])
                       : pair_discriminator(s->context, i + 1, &models[i]));
        fixture_set_parameters(
            s->root, is_generator ? "generator" : "discriminator", models[i]);
        assert_true(sg_json_next(values, &member));
        expect(&c, syngan_model_apply(c.graph, models[i], &x, 1, mode), member);
    }
    assert_false(sg_json_next(values, &member));
    run_check(s, &c, input, scale, NULL);
    for (int32_t i = 0; i < layers; i++)
        syngan_model_free(models[i]);
}

static void test_generator_inference(void **in) {
    state *s = *in;
    check_values(s, true, "noise", 1.5, SYNGAN_MODE_INFERENCE,
                 sg_json_member(pass(s, "generator_inference"), "values"));
}

static void test_generator_training(void **in) {
    state *s = *in;
    check_values(s, true, "noise", 1.5, SYNGAN_MODE_TRAINING,
                 sg_json_member(pass(s, "generator_step"), "values"));
}

static void test_discriminator_values(void **in) {
    state *s = *in;
    check_values(s, false, "real", 1, SYNGAN_MODE_TRAINING,
                 sg_json_member(pass(s, "discriminator_real"), "values"));
}

static void test_generator_step(void **in) {
    state *s = *in;
    reset(s);
    sg_json_value wanted = pass(s, "generator_step");
    check c = {0};
    fixture_ok(s->context, syngan_graph_create(s->context, &c.graph));
    syngan_node *z = noise_input(c.graph);
    syngan_node *fake =
        syngan_model_apply(c.graph, s->generator, &z, 1, SYNGAN_MODE_TRAINING);
    syngan_node *logits = syngan_model_apply(c.graph, s->discriminator, &fake,
                                             1, SYNGAN_MODE_TRAINING);
    syngan_node *loss = syngan_binary_cross_entropy(logits, 1);
    expect(&c, loss, sg_json_member(wanted, "loss"));
    expect_gradients(&c, loss, s->generator,
                     sg_json_member(wanted, "gradients"));
    run_check(s, &c, "noise", 1.5, syngan_node_update_statistics(fake));

    sg_json_value after = sg_json_member(wanted, "running_after");
    for (sg_json_value member = {0}; sg_json_next(after, &member);) {
        syngan_tensor *tensor = NULL;
        fixture_ok(s->context,
                   syngan_model_parameter(s->generator, member.key, &tensor));
        fixture_compare(member, tensor, 1e-6);
        syngan_tensor_free(tensor);
    }
}

/* Each batch norm's statistics are one node: means, then variances. */
static void test_batch_statistics(void **in) {
    state *s = *in;
    reset(s);
    check c = {0};
    fixture_ok(s->context, syngan_graph_create(s->context, &c.graph));
    syngan_node *z = noise_input(c.graph);
    (void)syngan_model_apply(c.graph, s->generator, &z, 1,
                             SYNGAN_MODE_TRAINING);
    const char *const parts[] = {"batch_mean", "batch_variance"};
    for (int32_t part = 0; part < 2; part++) {
        sg_json_value wanted =
            sg_json_member(pass(s, "generator_step"), parts[part]);
        sg_json_value member = {0};
        size_t nodes = c.graph->count;
        for (size_t i = 0; i < nodes; i++) {
            syngan_node *node = c.graph->nodes[i];
            if (node->op != &sg_op_batch_norm_statistics) continue;
            assert_true(sg_json_next(wanted, &member));
            expect(&c,
                   syngan_reshape(syngan_slice(node, 0, part, 1),
                                  SYNGAN_SHAPE(-1)),
                   member);
        }
        assert_false(sg_json_next(wanted, &member));
    }
    run_check(s, &c, "noise", 1.5, NULL);
}

static void check_discriminator(state *s, const char *name, double target) {
    reset(s);
    bool real = target == 1;
    sg_json_value wanted = pass(s, name);
    check c = {0};
    fixture_ok(s->context, syngan_graph_create(s->context, &c.graph));
    syngan_node *x = real ? image_input(c.graph, "real") : noise_input(c.graph);
    if (!real)
        x = syngan_model_apply(c.graph, s->generator, &x, 1,
                               SYNGAN_MODE_TRAINING);
    syngan_node *logits = syngan_model_apply(c.graph, s->discriminator, &x, 1,
                                             SYNGAN_MODE_TRAINING);
    syngan_node *loss = syngan_binary_cross_entropy(logits, target);
    expect(&c, loss, sg_json_member(wanted, "loss"));
    expect_gradients(&c, loss, s->discriminator,
                     sg_json_member(wanted, "gradients"));
    run_check(s, &c, real ? "real" : "noise", real ? 1 : 1.5, NULL);
}

static void test_discriminator_real(void **in) {
    check_discriminator(*in, "discriminator_real", 1);
}

static void test_discriminator_fake(void **in) {
    check_discriminator(*in, "discriminator_fake", 0);
}

static void test_penalties(void **in) {
    state *s = *in;
    reset(s);
    const char *const names[] = {"penalty_wgan_gp", "penalty_r1"};
    for (size_t i = 0; i < 2; i++) {
        sg_json_value wanted = pass(s, names[i]);
        check c = {0};
        fixture_ok(s->context, syngan_graph_create(s->context, &c.graph));
        syngan_node *x = image_input(c.graph, "between"), *slope = NULL;
        syngan_node *score = syngan_model_apply(c.graph, s->discriminator, &x,
                                                1, SYNGAN_MODE_TRAINING);
        syngan_node *penalty =
            syngan_gradient_penalty(score, x, fixture_f64(wanted, "target"));
        fixture_ok(s->context, syngan_gradient(score, &x, 1, &slope));
        expect(&c, penalty, sg_json_member(wanted, "value"));
        expect(&c, slope, sg_json_member(wanted, "slope"));
        expect_gradients(&c, penalty, s->discriminator,
                         sg_json_member(wanted, "gradients"));
        run_check(s, &c, "between", 1, NULL);
    }
}

static void test_size(void **in) {
    state *s = *in;
    assert_int_equal(syngan_model_trainable_elements(s->generator), 1926529);
    assert_int_equal(syngan_model_trainable_elements(s->discriminator), 138561);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_generator_inference),
        cmocka_unit_test(test_generator_training),
        cmocka_unit_test(test_discriminator_values),
        cmocka_unit_test(test_generator_step),
        cmocka_unit_test(test_batch_statistics),
        cmocka_unit_test(test_discriminator_real),
        cmocka_unit_test(test_discriminator_fake),
        cmocka_unit_test(test_penalties),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ten training steps of the standard pair against TensorFlow, in three recipes,
 * written on programs: losses, and where the parameters end.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <syngan/losses.h>

#include "support/fixture.h"
#include "support/pair.h"

#define BATCH 8
#define STEPS 10
/* The file tells how far single precision strays on one machine; rounding and
 * the signs of tiny gradients, which Adam magnifies, differ on another. */
#define SLACK 8

/* A network in training: its program changes `model` by `optimizer`. */
typedef struct player {
    syngan_model *model;
    syngan_optimizer *optimizer;
} player;

typedef struct run {
    syngan_context *context;
    sg_json_value root, recipe;
    player generator, discriminator;
    /* Fakes for the discriminator; its steps, one or two; the generator's. */
    syngan_program *fakes, *real_step, *fake_step, *joint_step, *generator_step;
} run;

static int set_up(void **out) {
    fixture_ok(NULL, syngan_context_create(SYNGAN_CONTEXT(.threads = 1),
                                           (syngan_context **)out));
    return 0;
}

static int tear_down(void **in) {
    syngan_context_free(*in);
    return 0;
}

/* ---- programs ------------------------------------------------------------ */

static bool is_text(const run *r, const char *key, const char *text) {
    return strcmp(fixture_string(r->recipe, key), text) == 0;
}

static void make_player(run *r, player *p, const char *name,
                        syngan_status (*build)(syngan_context *, int32_t,
                                               syngan_model **),
                        int32_t layers) {
    fixture_ok(r->context, build(r->context, layers, &p->model));
    fixture_set_parameters(r->root, name, p->model);
    fixture_ok(
        r->context,
        syngan_optimizer_create(
            p->model,
            SYNGAN_OPTIMIZER(.learning_rate =
                                 (float)fixture_f64(r->recipe, "rate"),
                             .beta1 = (float)fixture_f64(r->recipe, "beta1")),
            &p->optimizer));
}

static syngan_program *compile(run *r, syngan_graph *graph,
                               syngan_node *const *outputs, size_t n_outputs,
                               syngan_node *const *updates, size_t n_updates) {
    syngan_program *program = NULL;
    fixture_ok(r->context, syngan_program_create(outputs, n_outputs, updates,
                                                 n_updates, NULL, &program));
    syngan_graph_free(graph);
    return program;
}

static syngan_graph *graph_make(run *r) {
    syngan_graph *graph = NULL;
    fixture_ok(r->context, syngan_graph_create(r->context, &graph));
    return graph;
}

static syngan_node *fake_node(run *r, syngan_graph *graph, int32_t mode) {
    syngan_node *z =
        syngan_input(graph, "noise", SYNGAN_TYPE_F32, SYNGAN_SHAPE(BATCH, 100));
    return syngan_model_apply(graph, r->generator.model, &z, 1, mode);
}

/* The discriminator's loss on an input named `name`. */
static syngan_node *image_loss(run *r, syngan_graph *graph, const char *name,
                               double target) {
    syngan_node *x = syngan_input(graph, name, SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(BATCH, 1, 28, 28));
    return syngan_binary_cross_entropy(
        syngan_model_apply(graph, r->discriminator.model, &x, 1,
                           SYNGAN_MODE_TRAINING),
        target);
}

static syngan_program *separate_step(run *r, const char *name, double target) {
    syngan_graph *graph = graph_make(r);
    syngan_node *loss = image_loss(r, graph, name, target);
    syngan_node *update =
        syngan_optimizer_minimize(r->discriminator.optimizer, loss);
    return compile(r, graph, &loss, 1, &update, 1);
}

static syngan_program *joint_step(run *r) {
    syngan_graph *graph = graph_make(r);
    syngan_node *losses[] = {image_loss(r, graph, "real", 1),
                             image_loss(r, graph, "fake", 0)};
    syngan_node *mean = syngan_affine(syngan_add(losses[0], losses[1]), 0.5, 0);
    syngan_node *update =
        syngan_optimizer_minimize(r->discriminator.optimizer, mean);
    return compile(r, graph, losses, 2, &update, 1);
}

static syngan_program *generator_step(run *r) {
    syngan_graph *graph = graph_make(r);
    syngan_node *fake = fake_node(r, graph, SYNGAN_MODE_TRAINING);
    syngan_node *loss = syngan_binary_cross_entropy(
        syngan_model_apply(graph, r->discriminator.model, &fake, 1,
                           SYNGAN_MODE_TRAINING),
        1);
    syngan_node *updates[] = {
        syngan_optimizer_minimize(r->generator.optimizer, loss),
        syngan_node_update_statistics(fake)};
    return compile(r, graph, &loss, 1, updates, 2);
}

static void run_make(run *r) {
    make_player(r, &r->generator, "generator", pair_generator,
                PAIR_GENERATOR_LAYERS);
    make_player(r, &r->discriminator, "discriminator", pair_discriminator,
                PAIR_DISCRIMINATOR_LAYERS);
    syngan_graph *graph = graph_make(r);
    syngan_node *fake =
        fake_node(r, graph,
                  is_text(r, "fakes", "training") ? SYNGAN_MODE_TRAINING
                                                  : SYNGAN_MODE_INFERENCE);
    r->fakes = compile(r, graph, &fake, 1, NULL, 0);
    if (is_text(r, "update", "joint")) {
        r->joint_step = joint_step(r);
    } else {
        r->real_step = separate_step(r, "real", 1);
        r->fake_step = separate_step(r, "fake", 0);
    }
    r->generator_step = generator_step(r);
}

static void run_free(run *r) {
    syngan_program *programs[] = {r->fakes, r->real_step, r->fake_step,
                                  r->joint_step, r->generator_step};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        syngan_program_free(programs[i]);
    syngan_optimizer_free(r->generator.optimizer);
    syngan_optimizer_free(r->discriminator.optimizer);
    syngan_model_free(r->generator.model);
    syngan_model_free(r->discriminator.model);
}

/* ---- steps --------------------------------------------------------------- */

/* Fills an input with tensor `key` of the file's inputs, plus `offset`. */
static void give(run *r, syngan_program *program, const char *input,
                 const char *key, int32_t offset, double scale) {
    syngan_tensor *tensor = NULL;
    fixture_ok(r->context, syngan_program_input(program, input, &tensor));
    int32_t k = fixture_i32(sg_json_member(r->root, "inputs"), key) + offset;
    fixture_fill(tensor, (uint64_t)k, scale, 0);
    syngan_tensor_free(tensor);
}

static double result(run *r, syngan_program *program, size_t index) {
    syngan_tensor *tensor = NULL;
    fixture_ok(r->context, syngan_program_output(program, index, &tensor));
    double value = (double)*(float *)syngan_tensor_data(tensor);
    syngan_tensor_free(tensor);
    return value;
}

static void run_program(run *r, syngan_program *program, int32_t step) {
    fixture_ok(r->context, syngan_program_run(program, (uint64_t)step));
}

/* Makes fakes and hands them to `target`. */
static void give_fakes(run *r, syngan_program *target, int32_t step) {
    give(r, r->fakes, "noise", "step_noise", 3 * step, 1.5);
    run_program(r, r->fakes, step);
    syngan_tensor *from = NULL, *to = NULL;
    fixture_ok(r->context, syngan_program_output(r->fakes, 0, &from));
    fixture_ok(r->context, syngan_program_input(target, "fake", &to));
    fixture_ok(r->context, syngan_tensor_copy(to, from));
    syngan_tensor_free(from);
    syngan_tensor_free(to);
}

static void check_loss(run *r, const char *name, int32_t step, double loss) {
    double wanted = 0;
    sg_json_value losses =
        sg_json_member(sg_json_member(r->recipe, "losses"), name);
    assert_int_equal(
        sg_json_read_f64(sg_json_item(losses, (size_t)step), &wanted),
        SYNGAN_OK);
    double deviation =
        fixture_f64(sg_json_member(r->recipe, "loss_deviation"), name);
    if (!(fabs(loss - wanted) <= SLACK * deviation))
        fail_msg("step %d: loss %s is %.6f, not %.6f +- %.6f", step, name, loss,
                 wanted, deviation);
}

static void one_step(run *r, int32_t step) {
    syngan_program *real = r->joint_step ? r->joint_step : r->real_step;
    syngan_program *fake = r->joint_step ? r->joint_step : r->fake_step;
    give_fakes(r, fake, step);
    give(r, real, "real", "step_real", 3 * step, 1);
    run_program(r, real, step);
    if (fake != real) run_program(r, fake, step);
    check_loss(r, "d_real", step, result(r, real, 0));
    check_loss(r, "d_fake", step, result(r, fake, fake == real ? 1 : 0));
    give(r, r->generator_step, "noise", "step_noise", 3 * step + 1, 1.5);
    run_program(r, r->generator_step, step);
    check_loss(r, "g", step, result(r, r->generator_step, 0));
}

/* Samples of one parameter at the end, against the recorded deviation. */
static void check_parameter(sg_json_value summary,
                            const syngan_tensor *tensor) {
    sg_json_value deviation = sg_json_member(summary, "deviation");
    double rms = fixture_f64(deviation, "rms") + 1e-7;
    double greatest = fixture_f64(deviation, "greatest") + 1e-6;
    sg_json_value samples = sg_json_member(summary, "samples");
    size_t n = 0, count = syngan_tensor_count(tensor);
    assert_int_equal(sg_json_read_array(samples, &n), SYNGAN_OK);
    assert_true(n > 0);
    const float *data = syngan_tensor_data(tensor);
    double squares = 0;
    for (size_t j = 0; j < n; j++) {
        double wanted = 0;
        assert_int_equal(sg_json_read_f64(sg_json_item(samples, j), &wanted),
                         SYNGAN_OK);
        size_t i = n == count ? j : j * count / n;
        double difference = fabs((double)data[i] - wanted);
        if (!(difference <= SLACK * greatest))
            fail_msg("%s: element %zu is %.9g, not %.9g +- %.2g", summary.key,
                     i, (double)data[i], wanted, greatest);
        squares += difference * difference;
    }
    if (!(sqrt(squares / (double)n) <= SLACK * rms))
        fail_msg("%s: samples are %.2g off (root mean square), not %.2g",
                 summary.key, sqrt(squares / (double)n), rms);
}

static void check_player(run *r, const char *name, const player *p) {
    sg_json_value wanted = sg_json_member(r->recipe, name);
    size_t count = 0;
    for (sg_json_value member = {0}; sg_json_next(wanted, &member); count++) {
        syngan_tensor *tensor = NULL;
        fixture_ok(r->context,
                   syngan_model_parameter(p->model, member.key, &tensor));
        check_parameter(member, tensor);
        syngan_tensor_free(tensor);
    }
    assert_int_equal(count, syngan_model_parameter_count(p->model));
}

/* ---- tests --------------------------------------------------------------- */

static void check_recipe(syngan_context *context, const char *recipe) {
    sg_json *json = fixture_open(context);
    run r = {.context = context, .root = sg_json_root(json)};
    r.recipe = sg_json_member(sg_json_member(r.root, "training"), recipe);
    run_make(&r);
    for (int32_t step = 0; step < STEPS; step++)
        one_step(&r, step);
    int32_t d_steps = r.joint_step ? STEPS : 2 * STEPS;
    assert_int_equal(syngan_optimizer_updates(r.generator.optimizer), STEPS);
    assert_int_equal(syngan_optimizer_updates(r.discriminator.optimizer),
                     d_steps);
    check_player(&r, "generator", &r.generator);
    check_player(&r, "discriminator", &r.discriminator);
    run_free(&r);
    sg_json_free(json);
}

static void test_published(void **in) {
    check_recipe(*in, "published");
}
static void test_separate(void **in) {
    check_recipe(*in, "separate");
}
static void test_joint(void **in) {
    check_recipe(*in, "joint");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_separate),
        cmocka_unit_test(test_joint),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

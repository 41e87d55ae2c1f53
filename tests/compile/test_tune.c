/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels chosen by timing: which one is taken, what is timed, what never is,
 * choices of an earlier run, and that results stay right.
 */
#include <syngan.h>

#include "backend/backend.h"
#include "base/thread.h"
#include "compile/program.h"
#include "op/ops.h"
#include "support/check.h"
#include "support/fault.h"
#include "support/test.h"

/* ---- an operator of kernels whose times are known -------------------------
 */

static int runs[3];         /* of quick, slow, whole */
static int strange_numbers; /* runs on anything that may have short cuts */
#define SLOW_SECONDS 1e-3

/* The operator's inputs and the bias, where they are read at all. */
static void look_at(const float *numbers, size_t count) {
    for (size_t i = 0; i < count; i++)
        strange_numbers += !(numbers[i] > 1e-4f && numbers[i] < 1.0f);
}

static syngan_status run_for(const sg_site *site, const sg_call *call,
                             int which, double seconds) {
    double end = sg_seconds() + seconds;
    runs[which]++;
    if (site->input[0].type == SYNGAN_TYPE_F32)
        look_at(call->input[0], 3);
    else /* numbers of places must be inside of anything */
        strange_numbers += *(const int32_t *)call->input[0] != 0;
    if (call->bias != NULL) look_at(call->bias, 2);
    while (sg_seconds() < end)
        continue;
    return SYNGAN_OK;
}

static syngan_status run_quick(const sg_site *site, const sg_call *call) {
    return run_for(site, call, 0, 0.0);
}
static syngan_status run_slow(const sg_site *site, const sg_call *call) {
    return run_for(site, call, 1, SLOW_SECONDS);
}
static syngan_status run_whole(const sg_site *site, const sg_call *call) {
    return run_for(site, call, 2, SLOW_SECONDS / 20);
}
static syngan_status plan_broken(sg_site *site) {
    return sg_fail(site->context, SYNGAN_E_BACKEND, "broken");
}

static const sg_kernel quick = {.name = "quick", .run = run_quick};
static const sg_kernel slow = {
    .name = "slow", .absorbs = SG_ABSORB_UNARY, .run = run_slow};
static const sg_kernel whole = {.name = "whole",
                                .absorbs = SG_ABSORB_BIAS | SG_ABSORB_UNARY,
                                .run = run_whole};
static const sg_kernel broken = {
    .name = "broken", .plan = plan_broken, .run = run_quick};

static syngan_status same_infer(sg_infer *infer) {
    infer->dims = infer->inputs[0]->dims;
    return SYNGAN_OK;
}

/* An operator with these kernels, on an input of this shape. */
typedef struct fixture {
    syngan_context *context;
    syngan_graph *graph;
    const sg_kernel *kernels[4];
    sg_op op;
    syngan_node *node;
} fixture;

static void begin(fixture *f, const int64_t *dims, size_t rank,
                  const sg_kernel *first, const sg_kernel *second) {
    *f = (fixture){.context = test_context(1), .kernels = {first, second}};
    f->op = (sg_op){.name = "fake",
                    .n_inputs = 1,
                    .infer = same_infer,
                    .kernels = f->kernels};
    memset(runs, 0, sizeof runs);
    strange_numbers = 0;
    assert_ok(f->context, syngan_graph_create(f->context, &f->graph));
    syngan_node *x = syngan_input(f->graph, "x", SYNGAN_TYPE_F32, dims, rank);
    f->node = sg_node1(&f->op, x, NULL);
}

static void end(fixture *f) {
    assert_int_equal(strange_numbers, 0);
    syngan_graph_free(f->graph);
    syngan_context_free(f->context);
}

/* The name of the kernel that computes the fake operator in a tuned program. */
static const char *chosen(const fixture *f, syngan_node *output) {
    syngan_program *program;
    const char *name = NULL;
    assert_ok(f->context,
              syngan_program_create(&output, 1, NULL, 0,
                                    SYNGAN_PROGRAM(.tune = 1), &program));
    for (size_t i = 0; i < program->n_groups; i++)
        if (program->groups[i].anchor == f->node)
            name = program->groups[i].kernel->name;
    syngan_program_free(program);
    assert_non_null(name);
    return name;
}

/* ---- choosing -------------------------------------------------------------
 */

static void the_fastest_is_taken(void **state) {
    (void)state;
    fixture f;
    begin(&f, SYNGAN_SHAPE(3), &slow, &quick);
    assert_string_equal(chosen(&f, f.node), "quick");
    assert_true(runs[0] > 3 && runs[1] > 3);
    end(&f);
    begin(&f, SYNGAN_SHAPE(3), &quick, &slow);
    assert_string_equal(chosen(&f, f.node), "quick");
    end(&f);
}

static void integers_are_zeros(void **state) {
    (void)state;
    fixture f;
    begin(&f, SYNGAN_SHAPE(3), &slow, &quick);
    syngan_node *x =
        syngan_input(f.graph, "i", SYNGAN_TYPE_I32, SYNGAN_SHAPE(3));
    f.node = sg_node1(&f.op, x, NULL);
    assert_string_equal(chosen(&f, f.node), "quick");
    end(&f);
}

static void one_kernel_is_not_timed(void **state) {
    (void)state;
    fixture f;
    begin(&f, SYNGAN_SHAPE(3), &slow, NULL);
    assert_string_equal(chosen(&f, f.node), "slow");
    assert_int_equal(runs[1], 0);
    end(&f);
}

static void nothing_is_timed_unasked(void **state) {
    (void)state;
    fixture f;
    syngan_program *program;
    uint64_t bytes;
    begin(&f, SYNGAN_SHAPE(3), &slow, &quick);
    assert_ok(f.context,
              syngan_program_create(&f.node, 1, NULL, 0, NULL, &program));
    syngan_program_free(program);
    assert_ok(f.context,
              sg_program_estimate(&f.node, 1, NULL, 0,
                                  SYNGAN_PROGRAM(.tune = 1), &bytes));
    assert_int_equal(runs[0] + runs[1], 0);
    end(&f);
}

/* Of a small result a pass costs less than the slow kernel's time, of a large
 * one more than the other's. */
static void what_is_left_to_others_counts(void **state) {
    (void)state;
    fixture f;
    begin(&f, SYNGAN_SHAPE(3), &slow, &quick);
    assert_string_equal(chosen(&f, syngan_relu(f.node)), "quick");
    end(&f);
    begin(&f, SYNGAN_SHAPE(2, 2, 512, 1024), &quick, &whole);
    syngan_node *bias =
        syngan_input(f.graph, "b", SYNGAN_TYPE_F32, SYNGAN_SHAPE(2));
    assert_string_equal(
        chosen(&f, syngan_relu(sg_node2(&sg_op_bias_add, f.node, bias, NULL))),
        "whole");
    end(&f);
}

static void broken_kernels_are_out(void **state) {
    (void)state;
    fixture f;
    syngan_program *program;
    begin(&f, SYNGAN_SHAPE(3), &broken, &slow);
    assert_string_equal(chosen(&f, f.node), "slow");
    end(&f);
    begin(&f, SYNGAN_SHAPE(3), &broken, &broken);
    assert_fails(f.context,
                 syngan_program_create(&f.node, 1, NULL, 0,
                                       SYNGAN_PROGRAM(.tune = 1), &program),
                 SYNGAN_E_BACKEND, "broken");
    end(&f);
}

static void updates_are_not_timed(void **state) {
    (void)state;
    fixture f;
    syngan_program *program;
    begin(&f, SYNGAN_SHAPE(3), &slow, &quick);
    f.op.flags = SG_OP_UPDATE;
    f.op.n_changed = 1;
    syngan_node *p = syngan_parameter(f.graph, "p", SYNGAN_SHAPE(3), NULL);
    assert_ok(f.context, sg_variable_allocate(p->variable));
    syngan_node *update = sg_node1(&f.op, p, NULL);
    assert_ok(f.context,
              syngan_program_create(NULL, 0, &update, 1,
                                    SYNGAN_PROGRAM(.tune = 1), &program));
    assert_string_equal(program->steps[0].kernel->name, "slow");
    assert_int_equal(runs[0] + runs[1], 0);
    syngan_program_free(program);
    end(&f);
}

static void a_cancel_ends_it(void **state) {
    (void)state;
    fixture f;
    syngan_program *program = NULL;
    begin(&f, SYNGAN_SHAPE(3), &slow, &quick);
    syngan_context_cancel(f.context);
    assert_fails(f.context,
                 syngan_program_create(&f.node, 1, NULL, 0,
                                       SYNGAN_PROGRAM(.tune = 1), &program),
                 SYNGAN_E_CANCELLED, "cancelled");
    assert_int_equal(runs[0] + runs[1], 0);
    syngan_context_cancel_reset(f.context);
    assert_ok(f.context,
              syngan_program_create(&f.node, 1, NULL, 0,
                                    SYNGAN_PROGRAM(.tune = 1), &program));
    syngan_program_free(program);
    end(&f);
}

/* ---- reports --------------------------------------------------------------
 */

static void assert_reported(const syngan_program *program, const char *mark,
                            bool there) {
    char text[4096];
    assert_true(syngan_program_report(program, text, sizeof text) <
                sizeof text);
    assert_int_equal(strstr(text, mark) != NULL, there);
}

static void reports_tell_of_it(void **state) {
    (void)state;
    fixture f;
    syngan_program *program;
    begin(&f, SYNGAN_SHAPE(3), &slow, &quick);
    assert_ok(f.context,
              syngan_program_create(&f.node, 1, NULL, 0,
                                    SYNGAN_PROGRAM(.tune = 1), &program));
    assert_reported(program, " +timed (slow 1", true);
    assert_reported(program, "; quick ", true);
    syngan_program_free(program);
    assert_ok(f.context,
              syngan_program_create(&f.node, 1, NULL, 0, NULL, &program));
    assert_reported(program, "timed", false);
    syngan_program_free(program);
    end(&f);
}

/* ---- choices of an earlier run ---------------------------------------------
 */

static void count_warnings(int32_t level, const char *text, void *user) {
    if (level == SYNGAN_LOG_WARNING && strstr(text, "choices") != NULL)
        ++*(int *)user;
}

/* Compiles with a stored choice for the fake operator (NULL: none): which
 * kernel it gets, and how many warnings come. */
static int with_stored(fixture *f, int32_t node, const char *kernel,
                       const char *expected) {
    int warnings = 0;
    sg_choice choice = {.node = node, .kernel = kernel}, now;
    sg_choices stored = {.choice = &choice, .count = kernel != NULL};
    syngan_program *program;
    f->context->log = count_warnings;
    f->context->log_user = &warnings;
    assert_ok(f->context,
              sg_program_create(&f->node, 1, NULL, 0, SYNGAN_PROGRAM(.tune = 1),
                                &stored, &program));
    assert_string_equal(program->steps[0].kernel->name, expected);
    assert_int_equal(runs[0] + runs[1], 0);
    assert_reported(program, " +timed before", warnings == 0);
    size_t at = 0;
    assert_true(sg_program_choice(program, &at, &now));
    assert_int_equal(now.node, f->node->id);
    assert_string_equal(now.kernel, expected);
    assert_false(sg_program_choice(program, &at, &now));
    syngan_program_free(program);
    return warnings;
}

static void stored_choices_are_taken(void **state) {
    (void)state;
    fixture f;
    begin(&f, SYNGAN_SHAPE(3), &slow, &quick);
    int32_t id = f.node->id;
    assert_int_equal(with_stored(&f, id, "slow", "slow"), 0);
    assert_int_equal(with_stored(&f, id, "quick", "quick"), 0);
    assert_int_equal(with_stored(&f, id, "abacus", "slow"), 1);
    assert_int_equal(with_stored(&f, id + 1, "quick", "slow"), 1);
    assert_int_equal(with_stored(&f, id, NULL, "slow"), 1);
    /* Also where only one kernel is left to choose from. */
    f.kernels[1] = NULL;
    assert_int_equal(with_stored(&f, id, "slow", "slow"), 0);
    end(&f);
}

/* ---- real kernels ----------------------------------------------------------
 */

static syngan_node *stride_2(syngan_node *x, int32_t filters) {
    return syngan_conv2d(
        x, SYNGAN_CONV2D(.filters = filters, .kernel = 4, .stride = 2,
                         .activation = SYNGAN_ACTIVATION_LEAKY_RELU));
}

/* Convolutions that several kernels can compute, and their gradients. */
static void results_stay_right(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    c.tune = 1;
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(16, 32, 14, 14));
    syngan_node *y = stride_2(x, 32);
    y = syngan_conv2d_transpose(
        y, SYNGAN_CONV2D_TRANSPOSE(.filters = 1, .kernel = 7, .stride = 1,
                                   .activation = SYNGAN_ACTIVATION_TANH));
    syngan_node *sources[CHECK_SOURCES_MAX], *nodes[CHECK_SOURCES_MAX];
    size_t count = check_sources(&c, -0.1, 0.1, sources);
    syngan_node *sum = syngan_sum(y, NULL, 0, 0);
    assert_ok(c.context, syngan_gradient(sum, sources, count, nodes));
    nodes[count] = y;
    check_values(&c, nodes, count + 1, CHECK_GRADIENT);
    check_end(&c);
}

static void bf16_results_stay_right(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    if (!sg_backend_has_bf16(context)) {
        syngan_context_free(context);
        print_message("no AVX512_BF16 here\n");
        skip();
    }
    syngan_graph *graph;
    syngan_program *program;
    syngan_tensor *result;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *a = syngan_fill(graph, 0.5, SYNGAN_SHAPE(1, 8));
    syngan_node *b = syngan_fill(graph, 0.25, SYNGAN_SHAPE(8, 5));
    syngan_node *y = syngan_matmul(a, b, 0, 0);
    assert_ok(context, syngan_program_create(
                           &y, 1, NULL, 0, SYNGAN_PROGRAM(.tune = 1, .bf16 = 1),
                           &program));
    assert_reported(program, " +timed (inner product ", true);
    assert_ok(context, syngan_program_run(program, 0));
    assert_ok(context, syngan_program_output(program, 0, &result));
    for (size_t i = 0; i < 5; i++)
        assert_true(((const float *)syngan_tensor_data(result))[i] == 1.0f);
    syngan_tensor_free(result);
    syngan_program_free(program);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

/* A site with a bias, a normalisation and a unary function. */
static syngan_status normalised(syngan_context *context, void *user) {
    (void)user;
    syngan_graph *graph = NULL;
    syngan_model *model = NULL;
    syngan_program *program = NULL;
    syngan_status status = syngan_graph_create(context, &graph);
    if (status != SYNGAN_OK) return status;
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 5));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 7));
    x = syngan_relu(syngan_batch_norm(x, NULL));
    status = syngan_model_create(x, "m", &model);
    if (status == SYNGAN_OK) {
        syngan_node *noise = syngan_random_normal(graph, SYNGAN_SHAPE(1, 5));
        syngan_node *y =
            syngan_model_apply(graph, model, &noise, 1, SYNGAN_MODE_INFERENCE);
        status = syngan_program_create(&y, 1, NULL, 0,
                                       SYNGAN_PROGRAM(.tune = 1), &program);
    }
    if (status == SYNGAN_OK) {
        assert_reported(program, "+norm +1 unary +timed", true);
        status = syngan_program_run(program, 0);
    }
    syngan_program_free(program);
    syngan_model_free(model);
    syngan_graph_free(graph);
    return status;
}

static void out_of_memory(void **state) {
    (void)state;
    assert_true(fault_sweep_memory(&(fault_sweep){.body = normalised}) > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fastest_is_taken),
        cmocka_unit_test(integers_are_zeros),
        cmocka_unit_test(one_kernel_is_not_timed),
        cmocka_unit_test(nothing_is_timed_unasked),
        cmocka_unit_test(what_is_left_to_others_counts),
        cmocka_unit_test(broken_kernels_are_out),
        cmocka_unit_test(updates_are_not_timed),
        cmocka_unit_test(a_cancel_ends_it),
        cmocka_unit_test(reports_tell_of_it),
        cmocka_unit_test(stored_choices_are_taken),
        cmocka_unit_test(results_stay_right),
        cmocka_unit_test(bf16_results_stay_right),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs: what is computed once, in which order, into which memory; buffers;
 * errors.
 */
#include <math.h>
#include <stdlib.h>
#include <syngan.h>

#include "backend/backend.h"
#include "compile/program.h"
#include "op/ops.h"
#include "support/fault.h"
#include "support/test.h"

typedef struct fixture {
    syngan_context *context;
    syngan_graph *graph;
} fixture;

static fixture begin(void) {
    fixture f = {.context = test_context(1)};
    assert_ok(f.context, syngan_graph_create(f.context, &f.graph));
    return f;
}

static void end(fixture *f) {
    syngan_graph_free(f->graph);
    syngan_context_free(f->context);
}

static syngan_program *compile(fixture *f, syngan_node *const *outputs,
                               size_t n_outputs, syngan_node *const *updates,
                               size_t n_updates) {
    syngan_program *program = NULL;
    assert_ok(f->context, syngan_program_create(outputs, n_outputs, updates,
                                                n_updates, NULL, &program));
    return program;
}

/* The first element of an output. */
static float output(fixture *f, syngan_program *program, size_t index) {
    syngan_tensor *tensor;
    assert_ok(f->context, syngan_program_output(program, index, &tensor));
    float value = *(const float *)syngan_tensor_data(tensor);
    syngan_tensor_free(tensor);
    return value;
}

static void set_input(fixture *f, syngan_program *program, const char *name,
                      float value) {
    syngan_tensor *tensor;
    assert_ok(f->context, syngan_program_input(program, name, &tensor));
    float *data = syngan_tensor_data(tensor);
    for (size_t i = 0; i < syngan_tensor_count(tensor); i++)
        data[i] = value;
    syngan_tensor_free(tensor);
}

/* A parameter of one number, with a value. */
static syngan_node *variable(fixture *f, const char *name, float value) {
    syngan_node *node = syngan_parameter(f->graph, name, SYNGAN_SHAPE(1), NULL);
    assert_ok(f->context, sg_variable_allocate(node->variable));
    *(float *)syngan_tensor_data(node->variable->tensor) = value;
    return node;
}

/* ---- what is computed -------------------------------------------------------
 */

static void equal_nodes_are_computed_once(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *x =
        syngan_input(f.graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(3));
    syngan_node *sum = syngan_add(syngan_exp(x), syngan_exp(x));
    syngan_log(x); /* nobody reads it */
    syngan_program *program = compile(&f, &sum, 1, NULL, 0);
    assert_int_equal(program->n_steps, 2);
    set_input(&f, program, "x", 0.0f);
    assert_ok(f.context, syngan_program_run(program, 0));
    assert_true(output(&f, program, 0) == 2.0f);
    syngan_program_free(program);
    end(&f);
}

static void random_nodes_stay_apart(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *difference =
        syngan_subtract(syngan_random_normal(f.graph, SYNGAN_SHAPE(1)),
                        syngan_random_normal(f.graph, SYNGAN_SHAPE(1)));
    syngan_program *program = compile(&f, &difference, 1, NULL, 0);
    assert_ok(f.context, syngan_program_run(program, 0));
    float first = output(&f, program, 0);
    assert_true(first != 0.0f);
    assert_ok(f.context, syngan_program_run(program, 1));
    assert_true(output(&f, program, 0) != first);
    assert_ok(f.context, syngan_program_run(program, 0));
    assert_true(output(&f, program, 0) == first);
    syngan_program_free(program);
    end(&f);
}

static void unary_chains_are_fused(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *x =
        syngan_input(f.graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(5));
    syngan_node *y = syngan_affine(x, 1.0, 1.0);
    for (int i = 0; i < 3; i++)
        y = syngan_affine(y, 2.0, 0.0);
    syngan_program *program = compile(&f, &y, 1, NULL, 0);
    assert_int_equal(program->n_steps, 1);
    set_input(&f, program, "x", 1.0f);
    assert_ok(f.context, syngan_program_run(program, 0));
    assert_true(output(&f, program, 0) == 16.0f);
    syngan_program_free(program);
    syngan_program *plain;
    assert_ok(f.context,
              syngan_program_create(&y, 1, NULL, 0, SYNGAN_PROGRAM(.fusion = 0),
                                    &plain));
    assert_int_equal(plain->n_steps, 4);
    syngan_program_free(plain);
    end(&f);
}

static syngan_node *slope_of(syngan_node *v, syngan_node *dy) {
    const sg_unary relu = {.kind = SG_UNARY_RELU};
    return sg_node2(&sg_op_unary_grad, v, dy, &relu);
}

/* A slope is a reader of its value: an update of that comes later. */
static void slopes_read_old_values(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *a =
        syngan_input(f.graph, "a", SYNGAN_TYPE_F32, SYNGAN_SHAPE(1, 1));
    syngan_node *p = variable(&f, "p", 4.0f);
    syngan_node *v = syngan_reshape(p, SYNGAN_SHAPE(1, 1));
    syngan_node *next = syngan_assign(p, syngan_affine(p, -1.0, 0.0));
    syngan_node *y = slope_of(v, syngan_matmul(a, a, 0, 0));
    syngan_program *program = compile(&f, &y, 1, &next, 1);
    assert_int_equal(program->n_steps, 3);
    set_input(&f, program, "a", 3.0f);
    assert_ok(f.context, syngan_program_run(program, 1));
    assert_true(output(&f, program, 0) == 9.0f);
    assert_ok(f.context, syngan_program_run(program, 0));
    assert_true(output(&f, program, 0) == 0.0f);
    syngan_program_free(program);
    end(&f);
}

/* Not where another reader wants what is in front, nor in place of dy. */
static void slopes_that_stay(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *a =
        syngan_input(f.graph, "a", SYNGAN_TYPE_F32, SYNGAN_SHAPE(1, 1));
    syngan_node *product = syngan_matmul(a, a, 0, 0);
    syngan_node *both = slope_of(product, product);
    syngan_node *value = slope_of(syngan_matmul(product, a, 0, 0), a);
    syngan_node *first = syngan_matmul(product, product, 0, 0);
    syngan_node *outputs[] = {both, value, first, slope_of(a, first)};
    syngan_program *program = compile(&f, outputs, 4, NULL, 0);
    assert_int_equal(program->n_steps, 6);
    set_input(&f, program, "a", -2.0f);
    assert_ok(f.context, syngan_program_run(program, 0));
    const float expected[] = {4, 0, 16, 0};
    for (size_t i = 0; i < 4; i++)
        assert_true(output(&f, program, i) == expected[i]);
    syngan_program_free(program);
    end(&f);
}

/* A long chain needs the memory of two values at most. */
static void memory_is_used_again(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *x =
        syngan_input(f.graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(1000));
    syngan_node *row =
        syngan_input(f.graph, "row", SYNGAN_TYPE_F32, SYNGAN_SHAPE(1000));
    syngan_node *y = x;
    for (int i = 0; i < 50; i++)
        y = syngan_add(syngan_exp(y), row);
    y = syngan_sum(y, NULL, 0, 0);
    syngan_program *program = compile(&f, &y, 1, NULL, 0);
    assert_true(program->arena_bytes <= 2 * 4032);
    syngan_program_free(program);
    end(&f);
}

/* ---- outputs ------------------------------------------------------------- */

static void any_node_can_be_an_output(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *x =
        syngan_input(f.graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 3));
    syngan_node *p = variable(&f, "p", 4.0f);
    syngan_node *view = syngan_flatten(x);
    syngan_node *twice = syngan_affine(x, 2.0, 0.0);
    syngan_node *next = syngan_assign(p, syngan_affine(p, 1.0, 1.0));
    syngan_node *outputs[] = {x, p, view, twice, twice, next};
    syngan_program *program = compile(&f, outputs, 6, &next, 1);
    set_input(&f, program, "x", 3.0f);
    assert_ok(f.context, syngan_program_run(program, 0));
    const float expected[] = {3, 4, 3, 6, 6, 5};
    for (size_t i = 0; i < 6; i++)
        assert_true(output(&f, program, i) == expected[i]);
    syngan_program_free(program);
    end(&f);
}

/* ---- updates ------------------------------------------------------------- */

/* Two variables that change places: both read the old values. */
static void updates_read_old_values(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *a = variable(&f, "a", 1.0f);
    syngan_node *b = variable(&f, "b", 2.0f);
    syngan_node *old = syngan_add(a, b);
    syngan_node *first = syngan_assign(a, syngan_affine(b, 1.0, 0.0));
    syngan_node *late = syngan_affine(a, 10.0, 0.0);
    syngan_node *second = syngan_assign(b, late);
    syngan_node *outputs[] = {old, first, second};
    syngan_node *group = syngan_group((syngan_node *[]){first, second}, 2);
    syngan_program *program = compile(&f, outputs, 3, &group, 1);
    assert_ok(f.context, syngan_program_run(program, 0));
    assert_true(output(&f, program, 0) == 3.0f);
    assert_true(output(&f, program, 1) == 2.0f);
    assert_true(output(&f, program, 2) == 10.0f);
    assert_ok(f.context, syngan_program_run(program, 1));
    assert_true(output(&f, program, 0) == 12.0f);
    syngan_program_free(program);
    end(&f);
}

static void updates_chain(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *a = variable(&f, "a", 1.0f);
    syngan_node *average = variable(&f, "average", 0.0f);
    syngan_node *step = syngan_assign(a, syngan_affine(a, 1.0, 3.0));
    syngan_node *update = syngan_moving_average(average, step, 0.75);
    syngan_program *program = compile(&f, &update, 1, &update, 1);
    assert_ok(f.context, syngan_program_run(program, 0));
    assert_true(output(&f, program, 0) == 1.0f);
    assert_ok(f.context, syngan_program_run(program, 1));
    assert_true(output(&f, program, 0) == 0.75f + 0.25f * 7.0f);
    syngan_program_free(program);
    end(&f);
}

static void conflicting_updates_are_refused(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *a = variable(&f, "a", 1.0f);
    syngan_node *updates[] = {syngan_assign(a, syngan_affine(a, 2.0, 0.0)),
                              syngan_assign(a, syngan_affine(a, 3.0, 0.0))};
    syngan_program *program;
    assert_fails(f.context,
                 syngan_program_create(NULL, 0, updates, 2, NULL, &program),
                 SYNGAN_E_ARGUMENT, "two updates");
    assert_null(program);
    end(&f);
}

/* ---- errors -------------------------------------------------------------- */

static void bad_requests(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *open = syngan_input(f.graph, "x", SYNGAN_TYPE_F32,
                                     SYNGAN_SHAPE(SYNGAN_BATCH, 3));
    syngan_node *result = syngan_relu(open);
    syngan_node *nothing = NULL;
    syngan_program *program;
    assert_fails(f.context,
                 syngan_program_create(&result, 1, NULL, 0, NULL, &program),
                 SYNGAN_E_SHAPE, "batch is not fixed");
    assert_fails(f.context,
                 syngan_program_create((syngan_node *[]){result, nothing}, 2,
                                       NULL, 0, NULL, &program),
                 SYNGAN_E_ARGUMENT, "NULL");
    assert_int_equal(syngan_program_create(NULL, 0, NULL, 0, NULL, &program),
                     SYNGAN_E_ARGUMENT);
    syngan_node *fixed = syngan_scalar(f.graph, 1.0);
    assert_fails(f.context,
                 syngan_program_create(NULL, 0, &fixed, 1, NULL, &program),
                 SYNGAN_E_ARGUMENT, "changes nothing");
    syngan_node *update = syngan_assign(
        variable(&f, "p", 1.0f), syngan_fill(f.graph, 2.0, SYNGAN_SHAPE(1)));
    syngan_node *group = syngan_group(&update, 1);
    assert_fails(f.context,
                 syngan_program_create(&group, 1, NULL, 0, NULL, &program),
                 SYNGAN_E_ARGUMENT, "no value of its own");
    program = compile(&f, &fixed, 1, NULL, 0);
    syngan_tensor *tensor;
    assert_fails(f.context, syngan_program_input(program, "x", &tensor),
                 SYNGAN_E_NOT_FOUND, "'x'");
    assert_fails(f.context, syngan_program_output(program, 1, &tensor),
                 SYNGAN_E_ARGUMENT, "1");
    assert_null(tensor);
    syngan_program_free(program);
    assert_int_equal(syngan_program_run(NULL, 0), SYNGAN_E_ARGUMENT);
    syngan_program_free(NULL);
    end(&f);
}

static void parameters_need_a_model(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *p = syngan_parameter(f.graph, "p", SYNGAN_SHAPE(2), NULL);
    syngan_program *program;
    assert_fails(f.context,
                 syngan_program_create(&p, 1, NULL, 0, NULL, &program),
                 SYNGAN_E_STATE, "'p'");
    end(&f);
}

static void reports(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *x = syngan_fill(f.graph, 2.0, SYNGAN_SHAPE(4));
    syngan_node *y = syngan_node_set_name(syngan_exp(x), "wanted");
    syngan_program *program;
    assert_ok(f.context,
              syngan_program_create(&y, 1, NULL, 0,
                                    SYNGAN_PROGRAM(.profile = 1), &program));
    assert_ok(f.context, syngan_program_run(program, 0));
    syngan_node_set_name(y, "renamed"); /* too late for the program */
    size_t size = syngan_program_report(program, NULL, 0);
    char *text = malloc(size + 1);
    assert_non_null(text);
    assert_int_equal(syngan_program_report(program, text, size + 1), size);
    assert_int_equal(strlen(text), size);
    assert_non_null(strstr(text, "wanted"));
    assert_non_null(strstr(text, "[4]"));
    char small[10];
    assert_int_equal(syngan_program_report(program, small, sizeof small), size);
    assert_int_equal(strlen(small), 9);
    free(text);
    syngan_program_free(program);
    end(&f);
}

/* ---- bf16 ---- */

static double rounded(float x) {
    return (double)sg_f32_from_bf16(sg_bf16_from_f32(x));
}

/* Operands are rounded to bf16, sums are not. */
static void products_in_bf16(void **state) {
    (void)state;
    fixture f = begin();
    if (!sg_backend_has_bf16(f.context)) {
        end(&f);
        print_message("no AVX512_BF16 here\n");
        skip();
    }
    enum { M = 3, K = 37, N = 5 };
    syngan_node *a =
        syngan_input(f.graph, "a", SYNGAN_TYPE_F32, SYNGAN_SHAPE(M, K));
    syngan_node *b =
        syngan_input(f.graph, "b", SYNGAN_TYPE_F32, SYNGAN_SHAPE(N, K));
    syngan_node *c = syngan_matmul(a, b, 0, 1);
    syngan_program *program;
    assert_ok(f.context,
              syngan_program_create(&c, 1, NULL, 0, SYNGAN_PROGRAM(.bf16 = 1),
                                    &program));
    syngan_tensor *left, *right, *result;
    assert_ok(f.context, syngan_program_input(program, "a", &left));
    assert_ok(f.context, syngan_program_input(program, "b", &right));
    assert_ok(f.context, syngan_program_output(program, 0, &result));
    assert_ok(f.context, syngan_tensor_fill_normal(left, 1, 1));
    assert_ok(f.context, syngan_tensor_fill_normal(right, 1, 2));
    assert_ok(f.context, syngan_program_run(program, 0));
    const float *x = syngan_tensor_data(left), *y = syngan_tensor_data(right);
    const float *z = syngan_tensor_data(result);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int k = 0; k < K; k++)
                sum += rounded(x[i * K + k]) * rounded(y[j * K + k]);
            assert_true(fabs(sum - (double)z[i * N + j]) < 1e-5);
        }
    syngan_tensor_free(left);
    syngan_tensor_free(right);
    syngan_tensor_free(result);
    syngan_program_free(program);
    end(&f);
}

static void bf16_needs_the_processor(void **state) {
    (void)state;
    fixture f = begin();
    f.context->isa = SYNGAN_ISA_AVX2; /* as if there were nothing better */
    syngan_node *x = syngan_scalar(f.graph, 1.0);
    syngan_program *program;
    assert_fails(f.context,
                 syngan_program_create(&x, 1, NULL, 0,
                                       SYNGAN_PROGRAM(.bf16 = 1), &program),
                 SYNGAN_E_UNSUPPORTED, "AVX512_BF16");
    end(&f);
}

/* ---- memory -------------------------------------------------------------- */

static syngan_status train(syngan_context *context, void *user) {
    uint64_t *calls = user;
    syngan_graph *graph = NULL;
    syngan_model *model = NULL;
    syngan_optimizer *optimizer = NULL;
    syngan_program *program = NULL;
    syngan_status status = syngan_graph_create(context, &graph);
    if (status != SYNGAN_OK) return status;
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 5));
    x = syngan_dense(
        x, SYNGAN_DENSE(.units = 7, .activation = SYNGAN_ACTIVATION_RELU));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 1));
    status = syngan_model_create(x, "m", &model);
    if (status == SYNGAN_OK)
        status = syngan_optimizer_create(
            model, SYNGAN_OPTIMIZER(.clip_norm = 1.0f), &optimizer);
    if (status == SYNGAN_OK) {
        syngan_node *noise = syngan_random_normal(graph, SYNGAN_SHAPE(3, 5));
        syngan_node *y =
            syngan_model_apply(graph, model, &noise, 1, SYNGAN_MODE_TRAINING);
        syngan_node *loss = syngan_binary_cross_entropy(y, 1.0);
        syngan_node *update = syngan_optimizer_minimize(optimizer, loss);
        status = syngan_program_create(&loss, 1, &update, 1, NULL, &program);
    }
    uint64_t before = atomic_load(&context->allocations);
    for (uint64_t i = 0; i < 3 && status == SYNGAN_OK; i++)
        status = syngan_program_run(program, i);
    if (calls != NULL) *calls = atomic_load(&context->allocations) - before;
    syngan_program_free(program);
    syngan_optimizer_free(optimizer);
    syngan_model_free(model);
    syngan_graph_free(graph);
    return status;
}

static void out_of_memory(void **state) {
    (void)state;
    assert_true(fault_sweep_memory(&(fault_sweep){.body = train}) > 100);
}

static void runs_allocate_nothing(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    uint64_t calls = 1;
    assert_ok(context, train(context, &calls));
    assert_int_equal(calls, 0);
    syngan_context_free(context);
}

/* Handles may be freed in any order. */
static void a_program_keeps_what_it_needs(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *p = variable(&f, "p", 2.0f);
    syngan_node *y = syngan_exp(syngan_affine(p, 0.0, 0.0));
    syngan_program *program = compile(&f, &y, 1, NULL, 0);
    syngan_tensor *tensor;
    assert_ok(f.context, syngan_program_output(program, 0, &tensor));
    end(&f);
    assert_int_equal(syngan_program_run(program, 0), SYNGAN_OK);
    syngan_program_free(program);
    assert_true(*(const float *)syngan_tensor_data(tensor) == 1.0f);
    syngan_tensor_free(tensor);
}

/* Whether two values of the arena share bytes. */
static bool collide(const sg_value *a, const sg_value *b) {
    return a->offset < b->offset + b->bytes && b->offset < a->offset + a->bytes;
}

static const sg_value *root_of(const syngan_program *p, int32_t value) {
    while (value >= 0 && p->values[value].root != value)
        value = p->values[value].root;
    return value < 0 || p->values[value].kind != SG_VALUE_ARENA
               ? NULL
               : &p->values[value];
}

/* The last step that reads a value, by going through all of them. */
static size_t last_reader(const syngan_program *p, int32_t value) {
    size_t last = 0;
    for (size_t s = 0; s < p->n_steps; s++)
        for (int32_t i = 0; i < p->steps[s].site.n_inputs; i++)
            if (p->steps[s].inputs[i] == value) last = s;
    return last;
}

/* What a step writes lies on nothing that it or a later one still reads; in
 * place it may lie on the first input, if no later one reads that. */
static void check_places(const syngan_program *p) {
    for (size_t s = 0; s < p->n_steps; s++) {
        const sg_step *step = &p->steps[s];
        const sg_value *written = root_of(p, step->output);
        for (size_t before = 0; written != NULL && before <= s; before++)
            for (int32_t i = 0; i < p->steps[before].site.n_inputs; i++) {
                int32_t value = p->steps[before].inputs[i];
                const sg_value *read = root_of(p, value);
                size_t last = last_reader(p, value);
                bool in_place = step->site.in_place && last == s &&
                                value == step->inputs[0];
                if (read == NULL || last < s || in_place) continue;
                assert_false(collide(read, written));
            }
    }
}

/* Values of many sizes with long and short lives, read once or more often. */
static void values_lie_apart(void **state) {
    (void)state;
    fixture f = begin();
    syngan_node *x =
        syngan_input(f.graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(40, 30));
    syngan_node *all[12] = {x}, *sums[12];
    for (int i = 1; i < 12; i++) {
        syngan_node *y = syngan_exp(all[i - 1]), *old = all[i / 2];
        y = syngan_multiply(y, syngan_sigmoid(old));
        y = syngan_softmax(syngan_transpose(y, (const int32_t[]){1, 0}, 2), -1);
        all[i] = syngan_add(
            syngan_matmul(syngan_transpose(y, (const int32_t[]){1, 0}, 2),
                          syngan_matmul(y, all[i - 1], 0, 0), 0, 0),
            syngan_tanh(all[i - 1]));
        sums[i] = syngan_mean(all[i], NULL, 0, 0);
    }
    syngan_node *total = sums[1], *gradient;
    for (int i = 2; i < 12; i++)
        total = syngan_add(total, sums[i]);
    assert_ok(f.context, syngan_gradient(total, &x, 1, &gradient));
    syngan_program *program = compile(&f, &gradient, 1, NULL, 0);
    assert_true(program->n_steps > 60 && program->arena_bytes > 0);
    check_places(program);
    syngan_program_free(program);
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_nodes_are_computed_once),
        cmocka_unit_test(random_nodes_stay_apart),
        cmocka_unit_test(unary_chains_are_fused),
        cmocka_unit_test(slopes_read_old_values),
        cmocka_unit_test(slopes_that_stay),
        cmocka_unit_test(memory_is_used_again),
        cmocka_unit_test(any_node_can_be_an_output),
        cmocka_unit_test(updates_read_old_values),
        cmocka_unit_test(updates_chain),
        cmocka_unit_test(conflicting_updates_are_refused),
        cmocka_unit_test(bad_requests),
        cmocka_unit_test(parameters_need_a_model),
        cmocka_unit_test(reports),
        cmocka_unit_test(products_in_bf16),
        cmocka_unit_test(bf16_needs_the_processor),
        cmocka_unit_test(out_of_memory),
        cmocka_unit_test(runs_allocate_nothing),
        cmocka_unit_test(a_program_keeps_what_it_needs),
        cmocka_unit_test(values_lie_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

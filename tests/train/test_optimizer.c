/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Optimizers: several updates of a small model by each kind and option against
 * the interpreter, their state, defaults, and what is refused.
 */
#include "train/optimizer.h"

#include <math.h>
#include <syngan/layers.h>
#include <syngan/losses.h>
#include <syngan/program.h>

#include "op/ops.h"
#include "op/optimizer.h"
#include "support/check.h"
#include "support/fault.h"
#include "support/test.h"

#define STEPS 5

/* A model with two trained layers and a frozen parameter. */
static syngan_model *make_model(syngan_context *context) {
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3));
    syngan_node *y = syngan_dense(
        x, SYNGAN_DENSE(.units = 17, .activation = SYNGAN_ACTIVATION_TANH));
    syngan_node *frozen = syngan_parameter(
        graph, "frozen", SYNGAN_SHAPE(17),
        SYNGAN_PARAMETER(.initializer = SYNGAN_INITIALIZER_CONSTANT,
                         .scale = 1.5f, .frozen = 1));
    y = syngan_dense(syngan_multiply(y, frozen), SYNGAN_DENSE(.units = 1));
    assert_ok(context, syngan_model_create(y, "model", &model));
    syngan_graph_free(graph);
    return model;
}

/* The model's loss on an input of the check's graph. */
static syngan_node *make_loss(check *c, syngan_model *model) {
    syngan_node *x = check_input(c, -1, 1, SYNGAN_SHAPE(5, 3));
    syngan_node *y =
        syngan_model_apply(c->graph, model, &x, 1, SYNGAN_MODE_TRAINING);
    return syngan_binary_cross_entropy(y, 1.0);
}

static syngan_optimizer *
make_optimizer(check *c, syngan_model *model,
               const syngan_optimizer_options *options) {
    syngan_optimizer *optimizer;
    assert_ok(c->context, syngan_optimizer_create(model, options, &optimizer));
    return optimizer;
}

/* The update nodes of a step, and the node that counts it. */
static size_t updates_of(check *c, const syngan_node *group,
                         syngan_node **updates) {
    size_t count = 0;
    for (int32_t i = 0; i < group->n_inputs; i++)
        updates[count++] = group->inputs[i];
    for (size_t id = 0; id < c->graph->count; id++)
        if (c->graph->nodes[id]->op == &sg_op_count)
            updates[count++] = c->graph->nodes[id];
    assert_int_equal(count, group->n_inputs + 1);
    return count;
}

static void check_optimizer(const syngan_optimizer_options *options) {
    check c;
    check_begin(&c);
    syngan_model *model = make_model(c.context);
    syngan_optimizer *optimizer = make_optimizer(&c, model, options);
    syngan_node *group =
        syngan_optimizer_minimize(optimizer, make_loss(&c, model));
    assert_ok(c.context, syngan_graph_status(c.graph));
    assert_int_equal(group->n_inputs, 4);
    syngan_node *updates[CHECK_SOURCES_MAX];
    size_t count = updates_of(&c, group, updates);
    for (int64_t step = 0; step < STEPS; step++) {
        assert_int_equal(syngan_optimizer_updates(optimizer), step);
        check_updates(&c, updates, count, 1e-5);
        reference_forget(c.reference, true);
    }
    assert_int_equal(syngan_optimizer_updates(optimizer), STEPS);
    syngan_tensor *frozen;
    assert_ok(c.context, syngan_model_parameter(model, "frozen", &frozen));
    assert_true(*(float *)syngan_tensor_data(frozen) == 1.5f);
    syngan_tensor_free(frozen);
    syngan_optimizer_free(optimizer);
    syngan_model_free(model);
    check_end(&c);
}

static void test_kinds(void **state) {
    (void)state;
    for (int32_t kind = SYNGAN_OPTIMIZER_ADAM; kind <= SYNGAN_OPTIMIZER_RMSPROP;
         kind++) {
        check_optimizer(SYNGAN_OPTIMIZER(.kind = kind));
        check_optimizer(SYNGAN_OPTIMIZER(.kind = kind, .learning_rate = 0.1f,
                                         .beta1 = 0.5f, .momentum = 0.9f,
                                         .rho = 0.5f, .weight_decay = 0.1f));
        check_optimizer(SYNGAN_OPTIMIZER(.kind = kind, .clip_value = 0.01f));
        check_optimizer(SYNGAN_OPTIMIZER(.kind = kind, .clip_norm = 0.05f));
        check_optimizer(SYNGAN_OPTIMIZER(.kind = kind, .clip_norm = 1e6f));
        check_optimizer(SYNGAN_OPTIMIZER(.kind = kind, .warmup_steps = 3,
                                         .schedule = SYNGAN_SCHEDULE_COSINE,
                                         .schedule_steps = 4,
                                         .final_rate = 1e-4f));
    }
    check_optimizer(NULL);
    check_optimizer(SYNGAN_OPTIMIZER(.beta1 = 0, .beta2 = 0));
}

/* ---- options ------------------------------------------------------------- */

/* The first node of an operator. */
static const void *fields_of(const check *c, const char *op) {
    for (size_t id = 0; id < c->graph->count; id++)
        if (strcmp(c->graph->nodes[id]->op->name, op) == 0)
            return c->graph->nodes[id]->fields;
    fail_msg("there is no %s", op);
    return NULL;
}

/* Each option is where its operator looks for it. */
static void check_fields(int32_t kind, const char *op) {
    check c;
    check_begin(&c);
    syngan_model *model = make_model(c.context);
    const syngan_optimizer_options *o =
        SYNGAN_OPTIMIZER(.kind = kind, .learning_rate = 0.5f, .beta1 = 0.125f,
                         .beta2 = 0.25f, .epsilon = 0.375f, .momentum = 0.625f,
                         .rho = 0.75f, .weight_decay = 0.0625f, .clip_value = 3,
                         .schedule = SYNGAN_SCHEDULE_EXPONENTIAL,
                         .schedule_steps = 7, .warmup_steps = 5,
                         .final_rate = 0.03125f);
    syngan_optimizer *optimizer = make_optimizer(&c, model, o);
    (void)syngan_optimizer_minimize(optimizer, make_loss(&c, model));
    assert_ok(c.context, syngan_graph_status(c.graph));
    const sg_learning_rate_fields *rate = fields_of(&c, "learning_rate");
    assert_true(rate->rate == 0.5 && rate->final_rate == 0.03125);
    assert_int_equal(rate->steps, 7);
    assert_int_equal(rate->warmup, 5);
    assert_int_equal(rate->schedule, SYNGAN_SCHEDULE_EXPONENTIAL);
    const sg_optimizer_fields *f = fields_of(&c, op);
    assert_true(f->beta1 == 0.125 && f->beta2 == 0.25 && f->epsilon == 0.375);
    assert_true(f->momentum == 0.625 && f->rho == 0.75);
    assert_true(f->decay == 0.0625 && f->clip == 3);
    assert_int_equal(f->decoupled, kind == SYNGAN_OPTIMIZER_ADAMW);
    syngan_optimizer_free(optimizer);
    syngan_model_free(model);
    check_end(&c);
}

static void test_fields(void **state) {
    (void)state;
    check_fields(SYNGAN_OPTIMIZER_ADAM, "adam");
    check_fields(SYNGAN_OPTIMIZER_ADAMW, "adam");
    check_fields(SYNGAN_OPTIMIZER_SGD, "sgd");
    check_fields(SYNGAN_OPTIMIZER_RMSPROP, "rmsprop");
}

static syngan_status body(syngan_context *context, void *user) {
    syngan_model *model = NULL;
    syngan_optimizer *optimizer = NULL;
    syngan_graph *graph;
    SG_TRY(syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3));
    syngan_node *y = syngan_dense(x, SYNGAN_DENSE(.units = 2));
    syngan_status status = syngan_model_create(y, "model", &model);
    syngan_graph_free(graph);
    if (status == SYNGAN_OK)
        status = syngan_optimizer_create(
            model, SYNGAN_OPTIMIZER(.kind = *(const int32_t *)user),
            &optimizer);
    syngan_optimizer_free(optimizer);
    syngan_model_free(model);
    return status;
}

static void test_memory(void **state) {
    (void)state;
    for (int32_t kind = SYNGAN_OPTIMIZER_ADAM; kind <= SYNGAN_OPTIMIZER_RMSPROP;
         kind++)
        fault_sweep_memory(&(fault_sweep){.body = body, .user = &kind});
}

/* The norm of all gradients together, times the scale, is the limit. */
static void test_clip_norm(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_model *model = make_model(c.context);
    syngan_optimizer *optimizer = make_optimizer(
        &c, model,
        SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_SGD, .clip_norm = 0.125f));
    syngan_node *group =
        syngan_optimizer_minimize(optimizer, make_loss(&c, model));
    double squares = 0;
    for (int32_t i = 0; i < group->n_inputs; i++) {
        const syngan_node *update = group->inputs[i];
        assert_int_equal(update->n_inputs, 5);
        double scale = reference_value(c.reference, update->inputs[4])[0];
        const double *g = reference_value(c.reference, update->inputs[3]);
        for (int64_t k = 0; k < sg_dims_count(&update->dims); k++)
            squares += g[k] * g[k] * scale * scale;
    }
    assert_true(fabs(sqrt(squares) - 0.125) < 1e-9);
    syngan_optimizer_free(optimizer);
    syngan_model_free(model);
    check_end(&c);
}

/* Without momentum there would be nothing to divide by: gradients of 0. */
static void test_no_gradient(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_model *model = make_model(c.context);
    syngan_optimizer *optimizer =
        make_optimizer(&c, model, SYNGAN_OPTIMIZER(.clip_norm = 1));
    syngan_node *loss = syngan_affine(make_loss(&c, model), 0, 1);
    syngan_node *group = syngan_optimizer_minimize(optimizer, loss);
    syngan_node *updates[CHECK_SOURCES_MAX];
    check_updates(&c, updates, updates_of(&c, group, updates), 0);
    syngan_optimizer_free(optimizer);
    syngan_model_free(model);
    check_end(&c);
}

static const sg_optimizer_fields *
fields_with(check *c, syngan_model *model,
            const syngan_optimizer_options *options, double *rate) {
    syngan_optimizer *optimizer = make_optimizer(c, model, options);
    syngan_node *group =
        syngan_optimizer_minimize(optimizer, make_loss(c, model));
    if (group->op == NULL) fail_msg("%s", c->graph->error_text);
    const syngan_node *update = group->inputs[0];
    for (int32_t i = 0; i < update->n_inputs; i++)
        if (update->inputs[i]->op == &sg_op_learning_rate)
            *rate = ((const sg_learning_rate_fields *)update->inputs[i]->fields)
                        ->rate;
    syngan_optimizer_free(optimizer);
    return update->fields;
}

static void test_defaults(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_model *model = make_model(c.context);
    double rate = 0;
    const sg_optimizer_fields *f = fields_with(&c, model, NULL, &rate);
    assert_true((float)rate == 1e-3f && (float)f->beta1 == 0.9f);
    assert_true((float)f->beta2 == 0.999f && (float)f->epsilon == 1e-7f);
    assert_true(f->decay == 0 && f->decoupled == 0 && f->clip == 0);
    f = fields_with(&c, model, SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_SGD),
                    &rate);
    assert_true((float)rate == 1e-2f && f->momentum == 0 && f->decay == 0);
    f = fields_with(&c, model, SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_ADAMW),
                    &rate);
    assert_true((float)f->decay == 0.01f && f->decoupled == 1);
    f = fields_with(&c, model,
                    SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_ADAMW,
                                     .weight_decay = 0, .learning_rate = 0),
                    &rate);
    assert_true(f->decay == 0 && rate == 0);
    f = fields_with(&c, model,
                    SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_RMSPROP), &rate);
    assert_true((float)rate == 1e-3f && (float)f->rho == 0.9f);
    syngan_model_free(model);
    check_end(&c);
}

/* Names as checkpoints have them. */
static void test_state(void **state) {
    (void)state;
    static const char *const adam[] = {
        "updates",          "m.dense.weight", "v.dense.weight",
        "m.dense.bias",     "v.dense.bias",   "m.dense_2.weight",
        "v.dense_2.weight", "m.dense_2.bias", "v.dense_2.bias"};
    check c;
    check_begin(&c);
    syngan_model *model = make_model(c.context);
    syngan_optimizer *optimizer = make_optimizer(&c, model, NULL);
    assert_int_equal(sg_optimizer_state_count(optimizer), 9);
    for (size_t i = 0; i < 9; i++)
        assert_string_equal(sg_optimizer_state(optimizer, i)->name, adam[i]);
    const sg_variable *m = sg_optimizer_state(optimizer, 1);
    assert_int_equal(m->tensor->type, SYNGAN_TYPE_F32);
    assert_int_equal(m->dims.size[0], 17);
    const syngan_tensor *updates = sg_optimizer_state(optimizer, 0)->tensor;
    assert_int_equal(updates->type, SYNGAN_TYPE_I64);
    syngan_optimizer_free(optimizer);
    optimizer = make_optimizer(
        &c, model, SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_RMSPROP));
    assert_int_equal(sg_optimizer_state_count(optimizer), 5);
    assert_string_equal(sg_optimizer_state(optimizer, 2)->name, "v.dense.bias");
    syngan_model_free(model); /* the optimizer keeps it */
    syngan_optimizer_free(optimizer);
    check_end(&c);
}

static void refused_options(check *c, syngan_model *model,
                            const syngan_optimizer_options *options,
                            const char *part) {
    syngan_optimizer *optimizer;
    assert_fails(c->context,
                 syngan_optimizer_create(model, options, &optimizer),
                 SYNGAN_E_ARGUMENT, part);
    assert_null(optimizer);
}

static void test_refused_options(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_model *model = make_model(c.context);
    syngan_optimizer *optimizer;
#define REFUSED(part, ...)                                                     \
    refused_options(&c, model, SYNGAN_OPTIMIZER(__VA_ARGS__), part)
    REFUSED("kind is 4", .kind = 4);
    REFUSED("learning_rate", .learning_rate = -1);
    REFUSED("learning_rate", .learning_rate = NAN);
    REFUSED("beta1", .beta1 = 1);
    REFUSED("clip_norm", .clip_norm = -2);
    REFUSED("schedule_steps", .schedule = SYNGAN_SCHEDULE_LINEAR);
    REFUSED("final_rate", .schedule = SYNGAN_SCHEDULE_EXPONENTIAL,
            .schedule_steps = 4);
    REFUSED("final_rate", .schedule = SYNGAN_SCHEDULE_EXPONENTIAL,
            .schedule_steps = 4, .final_rate = 0.1f, .learning_rate = 0);
    REFUSED("final_rate", .schedule = SYNGAN_SCHEDULE_STEP, .schedule_steps = 4,
            .final_rate = 0.1f, .learning_rate = 0);
    REFUSED("warmup_steps", .warmup_steps = -1);
    REFUSED("reserved", .reserved = {0, 1});
    assert_int_equal(syngan_optimizer_create(NULL, NULL, &optimizer),
                     SYNGAN_E_ARGUMENT);
    assert_null(optimizer);
    assert_int_equal(syngan_optimizer_create(model, NULL, NULL),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_optimizer_updates(NULL), 0);
    syngan_optimizer_free(NULL);
    syngan_model_free(model);
    check_end(&c);
}

static void test_refused_losses(void **state) {
    (void)state;
    check c, other;
    check_begin(&c);
    check_begin(&other);
    syngan_model *model = make_model(c.context);
    syngan_optimizer *optimizer = make_optimizer(&c, model, NULL);
    syngan_node *x = check_input(&c, 0, 1, SYNGAN_SHAPE(3));
    check_refused(&c, syngan_optimizer_minimize(optimizer, x), SYNGAN_E_SHAPE,
                  "rank");
    x = check_input(&c, 0, 1, NULL, 0);
    check_refused(&c, syngan_optimizer_minimize(optimizer, x),
                  SYNGAN_E_ARGUMENT, "no trainable parameter of model 'model'");
    x = check_input(&other, 0, 1, NULL, 0);
    check_refused(&other, syngan_optimizer_minimize(optimizer, x),
                  SYNGAN_E_ARGUMENT, "another context");
    assert_null(syngan_optimizer_minimize(NULL, x));
    assert_null(syngan_optimizer_minimize(optimizer, NULL));
    syngan_optimizer_free(optimizer);
    syngan_model_free(model);
    check_end(&other);
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_clip_norm),
        cmocka_unit_test(test_no_gradient),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_state),
        cmocka_unit_test(test_refused_options),
        cmocka_unit_test(test_refused_losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

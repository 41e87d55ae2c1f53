/* SPDX-License-Identifier: Apache-2.0 */
/* Training: what a run does, what stops it, and what it may not depend on. */
#include "support/test.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <syngan/layers.h>

#include "support/networks.h"
#include "support/training.h"
#include "train/trainer.h"

#define LOSSES ((syngan_losses){.struct_size = sizeof(syngan_losses)})

/* One of each way to train. */
static const struct variety {
    const char *name;
    int kind;
    syngan_trainer_options options;
} varieties[] = {
    {"default", NETWORK_DENSE, {SYNGAN_TRAINER_DEFAULTS, .batch = 6}},
    {"default, convolution",
     NETWORK_CONVOLUTION,
     {SYNGAN_TRAINER_DEFAULTS, .batch = 6}},
    {"published",
     NETWORK_CONVOLUTION,
     {SYNGAN_TRAINER_DEFAULTS, .batch = 5, .recipe = SYNGAN_RECIPE_PUBLISHED}},
    {"joint",
     NETWORK_CONVOLUTION,
     {SYNGAN_TRAINER_DEFAULTS, .batch = 4,
      .discriminator_update = SYNGAN_UPDATE_JOINT, .discriminator_steps = 3,
      .real_target = 0.9f}},
    {"hinge, r1",
     NETWORK_DENSE,
     {SYNGAN_TRAINER_DEFAULTS, .batch = 4, .loss = SYNGAN_LOSS_HINGE,
      .penalty = SYNGAN_PENALTY_R1, .penalty_weight = 2,
      .average_decay = 0.5f}},
    {"wasserstein, gradient penalty",
     NETWORK_DENSE,
     {SYNGAN_TRAINER_DEFAULTS, .batch = 4, .loss = SYNGAN_LOSS_WASSERSTEIN,
      .penalty = SYNGAN_PENALTY_WGAN_GP, .discriminator_steps = 2,
      .average_decay = 0}},
    {"wasserstein, gradient penalty, joint",
     NETWORK_DENSE,
     {SYNGAN_TRAINER_DEFAULTS, .batch = 4, .loss = SYNGAN_LOSS_WASSERSTEIN,
      .penalty = SYNGAN_PENALTY_WGAN_GP,
      .discriminator_update = SYNGAN_UPDATE_JOINT}},
    {"batch 1", NETWORK_DENSE, {SYNGAN_TRAINER_DEFAULTS, .batch = 1}},
};
#define VARIETIES (sizeof varieties / sizeof *varieties)

static training make(syngan_context *context, const struct variety *v) {
    training t;
    syngan_trainer_options options = v->options;
    assert_ok(context, training_make(context, v->kind, &options, &t));
    return t;
}

static training make_with(syngan_context *context,
                          const syngan_trainer_options *options) {
    training t;
    assert_ok(context, training_make(context, NETWORK_DENSE, options, &t));
    return t;
}

static void assert_same_state(syngan_context *context, const training *a,
                              const training *b) {
    unsigned char *x, *y;
    size_t x_size, y_size;
    assert_ok(context, training_save(a, &x, &x_size));
    assert_ok(context, training_save(b, &y, &y_size));
    assert_int_equal(x_size, y_size);
    assert_memory_equal(x, y, x_size);
    free(x);
    free(y);
}

/* ---- a run ------------------------------------------------------------- */

static void test_run(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < VARIETIES; i++) {
        training t = make(context, &varieties[i]);
        training before = make(context, &varieties[i]);
        syngan_losses l = LOSSES;
        assert_int_equal(syngan_trainer_iteration(t.trainer), 0);
        assert_fails(context, syngan_trainer_losses(t.trainer, &l),
                     SYNGAN_E_STATE, "first iteration");
        assert_ok(context, syngan_trainer_run(t.trainer, 5));
        assert_int_equal(syngan_trainer_iteration(t.trainer), 5);
        assert_int_equal(syngan_trainer_history_count(t.trainer), 5);
        assert_ok(context, syngan_trainer_losses(t.trainer, &l));
        assert_int_equal(l.iteration, 4);
        assert_true(l.seconds > 0);
        assert_true(isfinite(l.d_loss) && isfinite(l.g_loss));
        assert_true(l.d_accuracy >= 0 && l.d_accuracy <= 1);
        int penalised = varieties[i].options.penalty > SYNGAN_PENALTY_NONE;
        assert_true((l.penalty > 0) == penalised);
        syngan_losses again = LOSSES;
        assert_ok(context, syngan_trainer_history(t.trainer, 4, &again));
        assert_memory_equal(&l, &again, sizeof l);
        assert_false(network_equal(t.generator, before.generator));
        assert_false(network_equal(t.discriminator, before.discriminator));
        training_end(&before);
        training_end(&t);
    }
    syngan_context_free(context);
}

/* n and m iterations are n + m, and asking for what is done does nothing. */
static void test_in_pieces(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < VARIETIES; i++) {
        training whole = make(context, &varieties[i]);
        training pieces = make(context, &varieties[i]);
        assert_ok(context, syngan_trainer_run(whole.trainer, 7));
        assert_ok(context, syngan_trainer_run(pieces.trainer, 0));
        assert_ok(context, syngan_trainer_run(pieces.trainer, 3));
        assert_ok(context, syngan_trainer_run(pieces.trainer, 2));
        assert_ok(context, syngan_trainer_run(pieces.trainer, 4));
        assert_ok(context, syngan_trainer_run(pieces.trainer, 7));
        assert_same_state(context, &whole, &pieces);
        training_end(&whole);
        training_end(&pieces);
    }
    syngan_context_free(context);
}

/* It learns something: fakes move towards the data's mean picture. */
static void test_learns(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    training t = make_with(
        context, SYNGAN_TRAINER(.batch = 16,
                                .generator_optimizer =
                                    SYNGAN_OPTIMIZER(.learning_rate = 5e-3f,
                                                     .beta1 = 0.5f),
                                .discriminator_optimizer =
                                    SYNGAN_OPTIMIZER(.learning_rate = 5e-3f,
                                                     .beta1 = 0.5f)));
    assert_ok(context, syngan_trainer_run(t.trainer, 400));
    syngan_model *sampler;
    syngan_tensor *samples;
    assert_ok(context, syngan_trainer_sampler(t.trainer, &sampler));
    assert_ok(context, syngan_model_sample(sampler, 64, 1, &samples));
    const float *s = syngan_tensor_data(samples);
    double bright = 0, dark = 0;
    for (int i = 0; i < 64 * 16; i++) {
        int y = i / 4 % 4, x = i % 4;
        int inside = (y == 1 || y == 2) && (x == 1 || x == 2);
        *(inside ? &bright : &dark) += (double)s[i];
    }
    /* Bytes 127 ... 254 and 0 ... 127, so means of about 0.5 and -0.5. */
    assert_true(bright / (64 * 4) > 0.2);
    assert_true(dark / (64 * 12) < -0.2);
    syngan_tensor_free(samples);
    syngan_model_free(sampler);
    training_end(&t);
    syngan_context_free(context);
}

/* ---- what it may not depend on ----------------------------------------- */

static void train_with_threads(int32_t threads, syngan_losses *losses) {
    syngan_context *context = test_context(threads);
    training a = make(context, &varieties[1]), b = make(context, &varieties[1]);
    assert_ok(context, syngan_trainer_run(a.trainer, 5));
    assert_ok(context, syngan_trainer_run(b.trainer, 5));
    assert_same_state(context, &a, &b);
    *losses = LOSSES;
    assert_ok(context, syngan_trainer_losses(a.trainer, losses));
    training_end(&a);
    training_end(&b);
    syngan_context_free(context);
}

/* Runs repeat bit for bit, and other numbers of threads give nearly the same
 * (oneDNN's sums depend on them). */
static void test_threads(void **state) {
    (void)state;
    syngan_losses one, two;
    train_with_threads(1, &one);
    train_with_threads(2, &two);
    assert_float_equal(one.d_loss, two.d_loss, 1e-4);
    assert_float_equal(one.g_loss, two.g_loss, 1e-4);
}

typedef struct task {
    const struct variety *variety;
    unsigned char *data;
    size_t size;
} task;

static void *train_alone(void *argument) {
    task *t = argument;
    syngan_context *context;
    training made;
    syngan_trainer_options options = t->variety->options;
    if (syngan_context_create(SYNGAN_CONTEXT(.threads = 1), &context) !=
        SYNGAN_OK)
        return NULL;
    if (training_make(context, t->variety->kind, &options, &made) ==
        SYNGAN_OK) {
        if (syngan_trainer_run(made.trainer, 20) != SYNGAN_OK ||
            training_save(&made, &t->data, &t->size) != SYNGAN_OK)
            t->size = 0;
        training_end(&made);
    }
    syngan_context_free(context);
    return NULL;
}

/* Contexts in two threads train as each does alone. */
static void test_two_contexts(void **state) {
    (void)state;
    task alone[2] = {{.variety = &varieties[1]}, {.variety = &varieties[3]}};
    task together[2] = {{.variety = &varieties[1]}, {.variety = &varieties[3]}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        train_alone(&alone[i]);
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, train_alone, &together[i]), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(alone[i].size > 0);
        assert_int_equal(alone[i].size, together[i].size);
        assert_memory_equal(alone[i].data, together[i].data, alone[i].size);
        free(alone[i].data);
        free(together[i].data);
    }
}

/* ---- reports ----------------------------------------------------------- */

typedef struct reports {
    int64_t iterations[32];
    uint64_t allocations[32];
    int count;
    int stop_at; /* report at which to stop; 0: none */
    int cancel_at;
    syngan_context *context;
} reports;

static syngan_status note_report(syngan_trainer *trainer,
                                 const syngan_losses *losses, void *user) {
    reports *r = user;
    assert_int_equal(syngan_trainer_iteration(trainer), losses->iteration + 1);
    r->allocations[r->count] = atomic_load(&trainer->context->allocations);
    r->iterations[r->count++] = losses->iteration;
    if (r->count == r->cancel_at) syngan_context_cancel(trainer->context);
    return r->count == r->stop_at ? SYNGAN_E_USER + 3 : SYNGAN_OK;
}

static void test_reports(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    reports r = {0};
    training t = make_with(
        context, SYNGAN_TRAINER(.batch = 4, .report_every = 3,
                                .progress = note_report, .progress_user = &r));
    assert_ok(context, syngan_trainer_run(t.trainer, 8));
    static const int64_t want[] = {0, 3, 6, 7};
    assert_int_equal(r.count, 4);
    assert_memory_equal(r.iterations, want, sizeof want);
    training_end(&t);
    syngan_context_free(context);
}

/* No call of the context's allocator in an iteration after the first, also
 * with batches that a thread makes ahead. */
static void test_no_allocation(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < VARIETIES; i++) {
        reports r = {0};
        struct variety v = varieties[i];
        v.options.report_every = 1;
        v.options.progress = note_report;
        v.options.progress_user = &r;
        training t = make(context, &v), ahead = t;
        assert_ok(context, network_examples(context, NULL, &ahead.dataset));
        assert_ok(context, syngan_trainer_create(t.generator, t.discriminator,
                                                 ahead.dataset, &v.options,
                                                 &ahead.trainer));
        for (int prefetch = 0; prefetch < 2; prefetch++) {
            r = (reports){0};
            assert_ok(context, syngan_trainer_run(
                                   prefetch ? ahead.trainer : t.trainer, 10));
            assert_int_equal(r.count, 10);
            for (int j = 1; j < r.count; j++)
                assert_int_equal(r.allocations[j], r.allocations[0]);
        }
        syngan_trainer_free(ahead.trainer);
        syngan_dataset_free(ahead.dataset);
        training_end(&t);
    }
    syngan_context_free(context);
}

typedef struct lines {
    int count;
    char first[256], last[256];
} lines;

static void note_line(const char *line, void *user) {
    lines *l = user;
    if (l->count++ == 0) strncpy(l->first, line, sizeof l->first - 1);
    strncpy(l->last, line, sizeof l->last - 1);
}

static void test_line(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    lines l = {0};
    training t =
        make_with(context, SYNGAN_TRAINER(.batch = 4, .line = note_line,
                                          .line_user = &l));
    assert_ok(context, syngan_trainer_run(t.trainer, 6));
    assert_true(l.count >= 2);
    assert_non_null(strstr(l.first, "iteration 1 of 6"));
    assert_non_null(strstr(l.last, "iteration 6 of 6"));
    training_end(&t);
    syngan_context_free(context);
}

/* ---- stopping ---------------------------------------------------------- */

/* A run that is stopped can go on as if it had not been. */
static void test_stop(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    const syngan_trainer_options options = {SYNGAN_TRAINER_DEFAULTS,
                                            .batch = 4};
    training whole = make_with(context, &options);
    assert_ok(context, syngan_trainer_run(whole.trainer, 9));
    for (int cancel = 0; cancel < 2; cancel++) {
        reports r = {.stop_at = cancel ? 0 : 3, .cancel_at = cancel ? 3 : 0};
        syngan_trainer_options stopping = options;
        stopping.report_every = 2;
        stopping.progress = note_report;
        stopping.progress_user = &r;
        training t = make_with(context, &stopping);
        syngan_status status = syngan_trainer_run(t.trainer, 9);
        assert_int_equal(status,
                         cancel ? SYNGAN_E_CANCELLED : SYNGAN_E_USER + 3);
        assert_int_equal(syngan_trainer_iteration(t.trainer), 5);
        assert_int_equal(syngan_trainer_history_count(t.trainer), 5);
        if (cancel) {
            assert_non_null(
                strstr(syngan_context_last_error(context), "cancelled"));
            assert_int_equal(syngan_trainer_run(t.trainer, 9),
                             SYNGAN_E_CANCELLED);
            assert_int_equal(syngan_trainer_iteration(t.trainer), 5);
            syngan_context_cancel_reset(context);
        }
        assert_ok(context, syngan_trainer_run(t.trainer, 9));
        assert_same_state(context, &whole, &t);
        training_end(&t);
    }
    training_end(&whole);
    syngan_context_free(context);
}

/* Examples by the host: number `bad` is NaN, or fails. */
typedef struct source {
    int64_t bad;
    syngan_status status;
} source;

static syngan_status make_example(int64_t index, float *example, int32_t *label,
                                  void *user) {
    const source *s = user;
    (void)label;
    for (int i = 0; i < 16; i++)
        example[i] = (float)((index * 7 + i * 3) % 11) / 5.5f - 1;
    if (index != s->bad) return SYNGAN_OK;
    example[3] = NAN;
    return s->status;
}

static training make_on_source(syngan_context *context, source *s,
                               const syngan_trainer_options *options) {
    training t = {0};
    assert_ok(context, network_generator(context, NETWORK_DENSE, &t.generator));
    assert_ok(context,
              network_discriminator(context, NETWORK_DENSE, &t.discriminator));
    assert_ok(context, syngan_dataset_from_callback(
                           context, 100, SYNGAN_SHAPE(1, 4, 4), make_example, s,
                           SYNGAN_DATASET(.order = SYNGAN_ORDER_SEQUENTIAL,
                                          .prefetch = SYNGAN_PREFETCH_OFF),
                           &t.dataset));
    assert_ok(context, syngan_trainer_create(t.generator, t.discriminator,
                                             t.dataset, options, &t.trainer));
    return t;
}

/* NaN stops the run, in the state of the last report. */
static void test_nan(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    source nan = {.bad = 30}, none = {.bad = -1};
    const syngan_trainer_options options = {SYNGAN_TRAINER_DEFAULTS, .batch = 4,
                                            .report_every = 4};
    training t = make_on_source(context, &nan, &options);
    training good = make_on_source(context, &none, &options);
    /* Batch 7 holds example 30; reports came after iterations 0 and 4. */
    assert_fails(context, syngan_trainer_run(t.trainer, 20), SYNGAN_E_DIVERGED,
                 "iteration 7");
    assert_int_equal(syngan_trainer_iteration(t.trainer), 5);
    assert_int_equal(syngan_trainer_history_count(t.trainer), 5);
    assert_ok(context, syngan_trainer_run(good.trainer, 5));
    assert_same_state(context, &good, &t);
    assert_ok(context, syngan_trainer_run(t.trainer, 7));
    assert_fails(context, syngan_trainer_run(t.trainer, 20), SYNGAN_E_DIVERGED,
                 "after 7 iterations");
    assert_int_equal(syngan_trainer_iteration(t.trainer), 7);
    training_end(&t);
    training_end(&good);
    syngan_context_free(context);
}

/* So do parameters that the host has made infinite. */
static void test_bad_parameter(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    training t = make_with(context, SYNGAN_TRAINER(.batch = 4));
    assert_ok(context, syngan_trainer_run(t.trainer, 2));
    syngan_tensor *bias;
    assert_ok(context,
              syngan_model_parameter(t.generator, "dense_2.bias", &bias));
    ((float *)syngan_tensor_data(bias))[15] = INFINITY;
    assert_fails(context, syngan_trainer_run(t.trainer, 4), SYNGAN_E_DIVERGED,
                 "before iteration 2");
    ((float *)syngan_tensor_data(bias))[15] = 0;
    assert_ok(context, syngan_trainer_run(t.trainer, 4));
    syngan_tensor_free(bias);
    training_end(&t);
    syngan_context_free(context);
}

/* A dataset's failure comes through, and leaves a state between iterations. */
static void test_data_failure(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (int steps = 1; steps <= 3; steps += 2) {
        source bad = {.bad = 66, .status = SYNGAN_E_USER + 1};
        source none = {.bad = -1};
        const syngan_trainer_options options = {SYNGAN_TRAINER_DEFAULTS,
                                                .batch = 4, .report_every = 1,
                                                .discriminator_steps = steps};
        training t = make_on_source(context, &bad, &options);
        training good = make_on_source(context, &none, &options);
        assert_int_equal(syngan_trainer_run(t.trainer, 50), SYNGAN_E_USER + 1);
        int64_t done = syngan_trainer_iteration(t.trainer);
        assert_int_equal(done, 16 / steps);
        assert_ok(context, syngan_trainer_run(good.trainer, done));
        assert_same_state(context, &good, &t);
        training_end(&t);
        training_end(&good);
    }
    syngan_context_free(context);
}

/* ---- memory ------------------------------------------------------------ */

static void test_estimate(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < VARIETIES; i++) {
        training t = make(context, &varieties[i]);
        syngan_trainer_free(t.trainer);
        t.trainer = NULL;
        syngan_trainer_options options = varieties[i].options;
        uint64_t before = atomic_load(&context->bytes), estimate;
        assert_ok(context,
                  syngan_trainer_estimate(t.generator, t.discriminator,
                                          t.dataset, &options, &estimate));
        assert_int_equal(atomic_load(&context->bytes), before);
        assert_ok(context,
                  syngan_trainer_create(t.generator, t.discriminator, t.dataset,
                                        &options, &t.trainer));
        uint64_t taken = atomic_load(&context->bytes) - before;
        double error = (double)estimate / (double)taken - 1;
        if (fabs(error) > 0.1)
            fail_msg("%s: estimate %llu, taken %llu", varieties[i].name,
                     (unsigned long long)estimate, (unsigned long long)taken);
        training_end(&t);
    }
    syngan_context_free(context);
}

/* ---- errors ------------------------------------------------------------ */

static syngan_model *flat_model(syngan_context *context, const char *name,
                                int64_t in, int64_t out) {
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, in));
    x = syngan_dense(x, SYNGAN_DENSE(.units = out));
    assert_ok(context, syngan_model_create(x, name, &model));
    syngan_graph_free(graph);
    return model;
}

static void test_errors(void **state) {
    (void)state;
    syngan_context *context = test_context(1), *other = test_context(1);
    training t = make_with(context, SYNGAN_TRAINER(.batch = 4));
    syngan_model *g = flat_model(context, "g", 5, 16);
    syngan_model *d = flat_model(context, "d", 16, 1);
    syngan_model *wide = flat_model(context, "wide", 16, 2);
    syngan_model *far = flat_model(other, "far", 5, 16);
    syngan_trainer *out = (void *)1;
    uint64_t bytes;
    assert_int_equal(syngan_trainer_create(NULL, d, t.dataset, NULL, &out),
                     SYNGAN_E_ARGUMENT);
    assert_null(out);
    assert_fails(context, syngan_trainer_create(g, NULL, t.dataset, NULL, &out),
                 SYNGAN_E_ARGUMENT, "discriminator");
    assert_fails(context, syngan_trainer_create(g, d, NULL, NULL, &out),
                 SYNGAN_E_ARGUMENT, "dataset");
    assert_fails(context, syngan_trainer_create(g, d, t.dataset, NULL, NULL),
                 SYNGAN_E_ARGUMENT, "result");
    assert_fails(context, syngan_trainer_create(g, d, t.dataset, NULL, &out),
                 SYNGAN_E_SHAPE, "an example of the dataset is [1, 4, 4]");
    assert_fails(
        context,
        syngan_trainer_create(g, t.discriminator, t.dataset, NULL, &out),
        SYNGAN_E_SHAPE, "makes [batch, 16]");
    assert_fails(context, syngan_trainer_create(g, wide, t.dataset, NULL, &out),
                 SYNGAN_E_SHAPE, "[batch, 2]");
    assert_fails(context, syngan_trainer_create(g, g, t.dataset, NULL, &out),
                 SYNGAN_E_ARGUMENT, "same model");
    assert_fails(other, syngan_trainer_create(far, d, t.dataset, NULL, &out),
                 SYNGAN_E_ARGUMENT, "one context");
    assert_fails(context,
                 syngan_trainer_create(t.generator, t.discriminator, t.dataset,
                                       SYNGAN_TRAINER(.batch = -4), &out),
                 SYNGAN_E_ARGUMENT, "batch");
    assert_fails(context,
                 syngan_trainer_estimate(g, d, t.dataset, NULL, &bytes),
                 SYNGAN_E_SHAPE, "dataset");
    assert_fails(context, syngan_trainer_run(t.trainer, -1), SYNGAN_E_ARGUMENT,
                 "-1");
    syngan_losses losses = LOSSES;
    assert_fails(context, syngan_trainer_history(t.trainer, 0, &losses),
                 SYNGAN_E_ARGUMENT, "0 records");
    losses.struct_size = 3;
    assert_fails(context, syngan_trainer_losses(t.trainer, &losses),
                 SYNGAN_E_ARGUMENT, "struct_size");
    assert_fails(context, syngan_trainer_write_history(t.trainer, NULL),
                 SYNGAN_E_ARGUMENT, "path");
    assert_fails(context, syngan_trainer_write_chart(t.trainer, NULL),
                 SYNGAN_E_ARGUMENT, "path");
    assert_fails(context, syngan_trainer_sampler(t.trainer, NULL),
                 SYNGAN_E_ARGUMENT, "out");
    syngan_model_free(g);
    syngan_model_free(d);
    syngan_model_free(wide);
    syngan_model_free(far);
    training_end(&t);
    syngan_context_free(context);
    syngan_context_free(other);
}

static void test_null_handles(void **state) {
    (void)state;
    syngan_losses losses = LOSSES;
    syngan_model *model;
    syngan_trainer_free(NULL);
    assert_int_equal(syngan_trainer_run(NULL, 1), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_trainer_iteration(NULL), 0);
    assert_int_equal(syngan_trainer_losses(NULL, &losses), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_trainer_sampler(NULL, &model), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_trainer_history_count(NULL), 0);
    assert_int_equal(syngan_trainer_history(NULL, 0, &losses),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_trainer_write_history(NULL, "x"),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_trainer_write_chart(NULL, "x"), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_trainer_save(NULL, "x"), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_trainer_save_stream(NULL, NULL), SYNGAN_E_ARGUMENT);
}

/* Handles may go in any order. */
static void test_order_of_freeing(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    training t = make_with(context, SYNGAN_TRAINER(.batch = 4));
    syngan_model *sampler;
    syngan_tensor *samples;
    assert_ok(context, syngan_trainer_sampler(t.trainer, &sampler));
    syngan_context_free(context);
    syngan_model_free(t.generator);
    syngan_model_free(t.discriminator);
    syngan_dataset_free(t.dataset);
    assert_int_equal(syngan_trainer_run(t.trainer, 2), SYNGAN_OK);
    syngan_trainer_free(t.trainer);
    assert_int_equal(syngan_model_sample(sampler, 2, 1, &samples), SYNGAN_OK);
    syngan_model_free(sampler);
    syngan_tensor_free(samples);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_in_pieces),
        cmocka_unit_test(test_learns),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_two_contexts),
        cmocka_unit_test(test_reports),
        cmocka_unit_test(test_no_allocation),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_nan),
        cmocka_unit_test(test_bad_parameter),
        cmocka_unit_test(test_data_failure),
        cmocka_unit_test(test_estimate),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_null_handles),
        cmocka_unit_test(test_order_of_freeing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

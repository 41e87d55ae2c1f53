/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trainer and its data: examples that can't be had, reports that a cancel
 * ends, checkpoints on other data, and data of another layout.
 */
#include "support/test.h"

#include <stdlib.h>
#include <syngan/image.h>
#include <syngan/layers.h>

#include "data/fingerprint.h"
#include "support/memory_stream.h"
#include "support/networks.h"
#include "support/rewrite.h"
#include "support/training.h"

#define PIXELS 16

typedef struct bytes {
    unsigned char *data;
    size_t size;
} bytes;

static bytes save(syngan_context *context, const training *t) {
    bytes b;
    assert_ok(context, training_save(t, &b.data, &b.size));
    return b;
}

static void assert_same(bytes a, bytes b) {
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    free(a.data);
    free(b.data);
}

/* ---- a source that fails ------------------------------------------------- */

typedef struct source {
    long calls, fail_at, wrong; /* fail_at: this call; 0: none */
    float shift;
    int noisy; /* each call gives something else */
} source;

static syngan_status make_example(int64_t index, float *example, int32_t *label,
                                  void *user) {
    source *s = user;
    (void)label;
    ++s->calls;
    if (s->calls == s->fail_at)
        return s->wrong ? (syngan_status)s->wrong : SYNGAN_E_USER + 7;
    for (int i = 0; i < PIXELS; i++)
        example[i] = (float)((index * 37 + i) % 17) / 8.5f - 1 + s->shift;
    if (s->noisy) example[0] += (float)s->calls * 1e-3f;
    return SYNGAN_OK;
}

static training make_training(syngan_context *context, source *s,
                              int32_t prefetch,
                              const syngan_trainer_options *options) {
    training t = {0};
    assert_ok(context, network_generator(context, NETWORK_DENSE, &t.generator));
    assert_ok(context,
              network_discriminator(context, NETWORK_DENSE, &t.discriminator));
    assert_ok(context,
              syngan_dataset_from_callback(
                  context, 40, (const int64_t[]){1, 4, 4}, 3, make_example, s,
                  SYNGAN_DATASET(.prefetch = prefetch), &t.dataset));
    assert_ok(context, syngan_trainer_create(t.generator, t.discriminator,
                                             t.dataset, options, &t.trainer));
    return t;
}

static const syngan_trainer_options steps[] = {
    {SYNGAN_TRAINER_DEFAULTS, .batch = 4, .report_every = 1000},
    {SYNGAN_TRAINER_DEFAULTS, .batch = 4, .discriminator_steps = 3,
     .report_every = 1000},
    {SYNGAN_TRAINER_DEFAULTS, .batch = 4, .discriminator_steps = 2,
     .discriminator_update = SYNGAN_UPDATE_JOINT,
     .penalty = SYNGAN_PENALTY_WGAN_GP, .report_every = 1000}};

/* An example that can't be had, at any place of an iteration, leaves the state
 * before it; a further call goes on as if nothing had been. */
static void test_source_fails(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        long each = 4L * (steps[i].discriminator_steps > 0
                              ? steps[i].discriminator_steps
                              : 1);
        for (long call = 1; call <= each; call += 3) {
            syngan_context *context = test_context(1);
            source whole = {0}, broken = {.fail_at = 5 * each + call};
            training a =
                make_training(context, &whole, SYNGAN_PREFETCH_OFF, &steps[i]);
            training b =
                make_training(context, &broken, SYNGAN_PREFETCH_OFF, &steps[i]);
            assert_ok(context, syngan_trainer_run(a.trainer, 5));
            assert_fails(context, syngan_trainer_run(b.trainer, 9),
                         SYNGAN_E_USER + 7, "failed to make example");
            assert_int_equal(syngan_trainer_iteration(b.trainer), 5);
            assert_int_equal(syngan_trainer_history_count(b.trainer), 5);
            assert_same(save(context, &a), save(context, &b));
            assert_ok(context, syngan_trainer_run(a.trainer, 9));
            assert_ok(context, syngan_trainer_run(b.trainer, 9));
            assert_same(save(context, &a), save(context, &b));
            training_end(&a);
            training_end(&b);
            syngan_context_free(context);
        }
    }
}

/* Likewise ahead of time, and for a status that no callback may return. */
static void test_source_fails_ahead(void **state) {
    (void)state;
    for (long wrong = 0; wrong < 2; wrong++) {
        syngan_context *context = test_context(1);
        source whole = {0}, broken = {.fail_at = 50, .wrong = wrong};
        training a =
            make_training(context, &whole, SYNGAN_PREFETCH_ON, &steps[1]);
        training b =
            make_training(context, &broken, SYNGAN_PREFETCH_ON, &steps[1]);
        assert_int_equal(syngan_trainer_run(b.trainer, 9),
                         wrong ? SYNGAN_E_ARGUMENT : SYNGAN_E_USER + 7);
        assert_int_equal(syngan_trainer_iteration(b.trainer), 4);
        assert_ok(context, syngan_trainer_run(a.trainer, 9));
        assert_ok(context, syngan_trainer_run(b.trainer, 9));
        assert_same(save(context, &a), save(context, &b));
        training_end(&a);
        training_end(&b);
        syngan_context_free(context);
    }
}

/* ---- reports that a cancel ends ------------------------------------------ */

typedef struct reports {
    syngan_context *context;
    int64_t whole[16];  /* iterations whose report came to its end */
    int64_t cancel_at;  /* in this one a cancel comes; -1: none */
    syngan_status gone; /* what the report then returns; 0: the call's */
    int count;
} reports;

static syngan_status report(syngan_trainer *trainer,
                            const syngan_losses *losses, void *user) {
    reports *r = user;
    syngan_model *sampler;
    syngan_tensor *rows = NULL;
    if (losses->iteration == r->cancel_at) {
        r->cancel_at = -1;
        syngan_context_cancel(r->context);
    }
    syngan_status status = syngan_trainer_sampler(trainer, &sampler);
    if (status == SYNGAN_OK) status = syngan_model_sample(sampler, 3, 1, &rows);
    syngan_tensor_free(rows);
    syngan_model_free(sampler);
    if (status == SYNGAN_OK) r->whole[r->count++] = losses->iteration;
    return status != SYNGAN_OK && r->gone != SYNGAN_OK ? r->gone : status;
}

static void expect_reports(const reports *r, const int64_t *want, int count) {
    assert_int_equal(r->count, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(r->whole[i], want[i]);
}

/* At the first, in between and at the last one; in this process or from a
 * checkpoint; whatever the host makes of the failed call. */
static void test_report_is_repeated(void **state) {
    (void)state;
    static const int64_t all[] = {0, 2, 4, 5};
    for (int i = 0; i < 16; i++) {
        int loaded = i & 1;
        syngan_context *context = test_context(1);
        reports r = {.context = context,
                     .cancel_at = all[i >> 2],
                     .gone = i & 2 ? SYNGAN_E_USER + 1 : SYNGAN_OK};
        const syngan_trainer_options *hooks =
            SYNGAN_TRAINER(.batch = 4, .report_every = 2, .progress = report,
                           .progress_user = &r);
        training t, again;
        assert_ok(context, training_make(context, NETWORK_DENSE, hooks, &t));
        assert_int_equal(syngan_trainer_run(t.trainer, 6),
                         r.gone ? r.gone : SYNGAN_E_CANCELLED);
        assert_int_equal(syngan_trainer_iteration(t.trainer), all[i >> 2] + 1);
        /* Not before the cancel is withdrawn. */
        assert_int_equal(syngan_trainer_run(t.trainer, 6), SYNGAN_E_CANCELLED);
        syngan_context_cancel_reset(context);
        if (loaded) {
            bytes b = save(context, &t);
            training_end(&t);
            assert_ok(context,
                      training_load(context, b.data, b.size, hooks, &again));
            free(b.data);
            t = again;
        }
        assert_ok(context, syngan_trainer_run(t.trainer, 6));
        expect_reports(&r, all, 4);
        assert_ok(context, syngan_trainer_run(t.trainer, 6));
        expect_reports(&r, all, 4);
        training_end(&t);
        syngan_context_free(context);
    }
}

static syngan_status stop_once(syngan_trainer *trainer,
                               const syngan_losses *losses, void *user) {
    (void)trainer, (void)losses;
    return ++*(int *)user == 2 ? SYNGAN_E_CANCELLED : SYNGAN_OK;
}

/* A host that stops a run on its own has had its report. */
static void test_report_that_stops(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    int calls = 0;
    training t;
    assert_ok(context,
              training_make(context, NETWORK_DENSE,
                            SYNGAN_TRAINER(.batch = 4, .report_every = 1,
                                           .progress = stop_once,
                                           .progress_user = &calls),
                            &t));
    assert_int_equal(syngan_trainer_run(t.trainer, 4), SYNGAN_E_CANCELLED);
    assert_ok(context, syngan_trainer_run(t.trainer, 4));
    assert_int_equal(calls, 4);
    training_end(&t);
    syngan_context_free(context);
}

/* ---- checkpoints on other data ------------------------------------------- */

static syngan_status load_on(syngan_context *context, bytes b,
                             syngan_dataset *dataset, int32_t other_data) {
    memory_stream stream;
    syngan_trainer *trainer;
    memory_stream_init(&stream, b.data, b.size);
    syngan_status status = syngan_trainer_load_stream(
        context, &stream.hooks, dataset,
        SYNGAN_TRAINER(.other_data = other_data), &trainer);
    memory_stream_end(&stream);
    if (status == SYNGAN_OK) status = syngan_trainer_run(trainer, 3);
    syngan_trainer_free(trainer);
    syngan_dataset_free(dataset);
    return status;
}

/* Forty images of u8 or f32, one element of which is `odd`. */
static syngan_dataset *images(syngan_context *context, int32_t type, int odd,
                              int labels, const syngan_dataset_options *o) {
    syngan_tensor *tensor, *classes = NULL;
    syngan_dataset *dataset;
    assert_ok(context, syngan_tensor_create(
                           context, type, SYNGAN_SHAPE(40, 1, 4, 4), &tensor));
    size_t count = syngan_tensor_count(tensor);
    for (size_t i = 0; i < count; i++) {
        int value = i == count - 1 ? odd : (int)(i * 7 % 256);
        if (type == SYNGAN_TYPE_U8)
            ((uint8_t *)syngan_tensor_data(tensor))[i] = (uint8_t)value;
        else
            ((float *)syngan_tensor_data(tensor))[i] = (float)value / 256;
    }
    if (labels)
        assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_U8,
                                                SYNGAN_SHAPE(40), &classes));
    assert_ok(context,
              syngan_dataset_from_tensors(tensor, classes, o, &dataset));
    syngan_tensor_free(tensor);
    syngan_tensor_free(classes);
    return dataset;
}

static syngan_dataset *digits(syngan_context *context,
                              const syngan_dataset_options *options) {
    syngan_dataset *dataset;
    assert_ok(context, syngan_dataset_digits(context, 40, options, &dataset));
    return dataset;
}

static syngan_dataset *callback(syngan_context *context, source *s) {
    syngan_dataset *dataset;
    assert_ok(context, syngan_dataset_from_callback(
                           context, 40, (const int64_t[]){1, 4, 4}, 3,
                           make_example, s, NULL, &dataset));
    return dataset;
}

/* A checkpoint after two iterations. */
static bytes trained_on(syngan_context *context, syngan_dataset *dataset) {
    training t = {.dataset = dataset};
    assert_ok(context, network_generator(context, NETWORK_DENSE, &t.generator));
    assert_ok(context,
              network_discriminator(context, NETWORK_DENSE, &t.discriminator));
    assert_ok(context,
              syngan_trainer_create(t.generator, t.discriminator, t.dataset,
                                    SYNGAN_TRAINER(.batch = 4), &t.trainer));
    assert_ok(context, syngan_trainer_run(t.trainer, 2));
    bytes b = save(context, &t);
    training_end(&t);
    return b;
}

static void test_other_data(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    const syngan_dataset_options *unit = SYNGAN_DATASET(.low = 0, .high = 1);
    source s = {0};
    bytes b = trained_on(context, images(context, SYNGAN_TYPE_U8, 5, 0, NULL));
#define SAME(d) assert_ok(context, load_on(context, b, d, 0))
#define OTHER(d, part)                                                         \
    assert_fails(context, load_on(context, b, d, 0), SYNGAN_E_MISMATCH, part)
    SAME(images(context, SYNGAN_TYPE_U8, 5, 0, NULL));
    SAME(images(context, SYNGAN_TYPE_U8, 5, 1, NULL)); /* labels are not read */
    SAME(images(context, SYNGAN_TYPE_U8, 5, 0,
                SYNGAN_DATASET(.prefetch = SYNGAN_PREFETCH_OFF)));
    OTHER(images(context, SYNGAN_TYPE_U8, 6, 0, NULL), "checksum");
    OTHER(images(context, SYNGAN_TYPE_U8, 5, 0, unit), "u8 examples, 0 ... 1");
    OTHER(images(context, SYNGAN_TYPE_U8, 5, 0, unit), "u8 examples, -1 ... 1");
    OTHER(images(context, SYNGAN_TYPE_F32, 5, 0, NULL), "f32 examples");
    OTHER(callback(context, &s), "made by a callback");
    OTHER(callback(context, &s), "other_data");
    OTHER(digits(context, NULL), "built-in digits");
    /* Allowed, if the shape is the same. */
    assert_ok(context, load_on(context, b,
                               images(context, SYNGAN_TYPE_U8, 6, 0, unit), 1));
    assert_ok(context, load_on(context, b, callback(context, &s), 1));
    assert_fails(context, load_on(context, b, digits(context, NULL), 1),
                 SYNGAN_E_MISMATCH, "[1, 28, 28]");
    /* What an older checkpoint doesn't know is not compared. */
    bytes old, older;
    rewrite_file(context, b.data, b.size, "data_checksum", NULL, NULL,
                 &old.data, &old.size);
    free(b.data);
    b = old;
    SAME(images(context, SYNGAN_TYPE_U8, 6, 0, NULL));
    OTHER(images(context, SYNGAN_TYPE_U8, 6, 0, unit), "0 ... 1");
    rewrite_file(context, b.data, b.size, "data_source", NULL, NULL,
                 &older.data, &older.size);
    free(b.data);
    b = older;
    SAME(images(context, SYNGAN_TYPE_U8, 6, 0, unit));
    free(b.data);
    syngan_context_free(context);
}

/* Examples of a callback are compared, if it makes the same ones each time. */
static void test_callbacks(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    source s = {0}, shifted = {.shift = 0.5f}, noisy = {.noisy = 1};
    source failing = {.fail_at = 2};
    bytes b = trained_on(context, callback(context, &s));
    long calls = s.calls;
    SAME(callback(context, &s));
    /* Two each for the comparison, and one batch. */
    assert_int_equal(s.calls - calls, 2 * 8 + 4);
    OTHER(callback(context, &shifted), "checksum");
    SAME(callback(context, &noisy));
    assert_ok(context, load_on(context, b, callback(context, &failing), 0));
    free(b.data);
    b = trained_on(context, callback(context, &noisy));
    SAME(callback(context, &shifted));
    free(b.data);
    syngan_context_free(context);
}

/* The digits are told apart by seed and scaling, in whatever order. */
static void test_digits(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_fingerprint a, b;
    syngan_dataset *d = digits(
        context, SYNGAN_DATASET(.seed = 3, .order = SYNGAN_ORDER_SEQUENTIAL));
    syngan_dataset *e = digits(
        context, SYNGAN_DATASET(.seed = 4, .order = SYNGAN_ORDER_SEQUENTIAL));
    assert_ok(context, sg_fingerprint_take(d, &a));
    assert_ok(context, sg_fingerprint_take(e, &b));
    assert_string_equal(a.source, "built-in digits of seed 3, -1 ... 1");
    assert_string_not_equal(a.source, b.source);
    assert_string_not_equal(a.checksum, b.checksum);
    syngan_dataset_free(d);
    syngan_dataset_free(e);
    syngan_context_free(context);
}

/* Of much data, pieces count: first and last ones among them. */
static void test_much_data(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    size_t size = ((size_t)256 << 20) + 12345;
    unsigned char *data = calloc(size, 1);
    assert_non_null(data);
    char text[4][SG_CHECKSUM_DIGITS + 1];
    const size_t places[] = {0, size - 1, size / 255 * 100};
    for (int i = 0; i < 4; i++) {
        sg_checksum *checksum = sg_checksum_create(context);
        if (i > 0) data[places[i - 1]] ^= 1;
        sg_fingerprint_add(checksum, data, size);
        if (i > 0) data[places[i - 1]] ^= 1;
        sg_checksum_text(checksum, text[i]);
        sg_checksum_free(checksum);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(text[i], text[j]);
    }
    free(data);
    syngan_context_free(context);
}

/* ---- other layouts ------------------------------------------------------- */

static syngan_model *image_model(syngan_context *context) {
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "image", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3, 8, 8));
    x = syngan_dense(syngan_flatten(x), SYNGAN_DENSE(.units = 1));
    assert_ok(context, syngan_model_create(x, "discriminator", &model));
    syngan_graph_free(graph);
    return model;
}

static syngan_model *maker(syngan_context *context) {
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "noise", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 5));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 3 * 8 * 8));
    x = syngan_reshape(x, SYNGAN_SHAPE(SYNGAN_BATCH, 3, 8, 8));
    assert_ok(context, syngan_model_create(x, "generator", &model));
    syngan_graph_free(graph);
    return model;
}

/* Pictures of other programs have their channels last. */
static void test_channels_last(void **state) {
    (void)state;
    static const char part[] = "it looks like N x H x W x C";
    syngan_context *context = test_context(1);
    syngan_model *d = image_model(context), *g = maker(context);
    syngan_tensor *pictures, *out;
    syngan_dataset *dataset;
    syngan_trainer *trainer;
    syngan_graph *graph;
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                   SYNGAN_SHAPE(10, 8, 8, 3), &pictures));
    assert_ok(context,
              syngan_dataset_from_tensors(pictures, NULL, NULL, &dataset));
    assert_fails(context, syngan_trainer_create(g, d, dataset, NULL, &trainer),
                 SYNGAN_E_SHAPE, part);
    assert_fails(context,
                 syngan_model_predict(
                     d, (const syngan_tensor *const *)&pictures, 1, &out),
                 SYNGAN_E_SHAPE, part);
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *node = syngan_constant(graph, pictures);
    syngan_node *result =
        syngan_model_apply(graph, d, &node, 1, SYNGAN_MODE_TRAINING);
    syngan_model *none;
    assert_fails(context, syngan_model_create(result, "x", &none),
                 SYNGAN_E_SHAPE, part);
    syngan_status status =
        syngan_tensor_write_png(pictures, "/nowhere.png", NULL);
    if (status != SYNGAN_E_UNSUPPORTED)
        assert_fails(context, status, SYNGAN_E_SHAPE, part);
    syngan_graph_free(graph);
    syngan_dataset_free(dataset);
    syngan_tensor_free(pictures);
    syngan_model_free(d);
    syngan_model_free(g);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source_fails),
        cmocka_unit_test(test_source_fails_ahead),
        cmocka_unit_test(test_report_is_repeated),
        cmocka_unit_test(test_report_that_stops),
        cmocka_unit_test(test_other_data),
        cmocka_unit_test(test_callbacks),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_much_data),
        cmocka_unit_test(test_channels_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

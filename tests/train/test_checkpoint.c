/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints: continuing a run, sampling from them, mismatches, and files
 * that were changed. */
#include "support/test.h"

#include <stdlib.h>

#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/networks.h"
#include "support/python.h"
#include "support/rewrite.h"
#include "support/training.h"

typedef struct bytes {
    unsigned char *data;
    size_t size;
} bytes;

static bytes save(syngan_context *context, const training *t) {
    bytes b;
    assert_ok(context, training_save(t, &b.data, &b.size));
    return b;
}

static syngan_status load(syngan_context *context, bytes b,
                          const syngan_trainer_options *options,
                          training *out) {
    return training_load(context, b.data, b.size, options, out);
}

static void assert_same(bytes a, bytes b) {
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
}

/* The checkpoint of a small trainer after `iterations`. */
static bytes trained(syngan_context *context, int kind,
                     const syngan_trainer_options *options, int64_t iterations,
                     training *keep) {
    training t;
    assert_ok(context, training_make(context, kind, options, &t));
    assert_ok(context, syngan_trainer_run(t.trainer, iterations));
    bytes b = save(context, &t);
    if (keep != NULL)
        *keep = t;
    else
        training_end(&t);
    return b;
}

/* ---- continuing -------------------------------------------------------- */

static const struct {
    int kind;
    syngan_trainer_options options;
} varieties[] = {
    {NETWORK_DENSE, {SYNGAN_TRAINER_DEFAULTS, .batch = 6}},
    {NETWORK_CONVOLUTION,
     {SYNGAN_TRAINER_DEFAULTS, .batch = 5, .recipe = SYNGAN_RECIPE_PUBLISHED}},
    {NETWORK_CONVOLUTION,
     {SYNGAN_TRAINER_DEFAULTS, .batch = 4,
      .discriminator_update = SYNGAN_UPDATE_JOINT, .discriminator_steps = 2,
      .penalty = SYNGAN_PENALTY_NONE, .average_decay = 0.9f, .seed = 5,
      .generator_optimizer =
          SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_RMSPROP,
                           .schedule = SYNGAN_SCHEDULE_COSINE,
                           .schedule_steps = 9, .final_rate = 1e-5f,
                           .clip_norm = 1),
      .discriminator_optimizer =
          SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_SGD, .momentum = 0.5f)}},
    {NETWORK_DENSE,
     {SYNGAN_TRAINER_DEFAULTS, .batch = 4, .loss = SYNGAN_LOSS_HINGE,
      .penalty = SYNGAN_PENALTY_R1,
      .generator_optimizer =
          SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_ADAMW, .warmup_steps = 4)}},
};

/* Saved, loaded by another context and continued: as never stopped, also when
 * that is done twice. */
static void test_continue(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof varieties / sizeof *varieties; i++) {
        syngan_trainer_options options = varieties[i].options;
        syngan_context *context = test_context(1);
        bytes want = trained(context, varieties[i].kind, &options, 11, NULL);
        bytes now = trained(context, varieties[i].kind, &options, 3, NULL);
        syngan_context_free(context);
        for (int64_t stop = 8; stop <= 11; stop += 3) {
            training t;
            context = test_context(1);
            assert_ok(context, load(context, now, NULL, &t));
            bytes again = save(context, &t);
            assert_same(again, now);
            free(again.data);
            free(now.data);
            assert_ok(context, syngan_trainer_run(t.trainer, stop));
            now = save(context, &t);
            training_end(&t);
            syngan_context_free(context);
        }
        assert_same(now, want);
        free(now.data);
        free(want.data);
    }
}

/* A trainer that has not begun can be saved, too. */
static void test_before_first(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    training t, loaded;
    bytes fresh =
        trained(context, NETWORK_DENSE, SYNGAN_TRAINER(.batch = 4), 0, &t);
    assert_ok(context, load(context, fresh, NULL, &loaded));
    assert_int_equal(syngan_trainer_iteration(loaded.trainer), 0);
    assert_ok(context, syngan_trainer_run(loaded.trainer, 3));
    assert_ok(context, syngan_trainer_run(t.trainer, 3));
    bytes a = save(context, &t), b = save(context, &loaded);
    assert_same(a, b);
    free(a.data);
    free(b.data);
    free(fresh.data);
    training_end(&t);
    training_end(&loaded);
    syngan_context_free(context);
}

/* The history comes back, seconds apart. */
static void test_history(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    training t, loaded;
    bytes b =
        trained(context, NETWORK_DENSE, SYNGAN_TRAINER(.batch = 4), 4, &t);
    assert_ok(context, load(context, b, NULL, &loaded));
    assert_int_equal(syngan_trainer_history_count(loaded.trainer), 4);
    for (int64_t i = 0; i < 4; i++) {
        syngan_losses x = {.struct_size = sizeof x};
        syngan_losses y = {.struct_size = sizeof y};
        assert_ok(context, syngan_trainer_history(t.trainer, i, &x));
        assert_ok(context, syngan_trainer_history(loaded.trainer, i, &y));
        assert_true(x.seconds > 0);
        assert_float_equal(y.seconds, 0, 0);
        y.seconds = x.seconds;
        assert_memory_equal(&x, &y, sizeof x);
    }
    free(b.data);
    training_end(&t);
    training_end(&loaded);
    syngan_context_free(context);
}

/* A callback may save and sample; both leave the run as it is. */
static syngan_status save_and_sample(syngan_trainer *trainer,
                                     const syngan_losses *losses, void *user) {
    memory_stream stream;
    syngan_model *sampler;
    syngan_tensor *samples = NULL;
    (void)losses;
    memory_stream_init(&stream, NULL, 0);
    syngan_status status = syngan_trainer_save_stream(trainer, &stream.hooks);
    memory_stream_end(&stream);
    if (status != SYNGAN_OK) return status;
    status = syngan_trainer_sampler(trainer, &sampler);
    if (status != SYNGAN_OK) return status;
    status = syngan_model_sample(sampler, 3, 1, &samples);
    syngan_tensor_free(samples);
    syngan_model_free(sampler);
    ++*(int *)user;
    return status;
}

static void test_in_callback(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    int calls = 0;
    bytes a =
        trained(context, NETWORK_DENSE, SYNGAN_TRAINER(.batch = 4), 5, NULL);
    bytes b = trained(context, NETWORK_DENSE,
                      SYNGAN_TRAINER(.batch = 4, .report_every = 2,
                                     .progress = save_and_sample,
                                     .progress_user = &calls),
                      5, NULL);
    assert_int_equal(calls, 3);
    assert_same(a, b);
    free(a.data);
    free(b.data);
    syngan_context_free(context);
}

/* Hooks are set anew when loading. */
static void test_hooks(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    int calls = 0;
    training t;
    bytes b =
        trained(context, NETWORK_DENSE, SYNGAN_TRAINER(.batch = 4), 2, NULL);
    assert_ok(context, load(context, b,
                            SYNGAN_TRAINER(.report_every = 1,
                                           .progress = save_and_sample,
                                           .progress_user = &calls),
                            &t));
    assert_ok(context, syngan_trainer_run(t.trainer, 5));
    assert_int_equal(calls, 3);
    free(b.data);
    training_end(&t);
    syngan_context_free(context);
}

/* ---- sampling ---------------------------------------------------------- */

/* A model loaded from a checkpoint is the trainer's sampler. */
static void test_sampler(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (int average = 0; average < 2; average++) {
        training t;
        syngan_model *sampler, *loaded;
        bytes b = trained(
            context, NETWORK_DENSE,
            SYNGAN_TRAINER(.batch = 4, .average_decay = average ? 0.9f : 0), 5,
            &t);
        memory_stream stream;
        memory_stream_init(&stream, b.data, b.size);
        assert_ok(context,
                  syngan_model_load_stream(context, &stream.hooks, &loaded));
        memory_stream_end(&stream);
        assert_ok(context, syngan_trainer_sampler(t.trainer, &sampler));
        assert_true(network_equal(sampler, loaded));
        assert_int_equal(network_equal(t.generator, loaded), !average);
        assert_string_equal(syngan_model_name(loaded), "generator");
        free(b.data);
        syngan_model_free(sampler);
        syngan_model_free(loaded);
        training_end(&t);
    }
    syngan_context_free(context);
}

/* ---- files ------------------------------------------------------------- */

static void test_file(void **state) {
    (void)state;
    folder f;
    char path[FOLDER_PATH_MAX];
    folder_make(&f);
    folder_file(&f, "gan.safetensors", path);
    syngan_context *context = test_context(1);
    training t;
    bytes b = trained(context, NETWORK_DENSE,
                      SYNGAN_TRAINER(.batch = 4, .average_decay = 0.9f), 3, &t);
    assert_ok(context, syngan_trainer_save(t.trainer, path));
    bytes file;
    file.data = (unsigned char *)file_read(path, &file.size);
    assert_same(file, b);
    syngan_trainer *loaded;
    assert_ok(context,
              syngan_trainer_load(context, path, t.dataset, NULL, &loaded));
    assert_int_equal(syngan_trainer_iteration(loaded), 3);
    syngan_trainer_free(loaded);
    folder_remove(&f);
    assert_fails(context, syngan_trainer_save(t.trainer, path), SYNGAN_E_IO,
                 path);
    assert_fails(context,
                 syngan_trainer_load(context, path, t.dataset, NULL, &loaded),
                 SYNGAN_E_IO, path);
    assert_null(loaded);
    free(file.data);
    free(b.data);
    training_end(&t);
    syngan_context_free(context);
}

/* Python's loader reads it. */
static void test_python(void **state) {
    (void)state;
    python_needs("safetensors");
    python_needs("numpy");
    folder f;
    char path[FOLDER_PATH_MAX];
    folder_make(&f);
    folder_file(&f, "gan.safetensors", path);
    syngan_context *context = test_context(1);
    training t;
    bytes b = trained(context, NETWORK_DENSE,
                      SYNGAN_TRAINER(.batch = 4, .average_decay = 0.9f), 3, &t);
    assert_ok(context, syngan_trainer_save(t.trainer, path));
    python_run("import sys\n"
               "from safetensors.numpy import load_file\n"
               "t = load_file(sys.argv[1])\n"
               "assert t['history'].shape == (3, 6), t\n"
               "assert t['average.dense.weight'].shape == (12, 5), t\n",
               path, NULL, NULL);
    free(b.data);
    training_end(&t);
    syngan_context_free(context);
    folder_remove(&f);
}

/* ---- what does not fit ------------------------------------------------- */

static syngan_status load_on(syngan_context *context, bytes b,
                             syngan_dataset *dataset) {
    memory_stream stream;
    syngan_trainer *trainer;
    memory_stream_init(&stream, b.data, b.size);
    syngan_status status = syngan_trainer_load_stream(context, &stream.hooks,
                                                      dataset, NULL, &trainer);
    memory_stream_end(&stream);
    syngan_trainer_free(trainer);
    return status;
}

static void test_mismatch(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    training t;
    syngan_dataset *dataset;
    syngan_tensor *images;
    bytes b =
        trained(context, NETWORK_DENSE, SYNGAN_TRAINER(.batch = 4), 2, NULL);
    assert_fails(context, load(context, b, SYNGAN_TRAINER(.batch = 5), &t),
                 SYNGAN_E_MISMATCH, "batch");
    assert_ok(context,
              network_examples(context, SYNGAN_DATASET(.seed = 3), &dataset));
    assert_fails(context, load_on(context, b, dataset), SYNGAN_E_MISMATCH,
                 "seed 3");
    syngan_dataset_free(dataset);
    assert_ok(
        context,
        network_examples(context,
                         SYNGAN_DATASET(.order = SYNGAN_ORDER_WITH_REPLACEMENT),
                         &dataset));
    assert_fails(context, load_on(context, b, dataset), SYNGAN_E_MISMATCH,
                 "with replacement");
    syngan_dataset_free(dataset);
    assert_ok(context, syngan_tensor_create(
                           context, SYNGAN_TYPE_U8,
                           SYNGAN_SHAPE(NETWORK_EXAMPLES, 1, 4, 5), &images));
    assert_ok(context,
              syngan_dataset_from_tensors(images, NULL, NULL, &dataset));
    assert_fails(context, load_on(context, b, dataset), SYNGAN_E_MISMATCH,
                 "[1, 4, 5]");
    syngan_dataset_free(dataset);
    syngan_tensor_free(images);
    free(b.data);
    syngan_context_free(context);
}

/* A difference of threads is told, but no reason to refuse. */
static void note_log(int32_t level, const char *text, void *user) {
    if (level == SYNGAN_LOG_WARNING && strstr(text, "threads") != NULL)
        ++*(int *)user;
}

static void test_other_threads(void **state) {
    (void)state;
    syngan_context *context = test_context(1), *other;
    int warnings = 0;
    bytes b =
        trained(context, NETWORK_DENSE, SYNGAN_TRAINER(.batch = 4), 2, NULL);
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.threads = 2, .log = note_log,
                                             .log_user = &warnings),
                              &other),
        SYNGAN_OK);
    training t;
    assert_ok(other, load(other, b, NULL, &t));
    assert_int_equal(warnings, 1);
    training_end(&t);
    free(b.data);
    syngan_context_free(context);
    syngan_context_free(other);
}

static void test_arguments(void **state) {
    (void)state;
    syngan_context *context = test_context(1), *other = test_context(1);
    training t;
    syngan_trainer *out;
    assert_ok(context, training_make(context, NETWORK_DENSE, NULL, &t));
    assert_int_equal(syngan_trainer_load(NULL, "x", t.dataset, NULL, &out),
                     SYNGAN_E_ARGUMENT);
    assert_fails(context,
                 syngan_trainer_load(context, NULL, t.dataset, NULL, &out),
                 SYNGAN_E_ARGUMENT, "load from");
    assert_fails(context, syngan_trainer_load(context, "x", NULL, NULL, &out),
                 SYNGAN_E_ARGUMENT, "dataset");
    assert_fails(context,
                 syngan_trainer_load(context, "x", t.dataset, NULL, NULL),
                 SYNGAN_E_ARGUMENT, "out");
    assert_fails(other, syngan_trainer_load(other, "x", t.dataset, NULL, &out),
                 SYNGAN_E_ARGUMENT, "another context");
    assert_fails(context, syngan_trainer_save(t.trainer, NULL),
                 SYNGAN_E_ARGUMENT, "path");
    assert_fails(context, syngan_trainer_save_stream(t.trainer, NULL),
                 SYNGAN_E_ARGUMENT, "stream");
    training_end(&t);
    syngan_context_free(context);
    syngan_context_free(other);
}

/* ---- changed files ----------------------------------------------------- */

static bytes changed(syngan_context *context, bytes b, const char *key,
                     const char *value, const char *tensor) {
    bytes out;
    rewrite_file(context, b.data, b.size, key, value, tensor, &out.data,
                 &out.size);
    return out;
}

static void test_changed(void **state) {
    (void)state;
    static const struct {
        const char *key, *value, *tensor;
        syngan_status status;
        const char *sentence;
    } cases[] = {
        {"format", "syngan model", NULL, SYNGAN_E_FORMAT, "checkpoint"},
        {"format", NULL, NULL, SYNGAN_E_FORMAT, "checkpoint"},
        {"format_version", "2", NULL, SYNGAN_E_VERSION, "version 2"},
        {"settings", NULL, NULL, SYNGAN_E_FORMAT, "settings"},
        {"settings", "{}", NULL, SYNGAN_E_FORMAT, "settings"},
        {"settings", "{\"trainer\":{\"batch\":0}}", NULL, SYNGAN_E_FORMAT,
         "batch"},
        {"iteration", NULL, NULL, SYNGAN_E_FORMAT, "iteration"},
        {"iteration", "-1", NULL, SYNGAN_E_FORMAT, "-1"},
        {"iteration", "2x", NULL, SYNGAN_E_FORMAT, "2x"},
        {"iteration", "3", NULL, SYNGAN_E_FORMAT, "3 iterations"},
        {"iteration", "9223372036854775807", NULL, SYNGAN_E_FORMAT,
         "iterations"},
        {"history_columns", "loss", NULL, SYNGAN_E_FORMAT, "loss"},
        {"generator", NULL, NULL, SYNGAN_E_FORMAT, "generator"},
        {"generator", "{\"name\":\"g\",\"nodes\":[],\"output\":0}", NULL,
         SYNGAN_E_FORMAT, "generator"},
        {"discriminator",
         "{\"name\":\"d\",\"nodes\":[{\"op\":\"input\",\"version\":1,"
         "\"name\":\"x\",\"type\":\"f32\",\"dims\":[-1,7]}],\"output\":0}",
         NULL, SYNGAN_E_FORMAT, "discriminator takes [batch, 7]"},
        {NULL, NULL, "history", SYNGAN_E_FORMAT, "history"},
        {NULL, NULL, "generator.dense.weight", SYNGAN_E_FORMAT,
         "generator.dense.weight"},
        {NULL, NULL, "average.dense.weight", SYNGAN_E_FORMAT,
         "average.dense.weight"},
        {NULL, NULL, "generator_optimizer.updates", SYNGAN_E_FORMAT,
         "generator_optimizer.updates"},
    };
    syngan_context *context = test_context(1);
    training t;
    bytes b =
        trained(context, NETWORK_DENSE,
                SYNGAN_TRAINER(.batch = 4, .average_decay = 0.9f), 2, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bytes c =
            changed(context, b, cases[i].key, cases[i].value, cases[i].tensor);
        syngan_status status = load(context, c, NULL, &t);
        if (status != cases[i].status ||
            strstr(syngan_context_last_error(context), cases[i].sentence) ==
                NULL)
            fail_msg("case %zu: %d: %s", i, status,
                     syngan_context_last_error(context));
        free(c.data);
    }
    bytes same = changed(context, b, NULL, NULL, NULL);
    assert_same(same, b);
    free(same.data);
    free(b.data);
    syngan_context_free(context);
}

/* ---- a stream that fails ----------------------------------------------- */

/* A stream of the host's that fails at any of its calls. */
static void test_stream_failures(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    training t, loaded;
    bytes b =
        trained(context, NETWORK_DENSE, SYNGAN_TRAINER(.batch = 4), 2, &t);
    memory_stream stream;
    long long calls = 1;
    for (long long at = 1; at <= calls; at++) {
        memory_stream_init(&stream, NULL, 0);
        stream.fail_at = at;
        syngan_status status =
            syngan_trainer_save_stream(t.trainer, &stream.hooks);
        if (status == SYNGAN_OK) assert_true(stream.calls < at);
        if (status != SYNGAN_OK) assert_int_equal(status, SYNGAN_E_IO);
        calls = status == SYNGAN_OK ? 0 : at + 1;
        memory_stream_end(&stream);
    }
    memory_stream_init(&stream, b.data, b.size);
    stream.fail_at = 1;
    assert_int_equal(syngan_trainer_load_stream(context, &stream.hooks,
                                                t.dataset, NULL,
                                                &loaded.trainer),
                     SYNGAN_E_IO);
    assert_null(loaded.trainer);
    memory_stream_end(&stream);
    free(b.data);
    training_end(&t);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_continue),
        cmocka_unit_test(test_before_first),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_in_callback),
        cmocka_unit_test(test_hooks),
        cmocka_unit_test(test_sampler),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_python),
        cmocka_unit_test(test_mismatch),
        cmocka_unit_test(test_other_threads),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_stream_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

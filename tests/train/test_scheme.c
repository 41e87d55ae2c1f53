/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A training scheme of the host's own, made of an optimizer, a program and an
 * average of the parameters: saved and continued bit for bit, and what of it
 * is refused.
 */
#include "support/test.h"

#include <stdlib.h>
#include <syngan/layers.h>
#include <syngan/losses.h>
#include <syngan/optimizer.h>
#include <syngan/program.h>

#include "support/fault.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/networks.h"
#include "support/rewrite.h"

/* ---- a scheme ---------------------------------------------------------- */

typedef struct scheme {
    syngan_model *model, *average;
    syngan_optimizer *optimizer;
    syngan_program *program;
} scheme;

static void scheme_end(scheme *s) {
    syngan_program_free(s->program);
    syngan_optimizer_free(s->optimizer);
    syngan_model_free(s->average);
    syngan_model_free(s->model);
    *s = (scheme){0};
}

static syngan_status make_model(syngan_context *context, int64_t units,
                                syngan_model **out) {
    syngan_graph *graph;
    syngan_status status = syngan_graph_create(context, &graph);
    if (status != SYNGAN_OK) return status;
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 4));
    x = syngan_dense(
        x, SYNGAN_DENSE(.units = units, .activation = SYNGAN_ACTIVATION_TANH));
    x = syngan_dense(syngan_batch_norm(x, NULL), SYNGAN_DENSE(.units = 2));
    status = syngan_model_create(x, "mine", out);
    syngan_graph_free(graph);
    return status;
}

/* Moves each parameter of the average to the model's. */
static syngan_node *average_update(syngan_graph *graph, const scheme *s) {
    syngan_node *updates[16];
    size_t count = syngan_model_parameter_count(s->model);
    for (size_t i = 0; i < count && i < 16; i++) {
        const char *name = syngan_model_parameter_name(s->model, i);
        updates[i] = syngan_moving_average(
            syngan_model_parameter_node(graph, s->average, name),
            syngan_model_parameter_node(graph, s->model, name), 0.75);
    }
    return syngan_group(updates, count);
}

/* The program on the scheme's models and optimizer: noise in, noise out, with a
 * penalty on a weight that is taken from the model. */
static syngan_status make_program(syngan_context *context, scheme *s) {
    syngan_graph *graph;
    syngan_status status = syngan_graph_create(context, &graph);
    if (status != SYNGAN_OK) return status;
    syngan_node *x = syngan_random_normal(graph, SYNGAN_SHAPE(8, 4));
    syngan_node *y =
        syngan_model_apply(graph, s->model, &x, 1, SYNGAN_MODE_TRAINING);
    syngan_node *loss = syngan_mean_squared_error(
        y, syngan_random_normal(graph, SYNGAN_SHAPE(8, 2)));
    syngan_node *weight =
        syngan_model_parameter_node(graph, s->model, "dense.weight");
    loss = syngan_add(
        loss, syngan_affine(syngan_sum(syngan_square(weight), NULL, 0, 0), 0.01,
                            0.0));
    syngan_node *updates[] = {syngan_optimizer_minimize(s->optimizer, loss),
                              syngan_node_update_statistics(y),
                              average_update(graph, s)};
    status = syngan_program_create(&loss, 1, updates, 3, NULL, &s->program);
    syngan_graph_free(graph);
    return status;
}

static syngan_status scheme_make(syngan_context *context,
                                 const syngan_optimizer_options *options,
                                 scheme *s) {
    *s = (scheme){0};
    syngan_status status = make_model(context, 6, &s->model);
    if (status == SYNGAN_OK)
        status = syngan_model_clone(s->model, "average", &s->average);
    if (status == SYNGAN_OK)
        status = syngan_optimizer_create(s->model, options, &s->optimizer);
    if (status == SYNGAN_OK) status = make_program(context, s);
    if (status != SYNGAN_OK) scheme_end(s);
    return status;
}

static void scheme_run(syngan_context *context, const scheme *s, uint64_t from,
                       uint64_t to) {
    for (uint64_t step = from; step < to; step++)
        assert_ok(context, syngan_program_run(s->program, step));
}

/* ---- saved and continued ------------------------------------------------- */

typedef struct bytes {
    unsigned char *data;
    size_t size;
} bytes;

static bytes optimizer_bytes(syngan_context *context,
                             const syngan_optimizer *optimizer) {
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    assert_ok(context, syngan_optimizer_save_stream(optimizer, &stream.hooks));
    return (bytes){stream.data, stream.size};
}

static syngan_status load_bytes(syngan_model *model, bytes b,
                                const syngan_optimizer_options *options,
                                syngan_optimizer **out) {
    memory_stream stream;
    memory_stream_init(&stream, b.data, b.size);
    syngan_status status =
        syngan_optimizer_load_stream(model, &stream.hooks, options, out);
    memory_stream_end(&stream);
    return status;
}

static void assert_same(bytes a, bytes b) {
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
}

typedef struct files {
    folder folder;
    char model[FOLDER_PATH_MAX], average[FOLDER_PATH_MAX];
    char optimizer[FOLDER_PATH_MAX];
} files;

static void files_make(files *f) {
    folder_make(&f->folder);
    folder_file(&f->folder, "model.safetensors", f->model);
    folder_file(&f->folder, "average.safetensors", f->average);
    folder_file(&f->folder, "optimizer.safetensors", f->optimizer);
}

static void scheme_save(syngan_context *context, const scheme *s,
                        const files *f) {
    assert_ok(context, syngan_model_save(s->model, f->model));
    assert_ok(context, syngan_model_save(s->average, f->average));
    assert_ok(context, syngan_optimizer_save(s->optimizer, f->optimizer));
}

static void scheme_load(syngan_context *context, const files *f, scheme *s) {
    *s = (scheme){0};
    assert_ok(context, syngan_model_load(context, f->model, &s->model));
    assert_ok(context, syngan_model_load(context, f->average, &s->average));
    assert_ok(context, syngan_optimizer_load(s->model, f->optimizer, NULL,
                                             &s->optimizer));
    assert_ok(context, make_program(context, s));
}

static const syngan_optimizer_options varieties[] = {
    {SYNGAN_OPTIMIZER_DEFAULTS, .kind = SYNGAN_OPTIMIZER_ADAM},
    {SYNGAN_OPTIMIZER_DEFAULTS, .kind = SYNGAN_OPTIMIZER_ADAMW,
     .schedule = SYNGAN_SCHEDULE_COSINE, .schedule_steps = 6, .warmup_steps = 3,
     .final_rate = 1e-5f},
    {SYNGAN_OPTIMIZER_DEFAULTS, .kind = SYNGAN_OPTIMIZER_SGD, .momentum = 0.9f,
     .clip_norm = 1},
    {SYNGAN_OPTIMIZER_DEFAULTS, .kind = SYNGAN_OPTIMIZER_SGD,
     .learning_rate = 0.1f},
    {SYNGAN_OPTIMIZER_DEFAULTS, .kind = SYNGAN_OPTIMIZER_RMSPROP,
     .learning_rate = 0}};

/* n steps, saved, loaded in another context, and m steps are n + m steps. */
static void test_continue(void **state) {
    (void)state;
    files f;
    files_make(&f);
    for (size_t i = 0; i < sizeof varieties / sizeof *varieties; i++) {
        syngan_optimizer_options options = varieties[i];
        syngan_context *context = test_context(1), *other = test_context(1);
        scheme whole, first, second;
        assert_ok(context, scheme_make(context, &options, &whole));
        assert_ok(context, scheme_make(context, &options, &first));
        scheme_run(context, &whole, 0, 9);
        scheme_run(context, &first, 0, 4);
        scheme_save(context, &first, &f);
        scheme_load(other, &f, &second);
        assert_int_equal(syngan_optimizer_updates(second.optimizer), 4);
        bytes a = optimizer_bytes(context, first.optimizer);
        bytes b = optimizer_bytes(other, second.optimizer);
        assert_same(a, b);
        free(a.data);
        free(b.data);
        scheme_run(other, &second, 4, 9);
        a = optimizer_bytes(context, whole.optimizer);
        b = optimizer_bytes(other, second.optimizer);
        assert_same(a, b);
        assert_true(network_equal(whole.model, second.model));
        assert_true(network_equal(whole.average, second.average));
        assert_false(network_equal(whole.model, whole.average));
        free(a.data);
        free(b.data);
        scheme_end(&whole);
        scheme_end(&first);
        scheme_end(&second);
        syngan_context_free(context);
        syngan_context_free(other);
    }
    folder_remove(&f.folder);
}

/* Other options continue with another learning rate; another kind can't. */
static void test_other_options(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    scheme s;
    syngan_optimizer *loaded;
    assert_ok(context, scheme_make(context, NULL, &s));
    scheme_run(context, &s, 0, 2);
    bytes b = optimizer_bytes(context, s.optimizer);
    assert_ok(context,
              load_bytes(s.model, b, SYNGAN_OPTIMIZER(.learning_rate = 0.5f),
                         &loaded));
    bytes c = optimizer_bytes(context, loaded);
    char *text = rewrite_text(context, c.data, c.size, "options");
    assert_non_null(strstr(text, "\"learning_rate\":0.5"));
    assert_int_equal(syngan_optimizer_updates(loaded), 2);
    syngan_optimizer_free(loaded);
    assert_fails(context,
                 load_bytes(s.model, b,
                            SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_SGD),
                            &loaded),
                 SYNGAN_E_MISMATCH, "Adam");
    assert_null(loaded);
    assert_fails(context,
                 load_bytes(s.model, b, SYNGAN_OPTIMIZER(.beta1 = 7), &loaded),
                 SYNGAN_E_ARGUMENT, "beta1");
    free(text);
    free(b.data);
    free(c.data);
    scheme_end(&s);
    syngan_context_free(context);
}

/* ---- the node of a parameter --------------------------------------------- */

static void test_parameter_node(void **state) {
    (void)state;
    syngan_context *context = test_context(1), *other = test_context(1);
    syngan_graph *graph, *foreign;
    syngan_model *model, *clone;
    syngan_tensor *bias;
    syngan_program *program;
    assert_ok(context, make_model(context, 3, &model));
    assert_ok(context, syngan_model_clone(model, NULL, &clone));
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *node = syngan_model_parameter_node(graph, model, "dense.bias");
    assert_ptr_equal(node,
                     syngan_model_parameter_node(graph, model, "dense.bias"));
    assert_string_equal(syngan_node_name(node), "dense.bias");
    int64_t dims[SYNGAN_MAX_RANK];
    assert_int_equal(syngan_node_dims(node, dims), 1);
    assert_int_equal(dims[0], 3);
    /* Running statistics and clones, too. */
    syngan_node *mean =
        syngan_model_parameter_node(graph, model, "batch_norm.running_mean");
    syngan_node *copy = syngan_model_parameter_node(graph, clone, "dense.bias");
    syngan_node *updates[] = {
        syngan_assign(node, syngan_fill(graph, 2.0, SYNGAN_SHAPE(3))),
        syngan_assign(copy, syngan_affine(node, 1.0, 7.0)),
        syngan_assign(mean, syngan_fill(graph, 5.0, SYNGAN_SHAPE(3)))};
    assert_ok(context,
              syngan_program_create(NULL, 0, updates, 3, NULL, &program));
    assert_ok(context, syngan_program_run(program, 0));
    assert_ok(context, syngan_model_parameter(model, "dense.bias", &bias));
    assert_float_equal(*(float *)syngan_tensor_data(bias), 2, 0);
    syngan_tensor_free(bias);
    /* It read the bias as it was before the run. */
    assert_ok(context, syngan_model_parameter(clone, "dense.bias", &bias));
    assert_float_equal(*(float *)syngan_tensor_data(bias), 7, 0);
    syngan_tensor_free(bias);
    syngan_program_free(program);

    assert_null(syngan_model_parameter_node(NULL, model, "dense.bias"));
    assert_null(syngan_model_parameter_node(graph, NULL, "dense.bias"));
    assert_null(syngan_model_parameter_node(graph, model, NULL));
    node = syngan_model_parameter_node(graph, model, "dense.wait");
    assert_true(syngan_node_failed(node));
    assert_int_equal(syngan_graph_status(graph), SYNGAN_E_NOT_FOUND);
    assert_fails(context,
                 syngan_program_create(&node, 1, NULL, 0, NULL, &program),
                 SYNGAN_E_NOT_FOUND, "dense.wait");
    assert_int_equal(syngan_graph_create(other, &foreign), SYNGAN_OK);
    assert_true(syngan_node_failed(
        syngan_model_parameter_node(foreign, model, "dense.bias")));
    assert_int_equal(syngan_graph_status(foreign), SYNGAN_E_ARGUMENT);
    syngan_graph_free(graph);
    syngan_graph_free(foreign);
    syngan_model_free(model);
    syngan_model_free(clone);
    syngan_context_free(context);
    syngan_context_free(other);
}

/* ---- what is refused ----------------------------------------------------- */

static void test_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    scheme s;
    syngan_optimizer *out;
    syngan_model *wider, *loaded;
    assert_ok(context, scheme_make(context, NULL, &s));
    assert_ok(context, make_model(context, 7, &wider));
    bytes b = optimizer_bytes(context, s.optimizer);
    assert_fails(context, load_bytes(wider, b, NULL, &out), SYNGAN_E_MISMATCH,
                 "m.dense.weight");
    static const struct {
        const char *key, *value, *tensor;
        syngan_status status;
        const char *part;
    } changes[] = {
        {"format", "syngan model", NULL, SYNGAN_E_FORMAT, "syngan optimizer"},
        {"format_version", "2", NULL, SYNGAN_E_VERSION, "version 2"},
        {"options", NULL, NULL, SYNGAN_E_FORMAT, "options"},
        {"options", "{", NULL, SYNGAN_E_FORMAT, "options"},
        {"options", "{\"optimizer\":{\"kind\":\"none\"}}", NULL,
         SYNGAN_E_FORMAT, "kind"},
        {NULL, NULL, "updates", SYNGAN_E_MISMATCH, "updates"},
        {NULL, NULL, "v.dense.bias", SYNGAN_E_MISMATCH, "v.dense.bias"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        bytes c;
        rewrite_file(context, b.data, b.size, changes[i].key, changes[i].value,
                     changes[i].tensor, &c.data, &c.size);
        assert_fails(context, load_bytes(s.model, c, NULL, &out),
                     changes[i].status, changes[i].part);
        assert_null(out);
        free(c.data);
    }
    /* Nor is it a model. */
    memory_stream stream;
    memory_stream_init(&stream, b.data, b.size);
    assert_fails(context,
                 syngan_model_load_stream(context, &stream.hooks, &loaded),
                 SYNGAN_E_FORMAT, "is not a syngan model");
    memory_stream_end(&stream);
    for (size_t size = 0; size < b.size; size += 7)
        assert_int_equal(load_bytes(s.model, (bytes){b.data, size}, NULL, &out),
                         SYNGAN_E_FORMAT);
    free(b.data);
    scheme_end(&s);
    syngan_model_free(wider);
    syngan_context_free(context);
}

static void test_arguments(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    scheme s;
    syngan_optimizer *out;
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    assert_ok(context, scheme_make(context, NULL, &s));
    assert_int_equal(syngan_optimizer_save(NULL, "x"), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_optimizer_save_stream(NULL, &stream.hooks),
                     SYNGAN_E_ARGUMENT);
    assert_fails(context, syngan_optimizer_save(s.optimizer, NULL),
                 SYNGAN_E_ARGUMENT, "path");
    assert_fails(context, syngan_optimizer_save_stream(s.optimizer, NULL),
                 SYNGAN_E_ARGUMENT, "stream");
    assert_int_equal(syngan_optimizer_load(NULL, "x", NULL, &out),
                     SYNGAN_E_ARGUMENT);
    assert_fails(context, syngan_optimizer_load(s.model, NULL, NULL, &out),
                 SYNGAN_E_ARGUMENT, "load from");
    assert_fails(context, syngan_optimizer_load(s.model, "x", NULL, NULL),
                 SYNGAN_E_ARGUMENT, "out");
    assert_fails(context,
                 syngan_optimizer_load_stream(s.model, NULL, NULL, &out),
                 SYNGAN_E_ARGUMENT, "load from");
    assert_fails(context,
                 syngan_optimizer_load(s.model, "/no/where", NULL, &out),
                 SYNGAN_E_IO, "/no/where");
    memory_stream_end(&stream);
    scheme_end(&s);
    syngan_context_free(context);
}

/* ---- when memory or the system fails ------------------------------------- */

static syngan_status save_and_load(syngan_context *context, void *user) {
    const files *f = user;
    scheme s;
    syngan_optimizer *loaded = NULL;
    syngan_status status = scheme_make(context, NULL, &s);
    if (status == SYNGAN_OK)
        status = syngan_optimizer_save(s.optimizer, f->optimizer);
    if (status == SYNGAN_OK)
        status = syngan_optimizer_load(s.model, f->optimizer, NULL, &loaded);
    syngan_optimizer_free(loaded);
    scheme_end(&s);
    return status;
}

static void test_faults(void **state) {
    (void)state;
    files f;
    files_make(&f);
    fault_sweep sweep = {.body = save_and_load, .user = &f};
    fault_sweep_memory(&sweep);
    fault_sweep_io(&sweep, 28 /* ENOSPC */);
    folder_remove(&f.folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_continue),
        cmocka_unit_test(test_other_options),
        cmocka_unit_test(test_parameter_node),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

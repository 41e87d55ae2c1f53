/* SPDX-License-Identifier: Apache-2.0 */
/* Model files: saving, loading, damage, and files made to do harm. */
#include "support/test.h"

#include <stdlib.h>
#include <syngan/layers.h>

#include "file/safetensors.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/networks.h"
#include "support/python.h"

/* ---- there and back ---------------------------------------------------- */

/* A network of many operators, so that their fields are seen in files. */
static syngan_model *various(syngan_context *context) {
    syngan_graph *graph;
    syngan_tensor *tensor;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(1, 4, 1, 1), &tensor));
    assert_ok(context, syngan_tensor_fill_normal(tensor, 1, 1));
    syngan_node *z = syngan_input(graph, "z", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 2, 7, 5));
    syngan_node *x = syngan_conv2d(
        z, SYNGAN_CONV2D(.filters = 4, .kernel = 3, .kernel_width = 2,
                         .stride = 2, .dilation = 2, .groups = 2,
                         .padding = SYNGAN_PADDING_EXPLICIT, .pad_top = 3,
                         .pad_left = 1, .pad_right = 2,
                         .activation = SYNGAN_ACTIVATION_SOFTPLUS));
    x = syngan_batch_norm(x, SYNGAN_BATCH_NORM(.epsilon = 0.01f));
    x = syngan_multiply(x, syngan_constant(graph, tensor));
    x = syngan_dropout(syngan_gaussian_noise(x, 0.3), 0.4);
    x = syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = 6, .kernel = 3,
                                   .padding = SYNGAN_PADDING_VALID));
    x = syngan_leaky_relu(x, 0.17);
    syngan_node *a = syngan_average_pool2d(x, SYNGAN_POOL2D(.size = 2));
    syngan_node *b =
        syngan_max_pool2d(x, SYNGAN_POOL2D(.size = 3, .stride = 2,
                                           .padding = SYNGAN_PADDING_SAME));
    syngan_node *both[] = {a, b};
    x = syngan_concat(both, 2, 1);
    x = syngan_upsample2d(x, 2);
    x = syngan_clip(syngan_affine(x, 0.7, -0.1), -0.4, 0.9);
    x = syngan_transpose(x, (const int32_t[]){0, 2, 3, 1}, 4);
    x = syngan_softmax(x, -1);
    x = syngan_slice(x, 3, 1, 8);
    syngan_node *mean = syngan_mean(x, (const int32_t[]){1, 2}, 2, 1);
    x = syngan_divide(syngan_subtract(x, mean), syngan_scalar(graph, 2));
    x = syngan_add(x, syngan_fill(graph, 0.5, SYNGAN_SHAPE(8)));
    x = syngan_flatten(x);
    x = syngan_dense(x, SYNGAN_DENSE(.units = 3, .no_bias = 1));
    syngan_node *p = syngan_parameter(
        graph, "p", SYNGAN_SHAPE(3),
        SYNGAN_PARAMETER(.frozen = 1,
                         .initializer = SYNGAN_INITIALIZER_NORMAL));
    x = syngan_maximum(x, p);
    assert_ok(context, syngan_model_create(x, "various", &model));
    syngan_tensor_free(tensor);
    syngan_graph_free(graph);
    return model;
}

static void save(syngan_context *context, const syngan_model *model,
                 memory_stream *stream) {
    memory_stream_init(stream, NULL, 0);
    assert_ok(context, syngan_model_save_stream(model, &stream->hooks));
}

static syngan_status load(syngan_context *context, const void *data,
                          size_t size, syngan_model **out) {
    memory_stream stream;
    memory_stream_init(&stream, data, size);
    syngan_status status =
        syngan_model_load_stream(context, &stream.hooks, out);
    memory_stream_end(&stream);
    return status;
}

static void check_same(syngan_context *context, syngan_model *a,
                       syngan_model *b) {
    syngan_tensor *x, *y;
    assert_string_equal(syngan_model_name(a), syngan_model_name(b));
    assert_true(network_equal(a, b));
    for (size_t i = 0; i < syngan_model_parameter_count(a); i++)
        assert_int_equal(syngan_model_parameter_trainable(a, i),
                         syngan_model_parameter_trainable(b, i));
    assert_ok(context, syngan_model_sample(a, 3, 1, &x));
    assert_ok(context, syngan_model_sample(b, 3, 1, &y));
    assert_int_equal(syngan_tensor_bytes(x), syngan_tensor_bytes(y));
    assert_memory_equal(syngan_tensor_data(x), syngan_tensor_data(y),
                        syngan_tensor_bytes(x));
    syngan_tensor_free(x);
    syngan_tensor_free(y);
}

/* What was saved, loaded and saved again is the same file. */
static void check_round_trip(syngan_context *context, syngan_model *model) {
    memory_stream first, second;
    syngan_model *loaded;
    save(context, model, &first);
    assert_ok(context, load(context, first.data, first.size, &loaded));
    check_same(context, model, loaded);
    save(context, loaded, &second);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
    memory_stream_end(&first);
    memory_stream_end(&second);
    syngan_model_free(loaded);
}

static void test_round_trip(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *models[5];
    assert_ok(context, network_generator(context, NETWORK_DENSE, &models[0]));
    assert_ok(context,
              network_generator(context, NETWORK_CONVOLUTION, &models[1]));
    assert_ok(context,
              network_discriminator(context, NETWORK_DENSE, &models[2]));
    assert_ok(context,
              network_discriminator(context, NETWORK_CONVOLUTION, &models[3]));
    models[4] = various(context);
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        check_round_trip(context, models[i]);
        syngan_model_free(models[i]);
    }
    syngan_context_free(context);
}

static void test_file(void **state) {
    (void)state;
    folder f;
    char path[FOLDER_PATH_MAX];
    folder_make(&f);
    folder_file(&f, "model.safetensors", path);
    syngan_context *context = test_context(1);
    syngan_model *model, *loaded;
    assert_ok(context, network_generator(context, NETWORK_DENSE, &model));
    assert_ok(context, syngan_model_save(model, path));
    assert_ok(context, syngan_model_load(context, path, &loaded));
    check_same(context, model, loaded);
    syngan_model_free(loaded);
    assert_int_equal(folder_count(&f), 1);
    folder_remove(&f);
    assert_fails(context, syngan_model_load(context, path, &loaded),
                 SYNGAN_E_IO, path);
    assert_null(loaded);
    assert_fails(context, syngan_model_save(model, path), SYNGAN_E_IO, path);
    assert_fails(context, syngan_model_load(context, NULL, &loaded),
                 SYNGAN_E_ARGUMENT, "path");
    assert_fails(context, syngan_model_save(model, NULL), SYNGAN_E_ARGUMENT,
                 "path");
    syngan_model_free(model);
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
    folder_file(&f, "model.safetensors", path);
    syngan_context *context = test_context(1);
    syngan_model *model;
    assert_ok(context, network_generator(context, NETWORK_DENSE, &model));
    assert_ok(context, syngan_model_save(model, path));
    python_run("import sys\n"
               "from safetensors.numpy import load_file\n"
               "t = load_file(sys.argv[1])\n"
               "assert t['dense.weight'].shape == (12, 5), t\n"
               "assert t['batch_norm.running_var'].tolist() == [1.0] * 12\n",
               path, NULL, NULL);
    syngan_model_free(model);
    syngan_context_free(context);
    folder_remove(&f);
}

/* ---- damage ------------------------------------------------------------ */

static void test_damage(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model, *loaded;
    memory_stream file;
    assert_ok(context, network_discriminator(context, NETWORK_DENSE, &model));
    save(context, model, &file);
    syngan_model_free(model);
    for (size_t size = 0; size < file.size; size++) {
        assert_int_equal(load(context, file.data, size, &loaded),
                         SYNGAN_E_FORMAT);
        assert_null(loaded);
    }
    for (size_t i = 0; i < file.size; i++) {
        file.data[i] ^= (unsigned char)(1u << i % 8);
        assert_int_equal(load(context, file.data, file.size, &loaded),
                         SYNGAN_E_FORMAT);
        file.data[i] ^= (unsigned char)(1u << i % 8);
    }
    assert_ok(context, load(context, file.data, file.size, &loaded));
    syngan_model_free(loaded);
    memory_stream_end(&file);
    syngan_context_free(context);
}

/* ---- files made by hand ------------------------------------------------ */

/* A file with a right checksum, the given network, and one tensor "w" of
 * 2 x 3. */
static syngan_status load_network(syngan_context *context, const char *format,
                                  const char *version, const char *network,
                                  syngan_model **out) {
    static const float numbers[6] = {1, 2, 3, 4, 5, 6};
    memory_stream stream;
    sg_safetensors_writer *file;
    sg_writer *writer;
    sg_dims dims = sg_dims_make((const int64_t[]){2, 3}, 2);
    memory_stream_init(&stream, NULL, 0);
    assert_ok(context, sg_safetensors_start(context, &file));
    assert_ok(context, sg_safetensors_put_text(file, "format", format));
    if (version != NULL)
        assert_ok(context,
                  sg_safetensors_put_text(file, "format_version", version));
    if (network != NULL)
        assert_ok(context, sg_safetensors_put_text(file, "network", network));
    assert_ok(context, sg_safetensors_put_tensor(file, "w", SYNGAN_TYPE_F32,
                                                 &dims, numbers));
    assert_ok(context, sg_writer_open_stream(context, &stream.hooks, &writer));
    assert_ok(context, sg_safetensors_write(file, writer));
    assert_ok(context, sg_writer_commit(writer));
    sg_safetensors_discard(file);
    syngan_status status = load(context, stream.data, stream.size, out);
    memory_stream_end(&stream);
    return status;
}

#define X                                                                      \
    "{\"op\":\"input\",\"version\":1,\"name\":\"x\",\"type\":\"f32\","         \
    "\"dims\":[-1,3]}"
#define W                                                                      \
    "{\"op\":\"parameter\",\"version\":1,\"name\":\"w\",\"dims\":[2,3],"       \
    "\"trainable\":true}"
#define ADD(a, b)                                                              \
    "{\"op\":\"add\",\"version\":1,\"name\":\"s\",\"inputs\":[" a "," b "]}"
#define NETWORK(nodes, output)                                                 \
    "{\"name\":\"m\",\"nodes\":[" nodes "],\"output\":" output "}"

static void test_by_hand(void **state) {
    (void)state;
    static const struct {
        const char *network, *sentence;
    } cases[] = {
        {"", ""},
        {"[]", "name"},
        {"{}", "name"},
        {"{\"name\":\"m\",\"nodes\":[],\"output\":0}", "output"},
        {NETWORK(X, "1"), "output"},
        {NETWORK(X, "-1"), "output"},
        {NETWORK(X, "0.5"), "output"},
        {NETWORK(X "," ADD("0", "1"), "1"), "inputs"},
        {NETWORK(X "," ADD("0", "-1"), "1"), "inputs"},
        {NETWORK(X "," ADD("0", "0") "," ADD("0", "18446744073709551616"), "2"),
         ""},
        {NETWORK(X ",{\"op\":\"add\",\"version\":1,\"name\":\"s\","
                   "\"inputs\":[0]}",
                 "1"),
         "takes 2 inputs"},
        {NETWORK(X ",{\"op\":\"none\",\"version\":1,\"name\":\"s\","
                   "\"inputs\":[0]}",
                 "1"),
         "no operator"},
        {NETWORK(X ",{\"op\":\"add\",\"version\":0,\"name\":\"s\","
                   "\"inputs\":[0,0]}",
                 "1"),
         "version"},
        {NETWORK(X ",{\"op\":\"add\",\"name\":\"s\",\"inputs\":[0,0]}", "1"),
         "version"},
        {NETWORK(X ",{\"op\":\"assign\",\"version\":1,\"name\":\"s\","
                   "\"inputs\":[0,0]}",
                 "1"),
         "changes parameters"},
        {NETWORK(X ",{\"op\":\"flatten\",\"version\":1,\"name\":\"s\","
                   "\"inputs\":[0]}",
                 "1"),
         ""},
        {NETWORK(X ",{\"op\":\"clip\",\"version\":1,\"name\":\"s\","
                   "\"inputs\":[0]}",
                 "1"),
         "fields"},
        {NETWORK(X ",{\"op\":\"reshape\",\"version\":1,\"name\":\"s\","
                   "\"inputs\":[0],\"fields\":{\"dims\":[-1,4]}}",
                 "1"),
         "reshape"},
        {NETWORK(X ",{\"op\":\"reshape\",\"version\":1,\"name\":\"s\","
                   "\"inputs\":[0],\"fields\":{\"dims\":[-1,3],\"no\":1}}",
                 "1"),
         "no"},
        {NETWORK(W, "0"), "depends on no input"},
        {NETWORK("{\"op\":\"input\",\"version\":1,\"name\":\"x\","
                 "\"type\":\"f31\",\"dims\":[-1,3]}",
                 "0"),
         "f31"},
        {NETWORK("{\"op\":\"input\",\"version\":1,\"name\":\"x\","
                 "\"type\":\"f32\",\"dims\":[-2,3]}",
                 "0"),
         "dims"},
        {NETWORK("{\"op\":\"input\",\"version\":1,\"name\":\"x\","
                 "\"type\":\"f32\",\"dims\":[3,-1]}",
                 "0"),
         "x"},
        {NETWORK("{\"op\":\"input\",\"version\":1,\"name\":\"x\","
                 "\"type\":\"f32\",\"dims\":[1,1,1,1,1,1,1,1,1]}",
                 "0"),
         "dims"},
        {NETWORK(X "," X, "1"), "x"},
        {NETWORK(X ",{\"op\":\"parameter\",\"version\":1,\"name\":\"w\","
                   "\"dims\":[3,2],\"trainable\":true}",
                 "0"),
         "'w' is [2, 3], not [3, 2]"},
        {NETWORK(X ",{\"op\":\"parameter\",\"version\":1,\"name\":\"v\","
                   "\"dims\":[3,2],\"trainable\":true}",
                 "0"),
         "'v' is missing"},
        {NETWORK(X ",{\"op\":\"parameter\",\"version\":1,\"name\":\"w\","
                   "\"dims\":[9000000000000000000,3],\"trainable\":true}",
                 "0"),
         "w"},
        {NETWORK(X ",{\"op\":\"constant\",\"version\":1,\"name\":\"c\"}", "0"),
         "constant:1"},
        {NETWORK(X "," W "," W "," ADD("0", "1") "," ADD("2", "3"), "4"), ""},
    };
    syngan_context *context = test_context(1);
    syngan_model *model;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        syngan_status status = load_network(context, "syngan model", "1",
                                            cases[i].network, &model);
        if (status != SYNGAN_E_FORMAT ||
            strstr(syngan_context_last_error(context), cases[i].sentence) ==
                NULL)
            fail_msg("%s: %d: %s", cases[i].network, status,
                     syngan_context_last_error(context));
        assert_null(model);
    }
    syngan_context_free(context);
}

/* The file of `model` with another text as its network, loaded. */
static syngan_status load_changed(syngan_context *context,
                                  const sg_safetensors *file,
                                  const char *network, syngan_model **out) {
    memory_stream stream;
    sg_safetensors_writer *copy;
    sg_writer *writer;
    memory_stream_init(&stream, NULL, 0);
    assert_ok(context, sg_safetensors_start(context, &copy));
    assert_ok(context, sg_safetensors_put_text(copy, "format", "syngan model"));
    assert_ok(context, sg_safetensors_put_text(copy, "format_version", "1"));
    assert_ok(context, sg_safetensors_put_text(copy, "network", network));
    for (size_t i = 0; i < sg_safetensors_count(file); i++) {
        const sg_safetensors_entry *e = sg_safetensors_at(file, i);
        assert_ok(context, sg_safetensors_put_tensor(copy, e->name, e->type,
                                                     &e->dims, e->data));
    }
    assert_ok(context, sg_writer_open_stream(context, &stream.hooks, &writer));
    assert_ok(context, sg_safetensors_write(copy, writer));
    assert_ok(context, sg_writer_commit(writer));
    sg_safetensors_discard(copy);
    syngan_status status = load(context, stream.data, stream.size, out);
    memory_stream_end(&stream);
    return status;
}

/* A model from a file made to do harm is refused, or can be used. */
static void check_harmless(syngan_context *context, const sg_safetensors *file,
                           const char *network) {
    syngan_model *model;
    syngan_tensor *out;
    syngan_status status = load_changed(context, file, network, &model);
    if (status == SYNGAN_OK) {
        if (syngan_model_sample(model, 2, 1, &out) == SYNGAN_OK)
            syngan_tensor_free(out);
        syngan_model_free(model);
    } else if (status != SYNGAN_E_FORMAT && status != SYNGAN_E_VERSION &&
               status != SYNGAN_E_MEMORY) {
        fail_msg("%d: %s\n%s", status, syngan_context_last_error(context),
                 network);
    }
}

/* Every number of a network's text becomes others, one at a time. */
static void test_numbers(void **state) {
    (void)state;
    static const char *const numbers[] = {
        "0", "-1", "1", "3", "1000000", "2147483647", "9223372036854775807"};
    syngan_context *context;
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.threads = 1, .memory_limit = 64u << 20), &context),
        SYNGAN_OK);
    syngan_model *model = various(context);
    memory_stream stream;
    sg_reader *reader;
    sg_safetensors *file;
    save(context, model, &stream);
    syngan_model_free(model);
    assert_ok(context, sg_reader_open_stream(context, &stream.hooks, &reader));
    assert_ok(context, sg_safetensors_read(context, reader, 0, &file));
    sg_reader_close(reader);
    const char *text = sg_safetensors_text(file, "network");
    char *changed = malloc(strlen(text) + 32);
    for (const char *at = text; *at != '\0';) {
        size_t digits = strspn(at, "-.0123456789");
        bool number = digits > 0 && strchr(":,[", at[-1]) != NULL;
        for (size_t i = 0; number && i < sizeof numbers / sizeof *numbers;
             i++) {
            memcpy(changed, text, (size_t)(at - text));
            strcpy(changed + (at - text), numbers[i]);
            strcat(changed, at + digits);
            check_harmless(context, file, changed);
        }
        at += digits + 1;
    }
    free(changed);
    sg_safetensors_free(file);
    memory_stream_end(&stream);
    syngan_context_free(context);
}

static void test_versions(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model;
    const char *good = NETWORK(X, "0");
    assert_ok(context,
              load_network(context, "syngan model", "1", good, &model));
    syngan_model_free(model);
    assert_fails(context,
                 load_network(context, "syngan model", "2", good, &model),
                 SYNGAN_E_VERSION, "format version 2");
    assert_fails(context,
                 load_network(context, "syngan model", NULL, good, &model),
                 SYNGAN_E_VERSION, "unknown");
    assert_fails(context, load_network(context, "other", "1", good, &model),
                 SYNGAN_E_FORMAT, "is not a syngan model");
    assert_fails(context,
                 load_network(context, "syngan model", "1", NULL, &model),
                 SYNGAN_E_FORMAT, "network");
    assert_fails(context,
                 load_network(context, "syngan checkpoint", "1", good, &model),
                 SYNGAN_E_FORMAT, "sample");
    assert_fails(context,
                 load_network(context, "syngan model", "1",
                              NETWORK(X ",{\"op\":\"add\",\"version\":99,"
                                        "\"name\":\"s\",\"inputs\":[0,0]}",
                                      "1"),
                              &model),
                 SYNGAN_E_VERSION, "99");
    syngan_context_free(context);
}

/* ---- failures of memory and system ------------------------------------- */

typedef struct place {
    folder folder;
    char path[FOLDER_PATH_MAX];
    char *bytes; /* of the file that was there before */
    size_t size;
} place;

static syngan_status save_body(syngan_context *context, void *user) {
    const place *p = user;
    syngan_model *model;
    syngan_status status = network_generator(context, NETWORK_DENSE, &model);
    if (status == SYNGAN_OK) status = syngan_model_save(model, p->path);
    syngan_model_free(model);
    return status;
}

static syngan_status load_body(syngan_context *context, void *user) {
    const place *p = user;
    syngan_model *model;
    syngan_status status = syngan_model_load(context, p->path, &model);
    syngan_model_free(model);
    return status;
}

static void put_old_file(void *user) {
    place *p = user;
    file_write(p->path, p->bytes, p->size);
}

/* The old file or a whole new one, and nothing beside it. */
static void check_file(syngan_status status, bool faulted, void *user) {
    place *p = user;
    size_t size;
    char *bytes = file_read(p->path, &size);
    int old = size == p->size && memcmp(bytes, p->bytes, size) == 0;
    free(bytes);
    if (status == SYNGAN_OK || old) {
        if (status != SYNGAN_OK) assert_true(faulted);
        assert_true(status == -1 || folder_count(&p->folder) == 1);
        return;
    }
    /* New, whatever failed after it had taken its place. */
    syngan_context *context = test_context(1);
    syngan_model *model;
    assert_ok(context, syngan_model_load(context, p->path, &model));
    syngan_model_free(model);
    syngan_context_free(context);
}

/* With a file already there, which holds another model. */
static void place_make(place *p) {
    folder_make(&p->folder);
    folder_file(&p->folder, "model.safetensors", p->path);
    syngan_context *context = test_context(1);
    syngan_model *model;
    assert_ok(context, network_discriminator(context, NETWORK_DENSE, &model));
    assert_ok(context, syngan_model_save(model, p->path));
    p->bytes = file_read(p->path, &p->size);
    syngan_model_free(model);
    syngan_context_free(context);
}

static void place_end(place *p) {
    free(p->bytes);
    folder_remove(&p->folder);
}

static void test_faults(void **state) {
    (void)state;
    place p;
    place_make(&p);
    fault_sweep_memory(&(fault_sweep){.body = load_body, .user = &p});
    fault_sweep_io(&(fault_sweep){.body = load_body, .user = &p}, 5);
    fault_sweep save_sweep = {.body = save_body,
                              .user = &p,
                              .before = put_old_file,
                              .after = check_file};
    fault_sweep_memory(&save_sweep);
    fault_sweep_io(&save_sweep, 28);
    fault_sweep_kill(&save_sweep);
    place_end(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_file),
        cmocka_unit_test(test_python),     cmocka_unit_test(test_damage),
        cmocka_unit_test(test_by_hand),    cmocka_unit_test(test_versions),
        cmocka_unit_test(test_numbers),    cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

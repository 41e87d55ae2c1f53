/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of values from TensorFlow: reading, tensors by formula, comparing.
 */
#include "support/fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "op/ops.h"

#define SAMPLES 64

void fixture_ok(syngan_context *context, syngan_status status) {
    if (status != SYNGAN_OK)
        fail_msg("%s: %s", syngan_status_text(status),
                 syngan_context_last_error(context));
}

/* ---- reading ------------------------------------------------------------ */

char *fixture_path(const char *name, char path[FOLDER_PATH_MAX]) {
    snprintf(path, FOLDER_PATH_MAX, "%s/%s", SYNGAN_TEST_FIXTURES, name);
    return path;
}

sg_json *fixture_open(syngan_context *context) {
    return fixture_open_file(context, "pair.json");
}

sg_json *fixture_open_file(syngan_context *context, const char *name) {
    char path[FOLDER_PATH_MAX];
    size_t size;
    char *text = file_read(fixture_path(name, path), &size);
    assert_non_null(text);
    sg_json *json = NULL;
    fixture_ok(context, sg_json_parse(context, name, text, size, &json));
    free(text);
    return json;
}

double fixture_f64(sg_json_value object, const char *key) {
    double value = 0;
    if (sg_json_read_f64(sg_json_member(object, key), &value) != SYNGAN_OK)
        fail_msg("pair.json has no number '%s'", key);
    return value;
}

int32_t fixture_i32(sg_json_value object, const char *key) {
    int32_t value = 0;
    if (sg_json_read_i32(sg_json_member(object, key), INT32_MIN, INT32_MAX,
                         &value) != SYNGAN_OK)
        fail_msg("pair.json has no integer '%s'", key);
    return value;
}

const char *fixture_string(sg_json_value object, const char *key) {
    const char *value = NULL;
    if (sg_json_read_string(sg_json_member(object, key), &value) != SYNGAN_OK)
        fail_msg("pair.json has no text '%s'", key);
    return value;
}

size_t fixture_dims(sg_json_value array, int64_t *dims) {
    size_t rank = 0;
    assert_int_equal(sg_json_read_array(array, &rank), SYNGAN_OK);
    assert_in_range(rank, 0, SYNGAN_MAX_RANK);
    for (size_t i = 0; i < rank; i++)
        assert_int_equal(
            sg_json_read_i64(sg_json_item(array, i), 0, INT32_MAX, &dims[i]),
            SYNGAN_OK);
    return rank;
}

/* ---- tensors by formula ---------------------------------------------------
 */

/* u of element `index` of tensor k, in [-1, 1). */
static double formula(uint64_t k, uint64_t index) {
    uint64_t z = ((k << 32) | index) + 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return (double)(z >> 40) / 8388608.0 - 1.0;
}

void fixture_fill(syngan_tensor *tensor, uint64_t k, double scale,
                  double offset) {
    float *data = syngan_tensor_data(tensor);
    size_t count = syngan_tensor_count(tensor);
    for (size_t i = 0; i < count; i++)
        data[i] = (float)(offset + scale * formula(k, i));
}

/* The entry of a parameter in the file's list. */
static sg_json_value find_entry(sg_json_value root, const char *player,
                                const char *name) {
    sg_json_value list = sg_json_member(root, "parameters");
    size_t count = 0;
    assert_int_equal(sg_json_read_array(list, &count), SYNGAN_OK);
    for (size_t i = 0; i < count; i++) {
        sg_json_value entry = sg_json_item(list, i);
        if (strcmp(fixture_string(entry, "model"), player) == 0 &&
            strcmp(fixture_string(entry, "name"), name) == 0)
            return entry;
    }
    fail_msg("pair.json has no parameter '%s' of the %s", name, player);
    return root;
}

void fixture_set_parameters(sg_json_value root, const char *player,
                            syngan_model *model) {
    for (size_t i = 0; i < syngan_model_parameter_count(model); i++) {
        const char *name = syngan_model_parameter_name(model, i);
        sg_json_value entry = find_entry(root, player, name);
        syngan_tensor *tensor = NULL;
        assert_int_equal(syngan_model_parameter(model, name, &tensor),
                         SYNGAN_OK);
        int64_t dims[SYNGAN_MAX_RANK];
        size_t rank = fixture_dims(sg_json_member(entry, "shape"), dims);
        assert_int_equal(syngan_tensor_rank(tensor), rank);
        assert_memory_equal(syngan_tensor_dims(tensor), dims,
                            rank * sizeof dims[0]);
        assert_int_equal(syngan_model_parameter_trainable(model, i),
                         fixture_i32(entry, "trained"));
        fixture_fill(tensor, (uint64_t)fixture_i32(entry, "tensor"),
                     fixture_f64(entry, "scale"), fixture_f64(entry, "offset"));
        syngan_tensor_free(tensor);
    }
}

/* ---- comparing ------------------------------------------------------------
 */

/* `got` may be off by relative (|wanted| + size). */
static void compare(const char *place, const char *what, size_t index,
                    double got, double wanted, double relative, double size) {
    if (!(fabs(got - wanted) <= relative * (fabs(wanted) + size)))
        fail_msg("%s: %s %zu is %.9g, not %.9g (typical size %.3g)", place,
                 what, index, got, wanted, size);
}

static void check_shape(sg_json_value summary, const syngan_tensor *tensor) {
    int64_t dims[SYNGAN_MAX_RANK];
    size_t rank = fixture_dims(sg_json_member(summary, "shape"), dims);
    if (syngan_tensor_rank(tensor) != rank ||
        (rank > 0 &&
         memcmp(syngan_tensor_dims(tensor), dims, rank * sizeof dims[0]) != 0))
        fail_msg("%s: another shape", summary.key);
}

void fixture_compare(sg_json_value summary, const syngan_tensor *tensor,
                     double relative) {
    const char *place = summary.key == NULL ? "item" : summary.key;
    check_shape(summary, tensor);
    const float *data = syngan_tensor_data(tensor);
    size_t count = syngan_tensor_count(tensor);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)data[i];
        squares += (double)data[i] * (double)data[i];
    }
    double wanted = fixture_f64(summary, "squares");
    /* The smallest normal number, for tensors of zeros. */
    double rms = sqrt(wanted / (double)count) + 0x1p-126;
    compare(place, "sum", 0, sum, fixture_f64(summary, "sum"), relative,
            rms * (double)count);
    compare(place, "sum of squares", 0, squares, wanted, 2 * relative, rms);
    sg_json_value samples = sg_json_member(summary, "samples");
    size_t n = 0;
    assert_int_equal(sg_json_read_array(samples, &n), SYNGAN_OK);
    assert_int_equal(n, count < SAMPLES ? count : SAMPLES);
    for (size_t j = 0; j < n; j++) {
        double sample = 0;
        assert_int_equal(sg_json_read_f64(sg_json_item(samples, j), &sample),
                         SYNGAN_OK);
        size_t i = count <= SAMPLES ? j : j * count / SAMPLES;
        compare(place, "element", i, (double)data[i], sample, relative, rms);
    }
}

/* ---- parameters in graphs -------------------------------------------------
 */

syngan_node *fixture_parameter_node(syngan_graph *graph, syngan_model *model,
                                    const char *name) {
    syngan_tensor *tensor = NULL;
    assert_int_equal(syngan_model_parameter(model, name, &tensor), SYNGAN_OK);
    syngan_node *found = NULL;
    for (size_t i = 0; i < graph->count && found == NULL; i++) {
        syngan_node *node = graph->nodes[i];
        if (node->op == &sg_op_parameter &&
            syngan_tensor_data(node->variable->tensor) ==
                syngan_tensor_data(tensor))
            found = node;
    }
    syngan_tensor_free(tensor);
    if (found == NULL) fail_msg("parameter '%s' is not in the graph", name);
    return found;
}

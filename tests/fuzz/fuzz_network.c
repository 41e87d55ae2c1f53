/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks in files. The input is the JSON of a network; its parameters and
 * constants are given to it, all zero, as far as they are small. A model that
 * loads is saved and loaded to the same.
 */
#include <string.h>
#include <syngan/model.h>

#include "file/json.h"
#include "fuzz/fuzz.h"
#include "model/network.h"

/* Most elements of a parameter that is given. */
#define ELEMENTS_MAX 4096
static const double zeros[ELEMENTS_MAX];

/* Most memory of a small model, beside what its text takes. */
#define MODEL_MEMORY (8u << 20)

/* ---- the file around the network ---------------------------------------- */

/* The shape of a parameter; false if there is none, or a large one. */
static bool read_dims(sg_json_value value, sg_dims *dims) {
    size_t rank = 0;
    int64_t elements = 1;
    if (sg_json_read_array(value, &rank) != SYNGAN_OK) return false;
    if (rank > SYNGAN_MAX_RANK) return false;
    *dims = (sg_dims){.rank = (int32_t)rank};
    for (size_t i = 0; i < rank; i++) {
        if (sg_json_read_i64(sg_json_item(value, i), 0, ELEMENTS_MAX,
                             &dims->size[i]) != SYNGAN_OK) {
            return false;
        }
        elements *= dims->size[i];
        if (elements > ELEMENTS_MAX) return false;
    }
    return true;
}

/* The tensor that the node at `index` of the list needs, if any. */
static void put_tensor(sg_safetensors_writer *file, sg_json_value node,
                       size_t index) {
    const char *op = NULL, *name = NULL;
    sg_dims dims = {.rank = 0};
    char constant[64];
    if (sg_json_read_string(sg_json_member(node, "op"), &op) != SYNGAN_OK ||
        sg_json_read_string(sg_json_member(node, "name"), &name) != SYNGAN_OK) {
        return;
    }
    if (strcmp(op, "constant") == 0) {
        snprintf(constant, sizeof(constant), "constant:%zu", index);
        name = constant;
    } else if (strcmp(op, "parameter") != 0 ||
               !read_dims(sg_json_member(node, "dims"), &dims)) {
        return;
    }
    FUZZ_CHECK(sg_safetensors_put_tensor(file, name, SYNGAN_TYPE_F32, &dims,
                                         zeros) == SYNGAN_OK);
}

static void put_tensors(syngan_context *context, sg_safetensors_writer *file,
                        const char *text) {
    sg_json *json = NULL;
    size_t count = 0;
    if (sg_json_parse(context, "input", text, strlen(text), &json) !=
        SYNGAN_OK) {
        return;
    }
    sg_json_value nodes = sg_json_member(sg_json_root(json), "nodes");
    if (sg_json_read_array(nodes, &count) != SYNGAN_OK) count = 0;
    for (size_t i = 0; i < count; i++) {
        put_tensor(file, sg_json_item(nodes, i), i);
    }
    sg_json_free(json);
}

/* A model file with this network; empty if the text can't be in one. */
static fuzz_output make_file(syngan_context *context, const char *text) {
    fuzz_output out = {0};
    const syngan_stream stream = fuzz_writing(&out);
    sg_safetensors_writer *file = NULL;
    sg_writer *writer = NULL;
    FUZZ_CHECK(sg_safetensors_start(context, &file) == SYNGAN_OK);
    FUZZ_CHECK(sg_format_put(file, SG_FORMAT_MODEL) == SYNGAN_OK);
    FUZZ_CHECK(sg_safetensors_put_text(file, "network", text) == SYNGAN_OK);
    put_tensors(context, file, text);
    FUZZ_CHECK(sg_writer_open_stream(context, &stream, &writer) == SYNGAN_OK);
    if (sg_safetensors_write(file, writer) == SYNGAN_OK) {
        FUZZ_CHECK(sg_writer_commit(writer) == SYNGAN_OK);
    } else {
        sg_writer_abandon(writer);
    }
    sg_safetensors_discard(file);
    return out;
}

/* ---- models ------------------------------------------------------------- */

static syngan_model *load(const fuzz_output *file, size_t text) {
    syngan_context *context = fuzz_context(fuzz_limit(text) + MODEL_MEMORY);
    fuzz_input input = {file->data, file->size, 0};
    const syngan_stream stream = {
        .struct_size = sizeof(stream), .read = fuzz_read, .user = &input};
    syngan_model *model = NULL;
    syngan_status status = syngan_model_load_stream(context, &stream, &model);
    fuzz_check(context, status);
    FUZZ_CHECK((status == SYNGAN_OK) == (model != NULL));
    syngan_context_free(context);
    return model;
}

static fuzz_output save(const syngan_model *model) {
    fuzz_output out = {0};
    const syngan_stream stream = fuzz_writing(&out);
    FUZZ_CHECK(syngan_model_save_stream(model, &stream) == SYNGAN_OK);
    return out;
}

static void run(const char *text) {
    syngan_context *context = fuzz_context(0);
    fuzz_output file = make_file(context, text);
    syngan_context_free(context);
    syngan_model *model = file.size > 0 ? load(&file, strlen(text)) : NULL;
    if (model != NULL) {
        fuzz_output once = save(model);
        syngan_model *again = load(&once, once.size);
        FUZZ_CHECK(again != NULL);
        fuzz_output twice = save(again);
        FUZZ_CHECK(once.size == twice.size);
        FUZZ_CHECK(memcmp(once.data, twice.data, once.size) == 0);
        syngan_model_free(again);
        free(once.data);
        free(twice.data);
    }
    syngan_model_free(model);
    free(file.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    FUZZ_CHECK(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    run(text);
    free(text);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthesizers in files. The input is the JSON of one that was saved for
 * sampling; the parameters that its networks need are given to it, all zero, as
 * far as they are small. One that loads makes rows.
 *
 * Of baskets and sequences the input has, with bytes 0 between, the JSON of
 * what is around and that of each synthesizer inside.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "model/network.h"
#include "synth/basket.h"
#include "synth/sequence.h"

/* Most columns of a dense row, and most width of layers, that are tried. */
#define SIZE_MAX_TRIED 512
/* Most memory of such a small synthesizer, beside what its text takes. */
#define MEMORY (64u << 20)

static const float zeros[SIZE_MAX_TRIED * SIZE_MAX_TRIED * 4];

static void put_zeros(sg_safetensors_writer *file, const char *name,
                      const int64_t *sizes, size_t rank) {
    const sg_dims dims = sg_dims_make(sizes, rank);
    FUZZ_CHECK(sg_safetensors_put_tensor(file, name, SYNGAN_TYPE_F32, &dims,
                                         zeros) == SYNGAN_OK);
}

static void put_layer(sg_safetensors_writer *file, const char *prefix,
                      const char *layer, int64_t units, int64_t inputs) {
    char name[64];
    snprintf(name, sizeof(name), "%ssampler.%s.weight", prefix, layer);
    put_zeros(file, name, (const int64_t[]){units, inputs}, 2);
    snprintf(name, sizeof(name), "%ssampler.%s.bias", prefix, layer);
    put_zeros(file, name, &units, 1);
}

static void put_norm(sg_safetensors_writer *file, const char *prefix,
                     int32_t number, int64_t width) {
    static const char *const parts[] = {"weight", "bias", "running_mean",
                                        "running_var"};
    for (int i = 0; i < 4; i++) {
        char name[64];
        snprintf(name, sizeof(name), "%ssampler.norm_%d.%s", prefix, number,
                 parts[i]);
        put_zeros(file, name, &width, 1);
    }
}

/* The tensors of the network that the text describes; none if it is large. */
static void put_tensors(sg_safetensors_writer *file, const char *prefix,
                        const syngan_synthesizer_options *o, int64_t given,
                        const sg_encoder *encoder) {
    int64_t inputs = o->noise + given;
    char name[64];
    for (size_t i = 0; given == 0 && i < encoder->n_parts; i++)
        if (encoder->parts[i].discrete) inputs += encoder->parts[i].width;
    int64_t last = inputs + (int64_t)o->depth * o->width;
    if (o->width > SIZE_MAX_TRIED || encoder->width > SIZE_MAX_TRIED ||
        o->depth > 3 || last > 4 * SIZE_MAX_TRIED)
        return;
    for (int32_t i = 1; i <= o->depth; i++, inputs += o->width) {
        char layer[32];
        snprintf(layer, sizeof(layer), "layer_%d", i);
        put_layer(file, prefix, layer, o->width, inputs);
        put_norm(file, prefix, i, o->width);
    }
    put_layer(file, prefix, "output", encoder->width, inputs);
    snprintf(name, sizeof(name), "%smeasures", prefix);
    put_zeros(file, name, (const int64_t[]){0, 2}, 2);
}

static int64_t given_of(sg_json_value root) {
    sg_json_value given = sg_json_member(root, "given");
    int64_t numbers = 0;
    if (sg_json_present(given) &&
        sg_json_read_i64(given, 1, SIZE_MAX_TRIED, &numbers) != SYNGAN_OK)
        return 0;
    return numbers;
}

/* What the text says, as far as it can be read. */
static void put_all(syngan_context *context, sg_safetensors_writer *file,
                    const char *prefix, const char *text) {
    char name[64];
    snprintf(name, sizeof(name), "%ssynthesizer", prefix);
    FUZZ_CHECK(sg_safetensors_put_text(file, name, text) == SYNGAN_OK);
    sg_json *json = NULL;
    sg_synth_settings settings;
    sg_encoder *encoder = NULL;
    if (sg_json_parse(context, "input", text, strlen(text), &json) != SYNGAN_OK)
        return;
    sg_json_value root = sg_json_root(json);
    if (sg_synth_settings_parse(sg_json_member(root, "settings"), &settings) ==
            SYNGAN_OK &&
        sg_encoder_read(context, sg_json_member(root, "encoder"), &encoder) ==
            SYNGAN_OK)
        put_tensors(file, prefix, &settings.options, given_of(root), encoder);
    sg_encoder_release(encoder);
    sg_json_free(json);
}

/* Texts that follow each other, each ended by 0. */
static void put_parts(syngan_context *context, sg_safetensors_writer *file,
                      const char *text, size_t size) {
    const char *part[3] = {text, NULL, NULL};
    int count = 1;
    for (size_t i = 0; i < size && count < 3; i++)
        if (text[i] == '\0') part[count++] = text + i + 1;
    if (count == 1) {
        put_all(context, file, "", text);
        return;
    }
    FUZZ_CHECK(sg_safetensors_put_text(file, "rows", text) == SYNGAN_OK);
    put_all(context, file, count == 2 ? SG_BASKETS_PREFIX : SG_HEADS_PREFIX,
            part[1]);
    if (count == 3) put_all(context, file, SG_STEPS_PREFIX, part[2]);
}

static fuzz_output make_file(const char *text, size_t size) {
    fuzz_output out = {0};
    const syngan_stream stream = fuzz_writing(&out);
    syngan_context *context = fuzz_context(0);
    sg_safetensors_writer *file = NULL;
    sg_writer *writer = NULL;
    FUZZ_CHECK(sg_safetensors_start(context, &file) == SYNGAN_OK);
    FUZZ_CHECK(sg_format_put(file, "syngan synthesizer") == SYNGAN_OK);
    FUZZ_CHECK(sg_safetensors_put_text(file, "training", "no") == SYNGAN_OK);
    put_parts(context, file, text, size);
    FUZZ_CHECK(sg_writer_open_stream(context, &stream, &writer) == SYNGAN_OK);
    if (sg_safetensors_write(file, writer) == SYNGAN_OK)
        FUZZ_CHECK(sg_writer_commit(writer) == SYNGAN_OK);
    else
        sg_writer_abandon(writer);
    sg_safetensors_discard(file);
    syngan_context_free(context);
    return out;
}

static void try_file(const fuzz_output *file) {
    syngan_context *context = fuzz_context(fuzz_limit(file->size) + MEMORY);
    fuzz_input input = {file->data, file->size, 0};
    const syngan_stream stream = {
        .struct_size = sizeof(stream), .read = fuzz_read, .user = &input};
    syngan_synthesizer *s = NULL;
    syngan_table *rows = NULL;
    syngan_status status = syngan_synthesizer_load_stream(context, &stream, &s);
    fuzz_check(context, status);
    FUZZ_CHECK((status == SYNGAN_OK) == (s != NULL));
    if (s != NULL) {
        status = syngan_synthesizer_sample(
            s, 5, 1, SYNGAN_SAMPLE(.max_tries = 3), NULL, &rows);
        FUZZ_CHECK((status == SYNGAN_OK) == (rows != NULL));
    }
    syngan_table_free(rows);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    FUZZ_CHECK(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    fuzz_output file = make_file(text, size);
    if (file.size > 0) try_file(&file);
    free(file.data);
    free(text);
    return 0;
}

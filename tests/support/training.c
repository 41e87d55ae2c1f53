/* SPDX-License-Identifier: Apache-2.0 */
#include "support/training.h"

#include <string.h>

#include "file/safetensors.h"
#include "support/memory_stream.h"
#include "support/networks.h"
#include "support/test.h"

void training_end(training *t) {
    syngan_trainer_free(t->trainer);
    syngan_dataset_free(t->dataset);
    syngan_model_free(t->generator);
    syngan_model_free(t->discriminator);
    memset(t, 0, sizeof *t);
}

syngan_status training_make(syngan_context *context, int kind,
                            const syngan_trainer_options *options,
                            training *out) {
    memset(out, 0, sizeof *out);
    syngan_status status = network_generator(context, kind, &out->generator);
    if (status == SYNGAN_OK)
        status = network_discriminator(context, kind, &out->discriminator);
    if (status == SYNGAN_OK)
        status = network_examples(context, SYNGAN_DATASET(.no_prefetch = 1),
                                  &out->dataset);
    if (status == SYNGAN_OK)
        status = syngan_trainer_create(out->generator, out->discriminator,
                                       out->dataset, options, &out->trainer);
    if (status != SYNGAN_OK) training_end(out);
    return status;
}

syngan_status training_load(syngan_context *context, const void *data,
                            size_t size, const syngan_trainer_options *options,
                            training *out) {
    memory_stream stream;
    memset(out, 0, sizeof *out);
    syngan_status status = network_examples(
        context, SYNGAN_DATASET(.no_prefetch = 1), &out->dataset);
    if (status != SYNGAN_OK) return status;
    memory_stream_init(&stream, data, size);
    status = syngan_trainer_load_stream(context, &stream.hooks, out->dataset,
                                        options, &out->trainer);
    memory_stream_end(&stream);
    if (status != SYNGAN_OK) training_end(out);
    return status;
}

syngan_status training_save(const training *t, unsigned char **data,
                            size_t *size) {
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    syngan_status status =
        syngan_trainer_save_stream(t->trainer, &stream.hooks);
    *data = stream.data;
    *size = stream.size;
    return status;
}

/* ---- files of others ------------------------------------------------------
 */

static sg_safetensors *open_file(syngan_context *context, const void *data,
                                 size_t size) {
    memory_stream in;
    sg_reader *reader;
    sg_safetensors *file;
    memory_stream_init(&in, data, size);
    assert_ok(context, sg_reader_open_stream(context, &in.hooks, &reader));
    assert_ok(context, sg_safetensors_read(context, reader, 0, &file));
    sg_reader_close(reader);
    memory_stream_end(&in);
    return file;
}

char *training_text(syngan_context *context, const void *data, size_t size,
                    const char *key) {
    sg_safetensors *file = open_file(context, data, size);
    const char *text = sg_safetensors_text(file, key);
    char *copy = text == NULL ? NULL : strdup(text);
    sg_safetensors_free(file);
    return copy;
}

static void copy_texts(syngan_context *context, const sg_safetensors *file,
                       const char *key, const char *value,
                       sg_safetensors_writer *copy) {
    static const char *const keys[] = {
        "format",   "format_version", "generator", "discriminator", "sampler",
        "settings", "data",           "iteration", "threads",       "isa",
        "onednn",   "history_columns"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *text = sg_safetensors_text(file, keys[i]);
        assert_non_null(text);
        if (key != NULL && strcmp(keys[i], key) == 0) text = value;
        if (text != NULL)
            assert_ok(context, sg_safetensors_put_text(copy, keys[i], text));
    }
    const char *kernels = sg_safetensors_text(file, "kernels");
    if (key != NULL && strcmp(key, "kernels") == 0) kernels = value;
    if (kernels != NULL)
        assert_ok(context, sg_safetensors_put_text(copy, "kernels", kernels));
}

void training_change(syngan_context *context, const void *data, size_t size,
                     const char *key, const char *value, const char *tensor,
                     unsigned char **out, size_t *out_size) {
    memory_stream stream;
    sg_writer *writer;
    sg_safetensors_writer *copy;
    sg_safetensors *file = open_file(context, data, size);
    assert_ok(context, sg_safetensors_start(context, &copy));
    copy_texts(context, file, key, value, copy);
    for (size_t i = 0; i < sg_safetensors_count(file); i++) {
        const sg_safetensors_entry *e = sg_safetensors_at(file, i);
        if (tensor != NULL && strcmp(e->name, tensor) == 0) continue;
        assert_ok(context, sg_safetensors_put_tensor(copy, e->name, e->type,
                                                     &e->dims, e->data));
    }
    memory_stream_init(&stream, NULL, 0);
    assert_ok(context, sg_writer_open_stream(context, &stream.hooks, &writer));
    assert_ok(context, sg_safetensors_write(copy, writer));
    assert_ok(context, sg_writer_commit(writer));
    sg_safetensors_discard(copy);
    sg_safetensors_free(file);
    *out = stream.data;
    *out_size = stream.size;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The library's files with something else in them; see rewrite.h. */
#include "support/rewrite.h"

#include "file/safetensors.h"
#include "support/memory_stream.h"
#include "support/test.h"

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

char *rewrite_text(syngan_context *context, const void *data, size_t size,
                   const char *key) {
    sg_safetensors *file = open_file(context, data, size);
    const char *text = sg_safetensors_text(file, key);
    char *copy = text == NULL ? NULL : strdup(text);
    sg_safetensors_free(file);
    return copy;
}

/* Those that checkpoints, optimizers and synthesizers have. */
static void copy_texts(syngan_context *context, const sg_safetensors *file,
                       const char *key, const char *value,
                       sg_safetensors_writer *copy) {
    static const char *const keys[] = {"format",
                                       "format_version",
                                       "generator",
                                       "discriminator",
                                       "sampler",
                                       "settings",
                                       "data",
                                       "data_source",
                                       "data_checksum",
                                       "report",
                                       "iteration",
                                       "threads",
                                       "isa",
                                       "onednn",
                                       "history_columns",
                                       "kernels",
                                       "options",
                                       "synthesizer",
                                       "training",
                                       "rows",
                                       "baskets.synthesizer",
                                       "heads.synthesizer",
                                       "steps.synthesizer"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *text = sg_safetensors_text(file, keys[i]);
        if (key != NULL && strcmp(keys[i], key) == 0) text = value;
        if (text != NULL)
            assert_ok(context, sg_safetensors_put_text(copy, keys[i], text));
    }
}

void rewrite_file(syngan_context *context, const void *data, size_t size,
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

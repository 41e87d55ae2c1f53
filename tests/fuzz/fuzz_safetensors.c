/* SPDX-License-Identifier: Apache-2.0 */
/* Safetensors files of others: what is read can be written, and that read. */
#include <string.h>

#include "file/safetensors.h"
#include "file/safetensors_form.h"
#include "fuzz/fuzz.h"
#include "tensor/tensor.h"

static syngan_status put_all(const sg_safetensors *file,
                             sg_safetensors_writer *writer) {
    for (size_t i = 0; i < sg_safetensors_count(file); i++) {
        const sg_safetensors_entry *entry = sg_safetensors_at(file, i);
        FUZZ_CHECK((uintptr_t)entry->data % syngan_type_size(entry->type) == 0);
        FUZZ_CHECK(sg_safetensors_find(file, entry->name) == entry);
        SG_TRY(sg_safetensors_put_tensor(writer, entry->name, entry->type,
                                         &entry->dims, entry->data));
    }
    return SYNGAN_OK;
}

static fuzz_output write_all(syngan_context *context,
                             const sg_safetensors *file) {
    fuzz_output out = {0};
    const syngan_stream stream = fuzz_writing(&out);
    sg_safetensors_writer *writer = NULL;
    sg_writer *bytes = NULL;
    FUZZ_CHECK(sg_safetensors_start(context, &writer) == SYNGAN_OK);
    FUZZ_CHECK(put_all(file, writer) == SYNGAN_OK);
    FUZZ_CHECK(sg_writer_open_stream(context, &stream, &bytes) == SYNGAN_OK);
    FUZZ_CHECK(sg_safetensors_write(writer, bytes) == SYNGAN_OK);
    FUZZ_CHECK(sg_writer_commit(bytes) == SYNGAN_OK);
    sg_safetensors_discard(writer);
    return out;
}

static void check_equal(const sg_safetensors *a, const sg_safetensors *b) {
    FUZZ_CHECK(sg_safetensors_count(a) == sg_safetensors_count(b));
    for (size_t i = 0; i < sg_safetensors_count(a); i++) {
        const sg_safetensors_entry *x = sg_safetensors_at(a, i);
        const sg_safetensors_entry *y = sg_safetensors_at(b, i);
        FUZZ_CHECK(strcmp(x->name, y->name) == 0 && x->type == y->type);
        FUZZ_CHECK(sg_dims_equal(&x->dims, &y->dims));
        FUZZ_CHECK(x->bytes == y->bytes);
        FUZZ_CHECK(memcmp(x->data, y->data, x->bytes) == 0);
    }
}

static sg_safetensors *read_all(syngan_context *context, const uint8_t *data,
                                size_t size, int flags) {
    fuzz_input input = {data, size, 0};
    sg_reader *reader = fuzz_reader(context, &input);
    sg_safetensors *file = NULL;
    syngan_status status = sg_safetensors_read(context, reader, flags, &file);
    fuzz_check(context, status);
    FUZZ_CHECK((status == SYNGAN_OK) == (file != NULL));
    sg_reader_close(reader);
    return file;
}

static void run(const uint8_t *data, size_t size) {
    syngan_context *context = fuzz_context(fuzz_limit(size));
    syngan_context *roomy = fuzz_context(0);
    sg_safetensors *file =
        read_all(context, data, size, SG_SAFETENSORS_FOREIGN);
    if (file != NULL) {
        fuzz_output out = write_all(roomy, file);
        sg_safetensors *again = read_all(roomy, out.data, out.size, 0);
        FUZZ_CHECK(again != NULL);
        check_equal(file, again);
        sg_safetensors_free(again);
        free(out.data);
    }
    sg_safetensors_free(file);
    syngan_context_free(roomy);
    syngan_context_free(context);
}

/* The input as it is, and with a length that fits its last brace. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    run(data, size);
    if (size < 10) return 0;
    size_t end = size;
    while (end > 8 && data[end - 1] != '}')
        end--;
    uint8_t *copy = malloc(size);
    FUZZ_CHECK(copy != NULL);
    memcpy(copy, data, size);
    sg_safetensors_put_length(end - 8, copy);
    run(copy, size);
    free(copy);
    return 0;
}

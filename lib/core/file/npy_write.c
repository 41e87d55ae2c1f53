/* SPDX-License-Identifier: Apache-2.0 */
/* Writing NumPy's NPY files. */
#include <assert.h>
#include <string.h>
#include <syngan/files.h>

#include "base/floats.h"
#include "base/text.h"
#include "file/npy.h"
#include "tensor/tensor.h"

/* Longest header: 8 sizes of at most 19 digits and the words around. */
#define HEADER_MAX 320

/* Elements that are converted at a time. */
#define CHUNK 1024

/* bf16 is written as f32, since NumPy has none. */
static const char *type_code(int32_t type) {
    switch (type) {
    case SYNGAN_TYPE_F64:
        return "<f8";
    case SYNGAN_TYPE_I32:
        return "<i4";
    case SYNGAN_TYPE_I64:
        return "<i8";
    case SYNGAN_TYPE_U8:
        return "|u1";
    default:
        return "<f4";
    }
}

static size_t append(char *text, size_t used, const char *more) {
    int n = sg_text(text + used, HEADER_MAX - used, "%s", more);
    assert(n >= 0 && used + (size_t)n < HEADER_MAX);
    return used + (size_t)n;
}

static size_t append_shape(char *text, size_t used, const sg_dims *dims) {
    used = append(text, used, "(");
    for (int i = 0; i < dims->rank; i++) {
        char size[32];
        sg_text(size, sizeof(size), "%s%lld", i > 0 ? ", " : "",
                (long long)dims->size[i]);
        used = append(text, used, size);
    }
    return append(text, used, dims->rank == 1 ? ",)" : ")");
}

/* Everything before the elements; returns its size. */
static size_t make_header(const syngan_tensor *tensor, char *text) {
    size_t front = SG_NPY_MAGIC_SIZE + 4;
    memcpy(text, SG_NPY_MAGIC "\x01\x00", front - 2);
    size_t used = append(text, front, "{'descr': '");
    used = append(text, used, type_code(tensor->type));
    used = append(text, used, "', 'fortran_order': False, 'shape': ");
    used = append_shape(text, used, &tensor->dims);
    used = append(text, used, ", }");
    size_t total =
        (used + 1 + SG_NPY_ALIGNMENT - 1) / SG_NPY_ALIGNMENT * SG_NPY_ALIGNMENT;
    memset(text + used, ' ', total - used);
    text[total - 1] = '\n';
    text[front - 2] = (char)((total - front) & 0xff);
    text[front - 1] = (char)((total - front) >> 8);
    return total;
}

static syngan_status write_bf16(sg_writer *writer, const uint16_t *data,
                                size_t count) {
    float chunk[CHUNK];
    for (size_t done = 0; done < count;) {
        size_t n = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < n; i++)
            chunk[i] = sg_f32_from_bf16(data[done + i]);
        SG_TRY(sg_writer_put(writer, chunk, n * sizeof(float)));
        done += n;
    }
    return SYNGAN_OK;
}

syngan_status sg_npy_write(sg_writer *writer, const syngan_tensor *tensor) {
    char header[HEADER_MAX + SG_NPY_ALIGNMENT];
    SG_TRY(sg_writer_put(writer, header, make_header(tensor, header)));
    if (tensor->type == SYNGAN_TYPE_BF16) {
        return write_bf16(writer, tensor->data, syngan_tensor_count(tensor));
    }
    return sg_writer_put(writer, tensor->data, syngan_tensor_bytes(tensor));
}

syngan_status syngan_tensor_write_npy(const syngan_tensor *tensor,
                                      const char *path) {
    SG_OWN_FLOATS;
    if (tensor == NULL) return SYNGAN_E_ARGUMENT;
    sg_writer *writer;
    SG_TRY(sg_writer_open(sg_tensor_context(tensor), path, &writer));
    syngan_status status = sg_npy_write(writer, tensor);
    if (status == SYNGAN_OK) return sg_writer_commit(writer);
    sg_writer_abandon(writer);
    return status;
}

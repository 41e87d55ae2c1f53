/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and writing IDX files of bytes.
 *
 *   2 bytes       zero
 *   1 byte        type of the elements: 8 for unsigned bytes
 *   1 byte        r, the number of dimensions
 *   4 r bytes     their sizes, big-endian
 *   the rest      elements
 */
#include "file/idx.h"

#include <string.h>
#include <syngan/files.h>

#include "base/floats.h"
#include "file/pixel.h"
#include "file/source.h"
#include "tensor/tensor.h"

#define IDX_U8 8

/* Elements that are converted at a time. */
#define CHUNK 4096

/* ---- writing ------------------------------------------------------------ */

/* The shape in the file: a single channel of images is left out. */
static sg_dims file_dims(const sg_dims *dims) {
    if (dims->rank != 4 || dims->size[1] != 1) return *dims;
    const int64_t sizes[] = {dims->size[0], dims->size[2], dims->size[3]};
    return sg_dims_make(sizes, 3);
}

static syngan_status check_tensor(const syngan_tensor *tensor,
                                  const sg_dims *dims) {
    syngan_context *context = sg_tensor_context(tensor);
    if (tensor->type != SYNGAN_TYPE_U8 && tensor->type != SYNGAN_TYPE_F32) {
        return sg_fail(context, SYNGAN_E_TYPE,
                       "write_idx: the tensor is %s, but must be u8 or f32",
                       syngan_type_name(tensor->type));
    }
    bool fits = dims->rank > 0;
    for (int i = 0; i < dims->rank; i++) {
        fits = fits && dims->size[i] <= UINT32_MAX;
    }
    if (fits) return SYNGAN_OK;
    char shape[SG_DIMS_TEXT];
    return sg_fail(context, SYNGAN_E_SHAPE,
                   "write_idx: the tensor is %s, but must have at least one "
                   "dimension, and sizes below 2^32",
                   sg_dims_text(&tensor->dims, shape));
}

static syngan_status write_header(sg_writer *writer, const sg_dims *dims) {
    unsigned char header[4 + 4 * SYNGAN_MAX_RANK] = {0, 0, IDX_U8};
    header[3] = (unsigned char)dims->rank;
    for (int i = 0; i < dims->rank; i++) {
        for (int k = 0; k < 4; k++) {
            header[4 + 4 * i + k] =
                (unsigned char)(dims->size[i] >> (8 * (3 - k)));
        }
    }
    return sg_writer_put(writer, header, 4 + 4 * (size_t)dims->rank);
}

static syngan_status write_floats(sg_writer *writer, const float *data,
                                  size_t count) {
    unsigned char chunk[CHUNK];
    for (size_t done = 0; done < count;) {
        size_t n = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < n; i++)
            chunk[i] = sg_pixel(data[done + i], -1.0f, 1.0f);
        SG_TRY(sg_writer_put(writer, chunk, n));
        done += n;
    }
    return SYNGAN_OK;
}

syngan_status sg_idx_write(sg_writer *writer, const syngan_tensor *tensor) {
    sg_dims dims = file_dims(&tensor->dims);
    SG_TRY(check_tensor(tensor, &dims));
    SG_TRY(write_header(writer, &dims));
    size_t count = syngan_tensor_count(tensor);
    if (tensor->type == SYNGAN_TYPE_F32) {
        return write_floats(writer, tensor->data, count);
    }
    return sg_writer_put(writer, tensor->data, count);
}

syngan_status syngan_tensor_write_idx(const syngan_tensor *tensor,
                                      const char *path) {
    SG_OWN_FLOATS;
    if (tensor == NULL) return SYNGAN_E_ARGUMENT;
    sg_writer *writer;
    SG_TRY(sg_writer_open(sg_tensor_context(tensor), path, &writer));
    syngan_status status = sg_idx_write(writer, tensor);
    if (status == SYNGAN_OK) return sg_writer_commit(writer);
    sg_writer_abandon(writer);
    return status;
}

/* ---- reading ------------------------------------------------------------ */

static syngan_status check_start(const sg_source *source,
                                 const unsigned char start[4]) {
    if (start[0] != 0 || start[1] != 0 || start[3] == 0 ||
        start[3] > SYNGAN_MAX_RANK) {
        return sg_fail(source->context, SYNGAN_E_FORMAT,
                       "%s: is no IDX file: it begins with %02x %02x %02x "
                       "%02x, but should begin with 00 00 08 and the number of "
                       "dimensions, 1 to %d",
                       source->name, start[0], start[1], start[2], start[3],
                       SYNGAN_MAX_RANK);
    }
    if (start[2] != IDX_U8) {
        return sg_fail(source->context, SYNGAN_E_TYPE,
                       "%s: the IDX file has elements of type 0x%02x, but must "
                       "have 0x08, unsigned bytes",
                       source->name, start[2]);
    }
    return SYNGAN_OK;
}

static syngan_status read_header(sg_source *source, sg_dims *dims) {
    unsigned char start[4], bytes[4];
    int64_t sizes[SYNGAN_MAX_RANK];
    SG_TRY(sg_source_exact(source, start, 4, "its header"));
    SG_TRY(check_start(source, start));
    for (int i = 0; i < start[3]; i++) {
        SG_TRY(sg_source_exact(source, bytes, 4, "its header"));
        sizes[i] = (int64_t)bytes[0] << 24 | (int64_t)bytes[1] << 16 |
                   (int64_t)bytes[2] << 8 | (int64_t)bytes[3];
    }
    return sg_source_dims(source, sizes, start[3], dims);
}

static syngan_status read_array(sg_source *source, syngan_tensor **out) {
    sg_dims dims;
    SG_TRY(read_header(source, &dims));
    SG_TRY(sg_source_tensor(source, SYNGAN_TYPE_U8, &dims, out));
    syngan_status status = sg_source_end(source);
    if (status != SYNGAN_OK) {
        syngan_tensor_free(*out);
        *out = NULL;
    }
    return status;
}

syngan_status sg_idx_read(syngan_context *context, sg_reader *reader,
                          syngan_tensor **out) {
    *out = NULL;
    sg_source source;
    SG_TRY(sg_source_start(&source, context, reader, true));
    syngan_status status = read_array(&source, out);
    sg_source_stop(&source);
    return status;
}

syngan_status syngan_tensor_read_idx(syngan_context *context, const char *path,
                                     syngan_tensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "syngan_tensor_read_idx", out));
    sg_reader *reader;
    SG_TRY(sg_reader_open(context, path, &reader));
    syngan_status status = sg_idx_read(context, reader, out);
    sg_reader_close(reader);
    return status;
}

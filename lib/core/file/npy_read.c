/* SPDX-License-Identifier: Apache-2.0 */
/* Reading NumPy's NPY files, which may be damaged. */
#include <string.h>
#include <syngan/files.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/text.h"
#include "file/npy.h"
#include "file/source.h"
#include "tensor/tensor.h"

/* Longest header that is read; arrays of plain numbers take about 100. */
#define HEADER_MAX 65536

/* The header's dictionary, a Python literal, and how far it is read. */
typedef struct cursor {
    sg_source *source;
    const char *at, *end;
} cursor;

typedef struct array_form {
    int32_t type;
    bool has_type, has_order, has_shape;
    sg_dims dims;
} array_form;

/* ---- the dictionary ----------------------------------------------------- */

static syngan_status fail(const cursor *c, const char *what) {
    return sg_fail(c->source->context, SYNGAN_E_FORMAT,
                   "%s: the header of the NPY file is damaged: %s",
                   c->source->name, what);
}

static void skip_spaces(cursor *c) {
    while (c->at < c->end && strchr(" \t\n\r", *c->at) != NULL && *c->at) {
        c->at++;
    }
}

/* Takes `character` if it comes next. */
static bool take(cursor *c, char character) {
    skip_spaces(c);
    if (c->at == c->end || *c->at != character) return false;
    c->at++;
    return true;
}

static bool take_word(cursor *c, const char *word) {
    skip_spaces(c);
    size_t size = strlen(word);
    if ((size_t)(c->end - c->at) < size) return false;
    if (memcmp(c->at, word, size) != 0) return false;
    c->at += size;
    return true;
}

/* A text in quotes, of less than `size` bytes, without escapes. */
static syngan_status read_text(cursor *c, char *text, size_t size) {
    skip_spaces(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"')) {
        return fail(c, "a text in quotes is missing");
    }
    char quote = *c->at++;
    size_t used = 0;
    while (c->at < c->end && *c->at != quote) {
        if (*c->at == '\\' || *c->at == '\0' || used + 1 == size) {
            return fail(c, "a text is too long or has strange characters");
        }
        text[used++] = *c->at++;
    }
    if (c->at == c->end) return fail(c, "a text has no end");
    c->at++;
    text[used] = '\0';
    return SYNGAN_OK;
}

static bool is_digit(const cursor *c) {
    return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

/* Digits, and the L that Python 2 wrote after long integers. */
static syngan_status read_size(cursor *c, int64_t *out) {
    skip_spaces(c);
    if (!is_digit(c)) return fail(c, "a size of the shape is missing");
    int64_t size = 0;
    for (; is_digit(c); c->at++) {
        if (__builtin_mul_overflow(size, 10, &size) ||
            __builtin_add_overflow(size, *c->at - '0', &size)) {
            return fail(c, "a size of the shape is too large");
        }
    }
    if (c->at < c->end && *c->at == 'L') c->at++;
    *out = size;
    return SYNGAN_OK;
}

/* (), (3,) or (3, 4). */
static syngan_status read_shape(cursor *c, sg_dims *dims) {
    int64_t sizes[SYNGAN_MAX_RANK] = {0};
    size_t rank = 0;
    if (!take(c, '(')) return fail(c, "the shape is no tuple");
    while (!take(c, ')')) {
        if (rank == SYNGAN_MAX_RANK) {
            return fail(c, "the shape has more than 8 sizes");
        }
        SG_TRY(read_size(c, &sizes[rank++]));
        if (take(c, ',')) continue;
        if (rank == 1 || !take(c, ')')) {
            return fail(c, "a comma is missing in the shape");
        }
        break;
    }
    return sg_source_dims(c->source, sizes, rank, dims);
}

/* "<f4": byte order, kind, bytes of an element. One byte has no order. */
static int32_t type_of(const char *descr) {
    static const struct {
        const char *code;
        int32_t type;
    } types[] = {{"f4", SYNGAN_TYPE_F32},
                 {"f8", SYNGAN_TYPE_F64},
                 {"i4", SYNGAN_TYPE_I32},
                 {"i8", SYNGAN_TYPE_I64},
                 {"u1", SYNGAN_TYPE_U8}};
    char order = descr[0];
    if (order == '\0') return 0;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(descr + 1, types[i].code) != 0) continue;
        bool single = syngan_type_size(types[i].type) == 1;
        return order == '<' || (single && order == '|') ? types[i].type : 0;
    }
    return 0;
}

static syngan_status read_descr(cursor *c, int32_t *type) {
    char descr[64];
    SG_TRY(read_text(c, descr, sizeof(descr)));
    *type = type_of(descr);
    if (*type != 0) return SYNGAN_OK;
    return sg_fail(c->source->context, SYNGAN_E_TYPE,
                   "%s: the array has elements of type '%s', but must have "
                   "'<f4', '<f8', '<i4', '<i8' or '|u1'",
                   c->source->name, descr);
}

static syngan_status read_order(cursor *c) {
    if (take_word(c, "False")) return SYNGAN_OK;
    if (!take_word(c, "True")) {
        return fail(c, "fortran_order is neither True nor False");
    }
    return sg_fail(c->source->context, SYNGAN_E_UNSUPPORTED,
                   "%s: the array lies in Fortran's order, but must be "
                   "row-major (numpy.ascontiguousarray makes it so)",
                   c->source->name);
}

static syngan_status read_member(cursor *c, array_form *form) {
    char key[16];
    SG_TRY(read_text(c, key, sizeof(key)));
    if (!take(c, ':')) return fail(c, "a colon is missing");
    bool *seen = strcmp(key, "descr") == 0           ? &form->has_type
                 : strcmp(key, "fortran_order") == 0 ? &form->has_order
                 : strcmp(key, "shape") == 0         ? &form->has_shape
                                                     : NULL;
    if (seen == NULL) return fail(c, "it has a key that is not known");
    if (*seen) return fail(c, "it has a key twice");
    *seen = true;
    if (seen == &form->has_type) return read_descr(c, &form->type);
    if (seen == &form->has_order) return read_order(c);
    return read_shape(c, &form->dims);
}

static syngan_status read_form(cursor *c, array_form *form) {
    if (!take(c, '{')) return fail(c, "it is no dictionary");
    while (!take(c, '}')) {
        SG_TRY(read_member(c, form));
        if (take(c, ',')) continue;
        if (!take(c, '}')) return fail(c, "a comma is missing");
        break;
    }
    skip_spaces(c);
    if (c->at != c->end) return fail(c, "something follows the dictionary");
    if (!form->has_type || !form->has_order || !form->has_shape) {
        return fail(c, "descr, fortran_order or shape is missing");
    }
    return SYNGAN_OK;
}

/* ---- the file ----------------------------------------------------------- */

static syngan_status read_length(sg_source *source, uint32_t *length) {
    unsigned char magic[SG_NPY_MAGIC_SIZE + 2], bytes[4] = {0};
    SG_TRY(sg_source_exact(source, magic, sizeof(magic), "its magic bytes"));
    if (memcmp(magic, SG_NPY_MAGIC, SG_NPY_MAGIC_SIZE) != 0) {
        return sg_fail(source->context, SYNGAN_E_FORMAT,
                       "%s: is no NPY file: it does not begin with "
                       "\\x93NUMPY",
                       source->name);
    }
    unsigned major = magic[SG_NPY_MAGIC_SIZE];
    unsigned minor = magic[SG_NPY_MAGIC_SIZE + 1];
    if (major < 1 || major > 3 || minor != 0) {
        return sg_fail(source->context, SYNGAN_E_VERSION,
                       "%s: is an NPY file of version %u.%u, but only 1.0, 2.0 "
                       "and 3.0 are read",
                       source->name, major, minor);
    }
    SG_TRY(sg_source_exact(source, bytes, major == 1 ? 2 : 4,
                           "the length of its header"));
    *length = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
              (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    if (*length <= HEADER_MAX) return SYNGAN_OK;
    return sg_fail(source->context, SYNGAN_E_FORMAT,
                   "%s: the header of the NPY file has %u bytes, but at most "
                   "%d are read",
                   source->name, *length, HEADER_MAX);
}

static syngan_status read_header(sg_source *source, array_form *form) {
    uint32_t length = 0;
    SG_TRY(read_length(source, &length));
    unsigned char *text;
    SG_TRY(sg_source_block(source, length, "its header", &text));
    cursor c = {source, (const char *)text, (const char *)text + length};
    syngan_status status = read_form(&c, form);
    sg_free(source->context, text);
    return status;
}

static syngan_status read_array(sg_source *source, syngan_tensor **out) {
    array_form form = {0};
    SG_TRY(read_header(source, &form));
    SG_TRY(sg_source_tensor(source, form.type, &form.dims, out));
    syngan_status status = sg_source_end(source);
    if (status != SYNGAN_OK) {
        syngan_tensor_free(*out);
        *out = NULL;
    }
    return status;
}

syngan_status sg_npy_read(syngan_context *context, sg_reader *reader,
                          syngan_tensor **out) {
    *out = NULL;
    sg_source source;
    SG_TRY(sg_source_start(&source, context, reader, false));
    return read_array(&source, out);
}

syngan_status syngan_tensor_read_npy(syngan_context *context, const char *path,
                                     syngan_tensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "syngan_tensor_read_npy", out));
    sg_reader *reader;
    SG_TRY(sg_reader_open(context, path, &reader));
    syngan_status status = sg_npy_read(context, reader, out);
    sg_reader_close(reader);
    return status;
}

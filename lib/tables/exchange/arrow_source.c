/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of an Arrow array that becomes a column: its checks, and memory for
 * what is read.
 */
#include "exchange/arrow_source.h"

#include <stdlib.h>

#include "base/memory.h"

/* ---- sources ------------------------------------------------------------ */

syngan_status sg_arrow_refuse(const sg_arrow_source *s, const char *what) {
    return sg_fail(s->context, SYNGAN_E_ARGUMENT,
                   "Arrow: the array of column '%s' %s", s->name, what);
}

syngan_status sg_arrow_refuse_value(const sg_arrow_source *s, int64_t row,
                                    const char *what) {
    return sg_fail(s->context, SYNGAN_E_FORMAT,
                   "Arrow: column '%s', row %lld: %s", s->name, (long long)row,
                   what);
}

syngan_status sg_arrow_find_nulls(sg_arrow_source *s) {
    const struct ArrowArray *array = s->array;
    s->bits = NULL;
    if (array->null_count < -1)
        return sg_arrow_refuse(s, "has a negative null count");
    if (array->null_count == 0) return SYNGAN_OK;
    const unsigned char *bits = array->buffers[0];
    if (bits == NULL && array->null_count > 0)
        return sg_arrow_refuse(s, "has missing values, but no bitmap of them");
    for (int64_t row = 0; bits != NULL && row < s->rows; row++) {
        if (sg_arrow_bit(bits, s->first + row)) continue;
        s->bits = bits;
        break;
    }
    return SYNGAN_OK;
}

syngan_status sg_arrow_check(sg_arrow_source *s, int64_t n_buffers) {
    const struct ArrowArray *array = s->array;
    bool fits = n_buffers < 0 ? array->n_buffers >= -n_buffers
                              : array->n_buffers == n_buffers;
    if (!fits)
        return sg_fail(s->context, SYNGAN_E_ARGUMENT,
                       "Arrow: the array of column '%s' has %lld buffers, but "
                       "%lld belong to the type '%s'",
                       s->name, (long long)array->n_buffers,
                       (long long)llabs(n_buffers), s->schema->format);
    if (n_buffers == 0) return SYNGAN_OK;
    if (array->buffers == NULL) return sg_arrow_refuse(s, "has no buffers");
    if (array->buffers[1] == NULL && s->rows > 0)
        return sg_arrow_refuse(s, "has no buffer of values");
    return sg_arrow_find_nulls(s);
}

syngan_status sg_arrow_make_values(const sg_arrow_source *s,
                                   sg_column *column) {
    size_t bytes = (size_t)s->rows * sg_column_step(column);
    column->data = sg_alloc(s->context, bytes);
    return column->data != NULL ? SYNGAN_OK
                                : sg_fail_memory(s->context, "a column", bytes);
}

bool sg_arrow_share_values(const sg_arrow_source *s, sg_column *column) {
    const int64_t *data = s->array->buffers[1];
    if (s->bits != NULL || s->rows == 0 ||
        (uintptr_t)data % sizeof(int64_t) != 0)
        return false;
    atomic_fetch_add(&s->holder->references, 1);
    column->owner = s->holder;
    column->release = sg_arrow_holder_release;
    /* Nobody writes to a column's values. */
    column->data = (void *)(uintptr_t)(data + s->first);
    return true;
}

syngan_status sg_arrow_make_codes(const sg_arrow_source *s, int32_t type,
                                  sg_column *column) {
    column->type = type;
    SG_TRY(sg_arrow_make_values(s, column));
    column->words = sg_dictionary_make(s->context);
    return column->words != NULL
               ? SYNGAN_OK
               : sg_fail_memory(s->context, "a column", sizeof(sg_dictionary));
}

/* An integer by its format, which is one letter. Those above INT64_MAX come
 * out negative. */
int64_t sg_arrow_integer(const void *data, char format, int64_t index) {
    switch (format) {
    case 'c':
        return ((const int8_t *)data)[index];
    case 'C':
        return ((const uint8_t *)data)[index];
    case 's':
        return ((const int16_t *)data)[index];
    case 'S':
        return ((const uint16_t *)data)[index];
    case 'i':
        return ((const int32_t *)data)[index];
    case 'I':
        return ((const uint32_t *)data)[index];
    default:
        return ((const int64_t *)data)[index];
    }
}

void sg_arrow_holder_release(void *owner) {
    sg_arrow_holder *h = owner;
    if (atomic_fetch_sub(&h->references, 1) != 1) return;
    syngan_context *context = h->context;
    if (h->array.release != NULL) h->array.release(&h->array);
    sg_free(context, h);
    sg_context_release(context);
}

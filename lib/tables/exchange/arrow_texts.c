/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of Arrow arrays: utf8, large_utf8 and string views.
 */
#include <string.h>

#include "exchange/arrow_source.h"
#include "file/utf8.h"
#include "table/infer.h"

/* Where texts go. */
typedef struct text_sink {
    sg_cells cells;    /* of a column that is to be inferred */
    sg_column *column; /* or one that has codes already */
} text_sink;

static syngan_status put_text(text_sink *sink, int64_t row, const char *text,
                              size_t size) {
    if (sink->column == NULL) return sg_cells_put(&sink->cells, text, size);
    return sg_dictionary_add(sink->column->words, text, size,
                             &sink->column->codes[row]);
}

static const sg_dictionary *words_of(const text_sink *sink) {
    return sink->column != NULL ? sink->column->words : sink->cells.words;
}

/* Texts are looked at when they are new. */
static syngan_status check_text(const sg_arrow_source *s, const text_sink *sink,
                                int32_t known, int64_t row) {
    const sg_dictionary *words = words_of(sink);
    if (words != NULL && words->count > known &&
        !sg_utf8_is(sg_dictionary_text(words, known)))
        return sg_arrow_refuse_value(s, row, "a text that is not UTF-8");
    return SYNGAN_OK;
}

/* Where a row's text begins, and its bytes. */
typedef syngan_status (*find_fn)(const sg_arrow_source *s, int64_t row,
                                 const char **text, int64_t *size);

static syngan_status find_by_offsets(const sg_arrow_source *s, int64_t row,
                                     const char **text, int64_t *size) {
    const void *offsets = s->array->buffers[1];
    const char *data = s->array->buffers[2];
    char format = s->schema->format[0] == 'U' ? 'l' : 'i';
    int64_t start = sg_arrow_integer(offsets, format, s->first + row);
    int64_t end = sg_arrow_integer(offsets, format, s->first + row + 1);
    if (start < 0 || end < start)
        return sg_arrow_refuse(s, "has offsets of texts that decrease");
    if (data == NULL && end > start) return sg_arrow_refuse(s, "has no texts");
    *text = end > start ? data + start : "";
    *size = end - start;
    return SYNGAN_OK;
}

/* A view: the bytes of a text and, if they are 12 at most, the text; else its
 * first four bytes, a buffer, and where it begins in that. */
static syngan_status find_by_view(const sg_arrow_source *s, int64_t row,
                                  const char **text, int64_t *size) {
    enum { INLINE = 12, VIEW = 16 };
    const struct ArrowArray *array = s->array;
    const char *view =
        (const char *)array->buffers[1] + (s->first + row) * VIEW;
    int32_t field[4]; /* size, the first bytes, buffer, offset */
    memcpy(field, view, sizeof field);
    *size = field[0];
    *text = view + sizeof field[0];
    if (field[0] < 0)
        return sg_arrow_refuse(s, "has a view of a negative size");
    if (field[0] <= INLINE) return SYNGAN_OK;
    int64_t n_data = array->n_buffers - 3;
    const int64_t *sizes = array->buffers[array->n_buffers - 1];
    if (sizes == NULL || field[2] < 0 || field[2] >= n_data || field[3] < 0 ||
        (int64_t)field[3] + field[0] > sizes[field[2]] ||
        array->buffers[2 + field[2]] == NULL)
        return sg_arrow_refuse(s, "has a view beyond its buffers");
    *text = (const char *)array->buffers[2 + field[2]] + field[3];
    return SYNGAN_OK;
}

static syngan_status take_text(const sg_arrow_source *s, text_sink *sink,
                               int64_t row, const char *text, size_t size) {
    if (memchr(text, '\0', size) != NULL)
        return sg_arrow_refuse_value(s, row, "a text with a zero byte in it");
    const sg_dictionary *words = words_of(sink);
    int32_t known = words != NULL ? words->count : 0;
    SG_TRY(put_text(sink, row, text, size));
    return check_text(s, sink, known, row);
}

static syngan_status take_texts(const sg_arrow_source *s, text_sink *sink) {
    const char *text;
    int64_t size;
    find_fn find = s->schema->format[0] == 'v' ? find_by_view : find_by_offsets;
    for (int64_t row = 0; row < s->rows; row++) {
        SG_TRY(sg_check_at(s->context, row, "Arrow"));
        if (sg_arrow_is_null(s, row)) {
            if (sink->column != NULL)
                sink->column->codes[row] = -1;
            else
                SG_TRY(sg_cells_put(&sink->cells, "", 0));
            continue;
        }
        SG_TRY(find(s, row, &text, &size));
        SG_TRY(take_text(s, sink, row, text, (size_t)size));
    }
    return SYNGAN_OK;
}

/* Of a dictionary. */
static syngan_status read_words(const sg_arrow_source *s, sg_column *column) {
    SG_TRY(sg_arrow_make_codes(s, SYNGAN_COLUMN_CATEGORY, column));
    text_sink sink = {.column = column};
    return take_texts(s, &sink);
}

/* They get the type that they would have in a CSV file, but for integers: who
 * declares texts means 0123 as it is. */
syngan_status sg_arrow_read_texts(const sg_arrow_source *s, sg_column *column) {
    if (s->is_dictionary) return read_words(s, column);
    text_sink sink = {.column = NULL};
    sg_cells_start(&sink.cells, s->context);
    syngan_status status = take_texts(s, &sink);
    sg_column_end(s->context, column);
    if (status == SYNGAN_OK)
        return sg_infer_column(
            &sink.cells, s->name,
            &(const sg_wish){.decimals = SG_AS_TEXTS_HAVE, .text = true}, "",
            &(const sg_origin){.name = "Arrow"}, column);
    sg_cells_end(&sink.cells);
    return status;
}

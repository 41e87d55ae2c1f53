/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of an Arrow array that becomes a column, and reading plain values of
 * it: all but dictionaries.
 */
#ifndef SG_EXCHANGE_ARROW_SOURCE_H
#define SG_EXCHANGE_ARROW_SOURCE_H

#include "exchange/arrow.h"
#include "table/infer.h"

/* An array that columns share. */
typedef struct sg_arrow_holder {
    atomic_int references;
    syngan_context *context;
    struct ArrowArray array; /* empty until the table is finished */
} sg_arrow_holder;

/* Of a column that shares it; frees it with the last one. */
void sg_arrow_holder_release(void *owner);

typedef struct sg_arrow_source {
    syngan_context *context;
    const struct ArrowSchema *schema;
    const struct ArrowArray *array;
    const char *name;          /* of the column */
    int64_t first, rows;       /* the part of the array that is read */
    const unsigned char *bits; /* set: the value is there; NULL: all are */
    bool is_dictionary;        /* whose values are taken as they are */
    const sg_wish *wish;       /* what a schema says of the column */
    sg_arrow_holder *holder;
} sg_arrow_source;

syngan_status sg_arrow_refuse(const sg_arrow_source *s, const char *what);
syngan_status sg_arrow_refuse_value(const sg_arrow_source *s, int64_t row,
                                    const char *what);

static inline bool sg_arrow_bit(const unsigned char *bits, int64_t index) {
    return bits[index / 8] >> index % 8 & 1;
}

static inline bool sg_arrow_is_null(const sg_arrow_source *s, int64_t row) {
    return s->bits != NULL && !sg_arrow_bit(s->bits, s->first + row);
}

/* Finds the bitmap; without it if nothing is missing in the rows. */
syngan_status sg_arrow_find_nulls(sg_arrow_source *s);
/* Checks the number of buffers (below 0: at least so many) and finds the
 * bitmap. */
syngan_status sg_arrow_check(sg_arrow_source *s, int64_t n_buffers);

/* Whether a format is one of whole numbers, and one of these, by format. */
bool sg_arrow_is_integer(const char *format);
int64_t sg_arrow_integer(const void *data, char format, int64_t index);

/* Room for values, or for codes and their texts. */
syngan_status sg_arrow_make_values(const sg_arrow_source *s, sg_column *column);
syngan_status sg_arrow_make_codes(const sg_arrow_source *s, int32_t type,
                                  sg_column *column);

/* The values as they lie in the array, if they can be. */
bool sg_arrow_share_values(const sg_arrow_source *s, sg_column *column);

/* A column of the array's own values, by its format. */
syngan_status sg_arrow_read_plain(sg_arrow_source *s, sg_column *column);

/* By families of formats. */
syngan_status sg_arrow_read_dates(const sg_arrow_source *s, sg_column *column);
syngan_status sg_arrow_read_timestamps(const sg_arrow_source *s,
                                       sg_column *column);
syngan_status sg_arrow_read_clock(const sg_arrow_source *s, sg_column *column);
syngan_status sg_arrow_read_durations(const sg_arrow_source *s,
                                      sg_column *column);
syngan_status sg_arrow_read_texts(const sg_arrow_source *s, sg_column *column);

#endif

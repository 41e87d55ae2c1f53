/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durations.
 */
#include <string.h>

#include "table/duration.h"
#include "table/table.h"

static void prepare(const char *format, sg_form *out) {
    (void)format;
    out->plain = false;
}

static const sg_format_kind formats = {
    .what = "format of durations; \"%-H:%M:%S\", \"%-M min\" and "
            "\"PT[%-HH][%-MM]\" are some",
    .standard = SG_DURATION_DEFAULT,
    .valid = sg_duration_valid,
    .prepare = prepare};

static bool read(const sg_form *form, const char *text, size_t size,
                 uint64_t *bits) {
    int64_t value;
    bool fits = form->format != NULL &&
                sg_duration_read(form->format, text, size, &value);
    if (fits) memcpy(bits, &value, sizeof value);
    return fits;
}

/* In the column's format, or any that is known. */
static bool read_extent(const sg_column *column, const char *text,
                        sg_extent *out) {
    char any[1][SG_DURATION_FORMAT];
    size_t size = strlen(text);
    int64_t value;
    if (!sg_duration_read(column->format, text, size, &value) &&
        (sg_duration_guess(text, size, any, 1) == 0 ||
         !sg_duration_read(any[0], text, size, &value)))
        return false;
    out->first = out->last = value;
    return true;
}

static size_t write(const sg_column *column, int64_t row, char *text,
                    size_t size) {
    return sg_duration_write(column->format, column->integers[row], text, size);
}

const sg_column_type sg_type_duration = {
    .id = SYNGAN_COLUMN_DURATION,
    .name = "duration",
    .storage = SG_STORE_INTEGERS,
    .comparison = SG_COMPARED_DURATIONS,
    .codec = "number",
    .difference = SYNGAN_COLUMN_INTEGER,
    .by_clock = true,
    .scale = 1000, /* nanoseconds */
    .format = &formats,
    .read = read,
    .read_extent = read_extent,
    .write = write,
    .arrow = "tDu",
    .arrow_fits = SG_ARROW_DURATION | SG_ARROW_CLOCK | SG_ARROW_TEXT,
    .sqlite = "TEXT"};

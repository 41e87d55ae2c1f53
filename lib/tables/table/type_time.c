/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates and times.
 */
#include <string.h>

#include "table/table.h"
#include "table/time.h"

static void prepare(const char *format, sg_form *out) {
    (void)format;
    out->plain = false;
}

static const sg_format_kind formats = {
    .what = "format of times; \"" SG_TIME_DEFAULT "\" is one",
    .standard = SG_TIME_DEFAULT,
    .valid = sg_time_format_valid,
    .prepare = prepare};

static bool read(const sg_form *form, const char *text, size_t size,
                 uint64_t *bits) {
    int64_t value;
    bool fits =
        form->format != NULL && sg_time_read(form->format, text, size, &value);
    if (fits) memcpy(bits, &value, sizeof value);
    return fits;
}

#define SECOND INT64_C(1000000)

/* In the column's format, or a usual one, less of which is more: "2024-02-29"
 * is the whole day. */
static bool read_extent(const sg_column *column, const char *text,
                        sg_extent *out) {
    static const struct {
        const char *format;
        int64_t span;
    } usual[] = {{"%Y-%m-%d", SG_MICROSECONDS_A_DAY},
                 {"%Y-%m-%d %H:%M", 60 * SECOND},
                 {"%Y-%m-%dT%H:%M", 60 * SECOND},
                 {"%Y-%m-%d %H:%M:%S", SECOND},
                 {"%Y-%m-%dT%H:%M:%S", SECOND}};
    int64_t time;
    if (sg_time_read(column->format, text, strlen(text), &time)) {
        out->first = out->last = time;
        return true;
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if (!sg_time_read(usual[i].format, text, strlen(text), &time)) continue;
        out->first = time;
        out->last = (sg_wide)time + usual[i].span - 1;
        return true;
    }
    return false;
}

static size_t write(const sg_column *column, int64_t row, char *text,
                    size_t size) {
    return sg_time_write(column->format, column->integers[row], text, size);
}

static const char *arrow_of(const char *format) {
    if (!sg_time_format_has(format, "HIMSfpPz")) return "tdD";
    return sg_time_format_has(format, "YmdybBj") ? "tsu:" : "ttu";
}

/* As SQLite's functions read times: to the microsecond if the format is, and as
 * days if it has no time of day. */
static const char *iso(const char *format) {
    if (sg_time_format_has(format, "f")) return "%Y-%m-%d %H:%M:%S.%f";
    return sg_time_format_has(format, "HI") ? SG_TIME_DEFAULT : "%Y-%m-%d";
}

const sg_column_type sg_type_time = {
    .id = SYNGAN_COLUMN_TIME,
    .name = "time",
    .storage = SG_STORE_INTEGERS,
    .comparison = SG_COMPARED_TIMES,
    .codec = "number",
    .difference = SYNGAN_COLUMN_INTEGER,
    .by_clock = true,
    .scale = 1000, /* nanoseconds */
    .format = &formats,
    .read = read,
    .read_extent = read_extent,
    .write = write,
    .axis = "%Y-%m-%d",
    .arrow = "tsu:",
    .arrow_of = arrow_of,
    .arrow_fits = SG_ARROW_TIME | SG_ARROW_CLOCK | SG_ARROW_TEXT,
    .sqlite = "DATETIME",
    .iso = iso};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates, timestamps, times of day and durations of Arrow arrays.
 */
#include <string.h>

#include "base/memory.h"
#include "exchange/arrow_source.h"
#include "table/duration.h"
#include "table/time.h"

/* How times are written: with as much as they have. */
static const char *time_format(const int64_t *times, int64_t rows) {
    bool any = false, clock = false;
    for (int64_t row = 0; row < rows; row++) {
        if (times[row] == SYNGAN_MISSING) continue;
        if (times[row] % 1000000 != 0) return "%Y-%m-%d %H:%M:%S.%f";
        any = true;
        clock = clock || times[row] % SG_MICROSECONDS_A_DAY != 0;
    }
    return any && !clock ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S";
}

/* Values of which `per_unit` microseconds make one, or `units_each` make one
 * microsecond (rounded down). */
static syngan_status read_times(const sg_arrow_source *s, char format,
                                int64_t per_unit, int64_t units_each,
                                sg_column *column) {
    const void *data = s->array->buffers[1];
    SG_TRY(sg_arrow_make_values(s, column));
    for (int64_t row = 0; row < s->rows; row++) {
        column->integers[row] = SYNGAN_MISSING;
        if (sg_arrow_is_null(s, row)) continue;
        int64_t value = sg_arrow_integer(data, format, s->first + row), time;
        if (value == INT64_MIN ||
            __builtin_mul_overflow(value, per_unit, &time))
            return sg_arrow_refuse_value(s, row,
                                         "a time beyond those that a table "
                                         "holds");
        column->integers[row] = time / units_each - (time % units_each < 0);
    }
    return SYNGAN_OK;
}

static syngan_status set_format(const sg_arrow_source *s, const char *format,
                                sg_column *column) {
    column->format = sg_strdup(s->context, format);
    return column->format != NULL
               ? SYNGAN_OK
               : sg_fail_memory(s->context, "a column", strlen(format));
}

/* date32: days; date64: milliseconds. */
syngan_status sg_arrow_read_dates(const sg_arrow_source *s, sg_column *column) {
    bool days = s->schema->format[2] == 'D';
    column->type = SYNGAN_COLUMN_TIME;
    SG_TRY(read_times(s, days ? 'i' : 'l',
                      days ? SG_MICROSECONDS_A_DAY : INT64_C(1000), 1, column));
    return set_format(s, "%Y-%m-%d", column);
}

/* The unit of a format's third letter: s, m, u or n. */
static syngan_status read_units(const sg_arrow_source *s, char integer,
                                sg_column *column) {
    char unit = s->schema->format[2];
    int64_t per_unit = unit == 's' ? 1000000 : unit == 'm' ? 1000 : 1;
    return read_times(s, integer, per_unit, unit == 'n' ? 1000 : 1, column);
}

/* Those with a time zone are instants, which UTC tells. */
syngan_status sg_arrow_read_timestamps(const sg_arrow_source *s,
                                       sg_column *column) {
    column->type = SYNGAN_COLUMN_TIME;
    SG_TRY(read_units(s, 'l', column));
    return set_format(s, time_format(column->integers, s->rows), column);
}

/* time32 and time64. */
syngan_status sg_arrow_read_clock(const sg_arrow_source *s, sg_column *column) {
    char unit = s->schema->format[2];
    bool fraction = false;
    column->type = SYNGAN_COLUMN_TIME;
    SG_TRY(read_units(s, unit == 's' || unit == 'm' ? 'i' : 'l', column));
    for (int64_t row = 0; row < s->rows; row++) {
        int64_t time = column->integers[row];
        if (time == SYNGAN_MISSING) continue;
        if (time < 0 || time >= SG_MICROSECONDS_A_DAY)
            return sg_arrow_refuse_value(s, row,
                                         "a time of day below 0 or beyond "
                                         "24 hours");
        fraction = fraction || time % 1000000 != 0;
    }
    return set_format(s, fraction ? "%H:%M:%S.%f" : "%H:%M:%S", column);
}

/* Microseconds stay where they are. */
syngan_status sg_arrow_read_durations(const sg_arrow_source *s,
                                      sg_column *column) {
    column->type = SYNGAN_COLUMN_DURATION;
    bool shared =
        s->schema->format[2] == 'u' && sg_arrow_share_values(s, column);
    for (int64_t row = 0; shared && row < s->rows; row++)
        if (column->integers[row] == SYNGAN_MISSING)
            return sg_arrow_refuse_value(s, row, "a duration that is too long");
    if (!shared) SG_TRY(read_units(s, 'l', column));
    return set_format(s, SG_DURATION_DEFAULT, column);
}

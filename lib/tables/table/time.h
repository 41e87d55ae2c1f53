/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates and times as text: microseconds since 1970 in the proleptic Gregorian
 * calendar, without time zones, by formats of their own (no locale); the
 * formats are those of syngan_table_schema().
 */
#ifndef SG_TABLE_TIME_H
#define SG_TABLE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SG_MICROSECONDS_A_DAY (INT64_C(86400) * 1000000)

#define SG_TIME_DEFAULT "%Y-%m-%d %H:%M:%S"
/* Bytes of a format that is found in data, its end included. */
#define SG_TIME_FORMAT 64

/* Parts that a text had with one digit; shifted by SG_TIME_PADDED: with a zero
 * before it. */
enum {
    SG_TIME_MONTH = 1,
    SG_TIME_DAY = 2,
    SG_TIME_HOUR = 4,
    SG_TIME_HOUR12 = 8,
    SG_TIME_PADDED = 4
};

/* Reads all of `text` (`size` bytes) by a format; false if it is none. */
bool sg_time_read(const char *format, const char *text, size_t size,
                  int64_t *microseconds);
bool sg_time_scan(const char *format, const char *text, size_t size,
                  int64_t *microseconds, uint32_t *widths);
/* Bytes at the beginning of a text that the format reads; 0: it doesn't. */
size_t sg_time_begins(const char *format, const char *text, size_t size);
/* Writes into `text` (always ended); returns the bytes that the whole needs. */
size_t sg_time_write(const char *format, int64_t microseconds, char *text,
                     size_t size);
/* The part of its month, and of its year, that has passed at a time: 0 to 1. */
void sg_time_season(int64_t microseconds, double *of_month, double *of_year);
/* Whether a format has only known parts. */
bool sg_time_format_valid(const char *format);
/* Whether a valid format has a part of one of the letters. */
bool sg_time_format_has(const char *format, const char *letters);
/* The format with "%-d" for "%d" where `widths`, of all texts, says so. */
size_t sg_time_narrow(const char *format, uint32_t widths, char *out,
                      size_t size);

/* Formats that a text may have, those first that count where it has several;
 * returns how many, at most `capacity`. */
size_t sg_time_guess(const char *text, size_t size,
                     char (*formats)[SG_TIME_FORMAT], size_t capacity);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates and times as text: microseconds since 1970 in the proleptic Gregorian
 * calendar, without time zones, by formats of their own (no locale).
 */
#ifndef SG_TABLE_TIME_H
#define SG_TABLE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads all of `text` (`size` bytes) by a format; false if it is none. */
bool sg_time_read(const char *format, const char *text, size_t size,
                  int64_t *microseconds);
/* Writes into `text` (always ended); returns the bytes that the whole needs. */
size_t sg_time_write(const char *format, int64_t microseconds, char *text,
                     size_t size);
/* The part of its month, and of its year, that has passed at a time: 0 to 1. */
void sg_time_season(int64_t microseconds, double *of_month, double *of_year);
/* Whether a format has only known parts. */
bool sg_time_format_valid(const char *format);
/* Formats that are tried on data, the most common first, ended by NULL. */
extern const char *const sg_time_formats[];

#endif

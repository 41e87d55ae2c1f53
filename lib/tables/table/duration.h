/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durations as text: microseconds, by formats of their own; the formats are
 * those of syngan_table_schema().
 */
#ifndef SG_TABLE_DURATION_H
#define SG_TABLE_DURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SG_DURATION_DEFAULT "%H:%M:%S%.f"
/* Bytes of a format, its end included. */
#define SG_DURATION_FORMAT 192

/* What texts have had of a format; units are bits, weeks the highest. */
typedef struct sg_duration_seen {
    uint32_t units, fractions; /* with digits behind a point */
    uint32_t always;           /* units of every text */
    uint32_t padded;           /* with a zero before */
    int32_t least, most;       /* digits behind the point */
    bool beyond;               /* a day, or below zero */
} sg_duration_seen;

bool sg_duration_valid(const char *format);
/* Reads all of `text`; false if it is none. */
bool sg_duration_scan(const char *format, const char *text, size_t size,
                      int64_t *microseconds, sg_duration_seen *seen);
bool sg_duration_read(const char *format, const char *text, size_t size,
                      int64_t *microseconds);
/* Writes into `text` (always ended); returns the bytes that the whole needs. */
size_t sg_duration_write(const char *format, int64_t microseconds, char *text,
                         size_t size);
/* Takes in what another text had. */
void sg_duration_see(sg_duration_seen *all, const sg_duration_seen *one);

/* Formats that a text may have, those first that count where it has several;
 * returns how many, at most `capacity`. */
size_t sg_duration_guess(const char *text, size_t size,
                         char (*formats)[SG_DURATION_FORMAT], size_t capacity);
/* The part of a guessed format that texts had: into `out`. */
void sg_duration_narrow(const char *format, const sg_duration_seen *seen,
                        char out[SG_DURATION_FORMAT]);
/* Whether a narrowed format leaves no doubt that its texts are durations, and
 * not times of day or numbers with a unit. */
bool sg_duration_is_plain(const char *format, const sg_duration_seen *seen);

#endif

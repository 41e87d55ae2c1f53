/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ready-made progress line.
 */
#ifndef SG_TRAIN_PROGRESS_H
#define SG_TRAIN_PROGRESS_H

#include <stdbool.h>
#include <syngan/train.h>

/* Longest line, its end included. */
#define SG_LINE_MAX 256

/* Of one run. Times are those of sg_seconds(). */
typedef struct sg_progress {
    int64_t first, last; /* iterations done at its start, and wanted */
    double start;
    double next; /* time of the next line */
} sg_progress;

sg_progress sg_progress_start(int64_t first, int64_t last, double now);

/* Whether a line is due after `done` iterations: after the first, after the
 * last, and about once a second. */
bool sg_progress_due(sg_progress *progress, int64_t done, double now);

/* "iteration 1200 of 10000, 5.3/s, 28 min left, discriminator 0.632 (68 %),
 * generator 0.912", into `text` (SG_LINE_MAX bytes). */
void sg_progress_line(const sg_progress *progress, const syngan_losses *losses,
                      double now, char *text);

#endif

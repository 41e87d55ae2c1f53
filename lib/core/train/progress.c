/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ready-made progress line: how far, how fast, how long still, how well.
 */
#include "train/progress.h"

#include "base/text.h"

#define SECONDS_BETWEEN_LINES 1.0

sg_progress sg_progress_start(int64_t first, int64_t last, double now) {
    return (sg_progress){
        .first = first, .last = last, .start = now, .next = now};
}

bool sg_progress_due(sg_progress *progress, int64_t done, double now) {
    if (now < progress->next && done < progress->last) return false;
    progress->next = now + SECONDS_BETWEEN_LINES;
    return true;
}

/* "45 s", "28 min", "3 h 05 min" */
static void duration_text(double seconds, char *text, size_t size) {
    if (seconds < 99.5)
        sg_text(text, size, "%.0f s", seconds);
    else if (seconds < 99.5 * 60)
        sg_text(text, size, "%.0f min", seconds / 60);
    else if (seconds < 1e9)
        sg_text(text, size, "%lld h %02lld min", (long long)seconds / 3600,
                (long long)seconds / 60 % 60);
    else
        sg_text(text, size, "over 30 years");
}

void sg_progress_line(const sg_progress *progress, const syngan_losses *losses,
                      double now, char *text) {
    int64_t done = losses->iteration + 1;
    double elapsed = now - progress->start;
    double rate = elapsed > 0 ? (double)(done - progress->first) / elapsed : 0;
    double left = rate > 0 ? (double)(progress->last - done) / rate : 0;
    char left_text[64];
    duration_text(left, left_text, sizeof left_text);
    sg_text(text, SG_LINE_MAX,
            "iteration %lld of %lld, %.*f/s, %s left, discriminator %.3f "
            "(%.0f %%), generator %.3f%s",
            (long long)done, (long long)progress->last, rate < 10 ? 2 : 0, rate,
            left_text, (double)losses->d_loss, 100 * (double)losses->d_accuracy,
            (double)losses->g_loss,
            losses->collapsed ? ", collapse suspected" : "");
}

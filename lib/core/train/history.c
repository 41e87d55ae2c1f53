/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The losses of every iteration: kept in memory, written as CSV and as a
 * chart.
 */
#include "train/history.h"

#include <string.h>
#include <syngan/chart.h>

#include "base/memory.h"
#include "base/stream.h"
#include "file/number.h"

/* ---- records ----------------------------------------------------------- */

void sg_history_free(sg_history *history) {
    sg_free(history->context, history->records);
    history->records = NULL;
    history->count = history->capacity = 0;
}

syngan_status sg_history_reserve(sg_history *history, size_t more) {
    size_t count, bytes;
    if (history->capacity - history->count >= more) return SYNGAN_OK;
    if (!sg_add_size(history->count, more, &count) ||
        !sg_mul_size(count, sizeof(sg_record), &bytes))
        return sg_fail_memory(history->context, "the history", UINT64_MAX);
    void *records = sg_realloc(history->context, history->records, bytes);
    if (records == NULL)
        return sg_fail_memory(history->context, "the history", bytes);
    history->records = records;
    history->capacity = count;
    return SYNGAN_OK;
}

static float mean(float a, float b) {
    return 0.5f * (a + b);
}

static bool is_low(const sg_history *history, const sg_record *record) {
    return history->watch_collapse &&
           mean(record->measure[SG_D_LOSS_REAL],
                record->measure[SG_D_LOSS_FAKE]) < SG_COLLAPSE_LOSS;
}

syngan_status sg_history_add(sg_history *history, const float *measures,
                             double seconds) {
    if (history->count == history->capacity)
        SG_TRY(sg_history_reserve(history, history->count / 2 + 64));
    sg_record *record = &history->records[history->count++];
    memcpy(record->measure, measures, sizeof record->measure);
    record->seconds = seconds;
    history->low = is_low(history, record) ? history->low + 1 : 0;
    record->collapsed = history->low >= SG_COLLAPSE_ITERATIONS;
    return SYNGAN_OK;
}

void sg_history_cut(sg_history *history, size_t count) {
    history->count = count;
    history->low = 0;
    while (count > 0 && is_low(history, &history->records[--count]))
        history->low++;
}

void sg_history_losses(const sg_history *history, size_t index,
                       syngan_losses *out) {
    const sg_record *record = &history->records[index];
    const float *m = record->measure;
    *out = (syngan_losses){
        .struct_size = sizeof *out,
        .iteration = (int64_t)index,
        .seconds = record->seconds,
        .d_loss_real = m[SG_D_LOSS_REAL],
        .d_loss_fake = m[SG_D_LOSS_FAKE],
        .d_loss = mean(m[SG_D_LOSS_REAL], m[SG_D_LOSS_FAKE]),
        .d_accuracy_real = m[SG_D_ACCURACY_REAL],
        .d_accuracy_fake = m[SG_D_ACCURACY_FAKE],
        .d_accuracy = mean(m[SG_D_ACCURACY_REAL], m[SG_D_ACCURACY_FAKE]),
        .g_loss = m[SG_G_LOSS],
        .penalty = m[SG_PENALTY],
        .collapsed = record->collapsed,
    };
}

/* ---- CSV --------------------------------------------------------------- */

static const char csv_header[] =
    "iteration,d_loss_real,d_loss_fake,d_loss,d_accuracy_real,"
    "d_accuracy_fake,d_accuracy,g_loss,penalty,collapsed\n";

static syngan_status write_row(sg_writer *writer, const syngan_losses *l) {
    const float values[] = {
        l->d_loss_real,     l->d_loss_fake, l->d_loss, l->d_accuracy_real,
        l->d_accuracy_fake, l->d_accuracy,  l->g_loss, l->penalty};
    SG_TRY(sg_writer_printf(writer, "%lld", (long long)l->iteration));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[SG_NUMBER_TEXT];
        SG_TRY(sg_writer_printf(writer, ",%s", sg_number_f32(values[i], text)));
    }
    return sg_writer_printf(writer, ",%d\n", l->collapsed);
}

static syngan_status write_rows(const sg_history *history, sg_writer *writer) {
    SG_TRY(sg_writer_put(writer, csv_header, sizeof csv_header - 1));
    for (size_t i = 0; i < history->count; i++) {
        syngan_losses losses;
        sg_history_losses(history, i, &losses);
        SG_TRY(write_row(writer, &losses));
    }
    return SYNGAN_OK;
}

syngan_status sg_history_write_csv(const sg_history *history,
                                   const char *path) {
    sg_writer *writer;
    SG_TRY(sg_writer_open(history->context, path, &writer));
    syngan_status status = write_rows(history, writer);
    if (status == SYNGAN_OK) return sg_writer_commit(writer);
    sg_writer_abandon(writer);
    return status;
}

/* ---- chart ------------------------------------------------------------- */

/* More points than pixels only cost bytes: runs of iterations are averaged. */
#define CHART_POINTS 1000

enum { CURVES = 3 };
static const char *const curve_names[CURVES] = {
    "discriminator, real", "discriminator, fake", "generator"};
static const int curve_measures[CURVES] = {SG_D_LOSS_REAL, SG_D_LOSS_FAKE,
                                           SG_G_LOSS};

/* Means over iterations first ... last - 1. */
static void fill_point(const sg_history *history, size_t first, size_t last,
                       float *x, float *values, size_t stride) {
    double n = (double)(last - first);
    *x = (float)((double)first + (n - 1) / 2);
    for (int c = 0; c < CURVES; c++) {
        double sum = 0;
        for (size_t i = first; i < last; i++)
            sum += (double)history->records[i].measure[curve_measures[c]];
        values[(size_t)c * stride] = (float)(sum / n);
    }
}

syngan_status sg_history_write_chart(const sg_history *history,
                                     const char *path) {
    size_t run = (history->count + CHART_POINTS - 1) / CHART_POINTS;
    size_t points = run == 0 ? 0 : (history->count + run - 1) / run;
    syngan_tensor *x = NULL, *values = NULL;
    syngan_status status =
        syngan_tensor_create(history->context, SYNGAN_TYPE_F32,
                             (const int64_t[]){(int64_t)points}, 1, &x);
    if (status == SYNGAN_OK)
        status = syngan_tensor_create(
            history->context, SYNGAN_TYPE_F32,
            (const int64_t[]){CURVES, (int64_t)points}, 2, &values);
    for (size_t p = 0; status == SYNGAN_OK && p < points; p++) {
        size_t last = (p + 1) * run;
        fill_point(history, p * run,
                   last < history->count ? last : history->count,
                   (float *)syngan_tensor_data(x) + p,
                   (float *)syngan_tensor_data(values) + p, points);
    }
    if (status == SYNGAN_OK)
        status = syngan_chart_write(x, values, curve_names,
                                    "Losses by iteration", path);
    syngan_tensor_free(values);
    syngan_tensor_free(x);
    return status;
}

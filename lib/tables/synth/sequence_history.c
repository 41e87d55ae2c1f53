/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes with a row of a sequence, as numbers:
 *
 *   heads         the encoded row of the sequence: attributes, start, length
 *   12            position / length, 1 / (1 + position), and, of the row
 * before, sine and cosine of the time of day, of the week, of the month (and of
 * twice that, since days of a month matter singly), and of the year 2 x steps
 * the encoded rows before, the last one first; zeros where there is none steps
 * the mean of up to 16 of them, each with 0.85 times the weight of the next 9 x
 * changes   the values before of numbers that move slowly
 */
#include <math.h>
#include <string.h>

#include "synth/sequence.h"
#include "table/time.h"

#define FADING 0.85f

int64_t sg_past_width(const sg_sequence_form *form, const sg_encoder *heads,
                      const sg_encoder *steps) {
    return (int64_t)heads->width + SG_HISTORY_CLOCK +
           (SG_HISTORY_ROWS + 1) * (int64_t)steps->width +
           (int64_t)form->n_changes * SG_CHANGE_NUMBERS;
}

static void add_row(const sg_encoder *encoder, const sg_encoded_row *from,
                    float weight, float *out) {
    const sg_encoded_cell *cells =
        from->encoded->cells + from->row * from->encoded->width;
    for (size_t p = 0; p < encoder->n_parts; p++) {
        const sg_part *part = &encoder->parts[p];
        if (part->kind == SG_PART_NUMBER)
            out[part->start] += weight * cells[part->index].number;
        else
            out[part->start + cells[encoder->n_numbers + part->index].choice] +=
                weight;
    }
}

/* Sine and cosine of a part of a turn. */
static void write_turn(double part, float *out) {
    out[0] = (float)sin(2 * M_PI * part);
    out[1] = (float)cos(2 * M_PI * part);
}

/* The same of where `time`, in microseconds, lies in a period. */
static void write_phase(int64_t time, int64_t seconds, float *out) {
    int64_t period = seconds * 1000000;
    write_turn((double)(time % period) / (double)period, out);
}

static void write_clock(const sg_past *past, bool has_time, float *out) {
    double of_month, of_year;
    out[0] = (float)past->position / (float)past->length;
    out[1] = 1.0f / (1.0f + (float)past->position);
    if (!has_time) return;
    write_phase(past->time, 86400, out + 2);
    write_phase(past->time, 7 * 86400, out + 4);
    sg_time_season(past->time, &of_month, &of_year);
    write_turn(of_month, out + 6);
    write_turn(2 * of_month, out + 8);
    write_turn(of_year, out + 10);
}

void sg_past_write(const sg_sequence_form *form, const sg_encoder *heads,
                   const sg_encoder *steps, const sg_past *past, float *out) {
    size_t width = (size_t)steps->width;
    memset(out, 0, (size_t)sg_past_width(form, heads, steps) * sizeof *out);
    add_row(heads, &past->head, 1.0f, out);
    out += heads->width;
    write_clock(past, sg_sequence_has_time(form), out);
    out += SG_HISTORY_CLOCK;
    float *mean = out + SG_HISTORY_ROWS * width, all = 0, weight = 1;
    for (int32_t i = 0; i < past->count; i++, weight *= FADING)
        all += weight;
    weight = all > 0 ? 1 / all : 0;
    for (int32_t i = 0; i < past->count; i++, weight *= FADING) {
        if (i < SG_HISTORY_ROWS)
            add_row(steps, &past->rows[i], 1.0f, out + (size_t)i * width);
        add_row(steps, &past->rows[i], weight, mean);
    }
    if (form->n_changes > 0)
        memcpy(mean + width, past->levels,
               (size_t)form->n_changes * SG_CHANGE_NUMBERS * sizeof *out);
}

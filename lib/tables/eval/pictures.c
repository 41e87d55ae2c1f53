/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the page draws of single columns: shares of rows by bar.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "eval/evaluation.h"
#include "file/number.h"
#include "table/sort.h"

/* ---- numbers ------------------------------------------------------------ */

/* The range that is drawn: all but half a per cent of the real values on each
 * side, so that single ones far out don't press all others into one bar. */
static syngan_status find_range(const sg_match *match, const sg_matched *column,
                                double *low, double *high) {
    int64_t rows = match->rows[SG_REAL], count = 0;
    size_t bytes = 2 * (size_t)rows * sizeof(double);
    double *sorted = sg_alloc(match->context, bytes);
    if (sorted == NULL) return sg_fail_memory(match->context, "bars", bytes);
    for (int64_t i = 0; i < rows; i++)
        if (isfinite(column->value[SG_REAL][i]))
            sorted[count++] = column->value[SG_REAL][i];
    sg_sort_f64(match->context, sorted, sorted + rows, count);
    *low = count > 0 ? sorted[count / 200] : 0;
    *high = count > 0 ? sorted[count - 1 - count / 200] : 0;
    sg_free(match->context, sorted);
    return SYNGAN_OK;
}

static void axis_text(const sg_column *column, double value, char *text,
                      size_t size) {
    const char *axis = sg_type_of(column)->axis;
    int64_t integer = (int64_t)value;
    sg_column one = {.type = column->type, .integers = &integer};
    one.format = axis != NULL ? (char *)(uintptr_t)axis : column->format;
    sg_column_text(&one, 0, text, size);
}

static char *number_text(const sg_match *match, const sg_matched *column,
                         double value) {
    char text[64];
    const sg_column_type *type = sg_column_types[column->type];
    if (type->comparison != SG_COMPARED_NUMBERS)
        axis_text(column->real, value / type->scale, text, sizeof text);
    else if (fabs(value) >= 1000 && fabs(value) < 1e9)
        sg_number_fixed(value, 0, text);
    else
        sg_number_short(value, 4, text);
    return sg_strdup(match->context, text);
}

static syngan_status draw_number(const sg_match *match,
                                 const sg_matched *column, sg_picture *to) {
    double low = 0, high = 0;
    SG_TRY(find_range(match, column, &low, &high));
    to->low = number_text(match, column, low);
    to->high = number_text(match, column, high);
    if (to->low == NULL || to->high == NULL)
        return sg_fail_memory(match->context, "bars", 0);
    bool whole = sg_column_types[column->type]->is_count;
    to->bars = SG_REPORT_BARS;
    if (whole && high - low < SG_REPORT_BARS) {
        to->bars = (size_t)(high - low) + 1;
        high = low + (double)to->bars;
    }
    if (high <= low) to->bars = 1;
    double step = (high - low) / (double)to->bars;
    for (int side = 0; side < 2; side++)
        for (int64_t i = 0; i < match->rows[side]; i++) {
            double value = column->value[side][i];
            if (isnan(value)) continue;
            double at = step > 0 ? floor((value - low) / step) : 0;
            double last = (double)(to->bars - 1);
            at = at < 0 ? 0 : at > last ? last : at;
            to->share[side][(size_t)at] += 1;
        }
    return SYNGAN_OK;
}

/* ---- categories --------------------------------------------------------- */

/* The bar of each code: the values most frequent in the real table, then those
 * of the synthetic one, and a last bar for all others. */
static syngan_status choose_bars(const sg_match *match,
                                 const sg_matched *column, const int64_t *count,
                                 uint8_t *bar, sg_picture *to) {
    int32_t values = column->words->count;
    size_t most = values > SG_REPORT_BARS ? SG_REPORT_BARS - 1 : SG_REPORT_BARS;
    memset(bar, SG_REPORT_BARS - 1, (size_t)values);
    bool *taken = sg_alloc_zero(match->context, (size_t)values + 1, 1);
    if (taken == NULL)
        return sg_fail_memory(match->context, "bars", (size_t)values);
    syngan_status status = SYNGAN_OK;
    while (to->bars < most && (int32_t)to->bars < values) {
        int32_t best = -1;
        for (int32_t k = 0; k < values; k++)
            if (!taken[k] && (best < 0 || count[k] > count[best])) best = k;
        taken[best] = true;
        bar[best] = (uint8_t)to->bars;
        to->label[to->bars] =
            sg_strdup(match->context, sg_dictionary_text(column->words, best));
        if (to->label[to->bars++] == NULL) {
            status = sg_fail_memory(match->context, "bars", 0);
            break;
        }
    }
    sg_free(match->context, taken);
    return status;
}

static syngan_status draw_codes(const sg_match *match, const sg_matched *column,
                                int64_t *count, uint8_t *bar, sg_picture *to) {
    for (int64_t i = 0; i < match->rows[SG_REAL]; i++)
        if (column->code[SG_REAL][i] >= 0)
            count[column->code[SG_REAL][i]] += 1 << 20;
    for (int64_t i = 0; i < match->rows[SG_SYNTHETIC]; i++)
        if (column->code[SG_SYNTHETIC][i] >= 0)
            count[column->code[SG_SYNTHETIC][i]]++;
    SG_TRY(choose_bars(match, column, count, bar, to));
    if (column->words->count > SG_REPORT_BARS) {
        to->label[to->bars] = sg_format(match->context, "%d others",
                                        column->words->count - (int)to->bars);
        if (to->label[to->bars] == NULL)
            return sg_fail_memory(match->context, "bars", 0);
        to->bars++;
    }
    for (int side = 0; side < 2; side++)
        for (int64_t i = 0; i < match->rows[side]; i++)
            if (column->code[side][i] >= 0)
                to->share[side][bar[column->code[side][i]]] += 1;
    return SYNGAN_OK;
}

static syngan_status draw_category(const sg_match *match,
                                   const sg_matched *column, sg_picture *to) {
    size_t values = (size_t)column->words->count;
    int64_t *count = sg_alloc_zero(match->context, values + 1, sizeof *count);
    uint8_t *bar = sg_alloc_zero(match->context, values + 1, 1);
    syngan_status status =
        count == NULL || bar == NULL
            ? sg_fail_memory(match->context, "bars", values * sizeof *count)
            : draw_codes(match, column, count, bar, to);
    sg_free(match->context, count);
    sg_free(match->context, bar);
    return status;
}

/* ---- all of them -------------------------------------------------------- */

static syngan_status draw(const sg_evaluation *evaluation, size_t c,
                          sg_picture *to) {
    const sg_match *match = &evaluation->match;
    const sg_matched *column = &match->column[c];
    to->type = sg_column_type_name(column->type);
    to->number = column->number;
    to->name = sg_strdup(match->context, column->name);
    if (to->name == NULL) return sg_fail_memory(match->context, "a name", 0);
    SG_TRY(column->number ? draw_number(match, column, to)
                          : draw_category(match, column, to));
    for (int side = 0; side < 2; side++) {
        double rows = (double)match->rows[side];
        to->missing[side] = (double)column->missing[side] / rows;
        for (size_t k = 0; k < to->bars; k++)
            to->share[side][k] /= rows;
    }
    return SYNGAN_OK;
}

syngan_status sg_evaluate_pictures(sg_evaluation *evaluation) {
    syngan_context *context = evaluation->context;
    syngan_report *report = evaluation->report;
    size_t count = evaluation->match.count;
    if (count > SG_REPORT_PICTURES) {
        sg_report_note(report, "Pictures and maps: the first %d of %zu columns",
                       SG_REPORT_PICTURES, count);
        count = SG_REPORT_PICTURES;
    }
    report->picture = sg_alloc_zero(context, count, sizeof *report->picture);
    for (int side = 0; side < 2; side++)
        report->map[side] =
            sg_alloc(context, count * count * sizeof *report->map[side]);
    if (report->picture == NULL || report->map[0] == NULL ||
        report->map[1] == NULL)
        return sg_fail_memory(context, "pictures",
                              count * sizeof *report->picture);
    for (size_t i = 0; i < count * count; i++)
        report->map[0][i] = report->map[1][i] = i % (count + 1) == 0 ? 1 : NAN;
    for (size_t c = 0; c < count; c++) {
        SG_TRY(draw(evaluation, c, &report->picture[report->n_pictures++]));
        if (sg_is_cancelled(context))
            return sg_fail(context, SYNGAN_E_CANCELLED, "evaluate: cancelled");
    }
    return SYNGAN_OK;
}

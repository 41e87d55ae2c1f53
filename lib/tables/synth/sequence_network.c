/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the networks of steps see and lower besides:
 *
 *   - The critic is shown how each row compares with the row before: products
 *     of their entries (whether a choice stays as it was), and differences of
 *     numbers. A perceptron hardly finds such relations in one-hot entries.
 *   - The generator lowers the distance between the moments of its rows and
 *     those of the real rows with the same history: products of each entry
 *     with each entry of other columns and with each number of the history, as
 *     baskets do (basket.h).
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "synth/sequence.h"

/* Rows that weights are estimated from. */
enum { SAMPLE = 4096 };
/* Of mean squares: less does not get more weight. */
#define LEAST_SQUARE 2e-3

/* ---- values of numbers --------------------------------------------------- */

/* Mean and deviation of the value that each mode stands for, the latter as a
 * multiple of the number within it; of "missing", NaN. `plain`: off the scale,
 * as the line through the values one deviation around the mean. */
static void mode_value(const sg_number_code *code, int32_t mode, bool plain,
                       double *mean, double *spread) {
    int32_t single = mode - code->mixture.count;
    *spread = 0.0;
    if (single >= 0) {
        *mean = single >= code->n_singles ? (double)NAN
                : plain                   ? code->singles[single]
                        : sg_number_y(code, code->singles[single]);
        return;
    }
    double m = code->mixture.mean[mode], d = code->mixture.deviation[mode];
    *mean = m;
    *spread = 4.0 * d;
    if (!plain) return;
    double low = sg_number_x(code, m - d), high = sg_number_x(code, m + d);
    *mean = (low + high) / 2;
    *spread = 4.0 * (high - low) / 2;
}

/* Mean and standard deviation over the rows. */
static void all_values(const sg_number_code *code, bool plain, double *mean,
                       double *deviation) {
    double weight = 0, sum = 0, square = 0, m, s;
    for (int32_t i = 0; i < code->n_modes; i++) {
        mode_value(code, i, plain, &m, &s);
        if (isnan(m)) continue;
        weight += code->share[i];
        sum += code->share[i] * m;
        square += code->share[i] * (m * m + s * s / 16.0);
    }
    *mean = weight > 0 ? sum / weight : 0;
    double variance = weight > 0 ? square / weight - *mean * *mean : 0;
    *deviation = variance > 1e-12 ? sqrt(variance) : 1.0;
}

/* The column of value v, and whether it is the plain one: a number has one
 * value, or two if it is on a scale. -1: there are no more. */
static int32_t value_column(const sg_encoder *encoder, int32_t v, bool *plain) {
    for (size_t c = 0; c < encoder->n_codes; c++) {
        const sg_column_code *code = &encoder->codes[c];
        if (code->codec != &sg_codec_number || code->choice_part < 0 ||
            code->number_part < 0)
            continue;
        int32_t count = code->number.width > 0.0 ? 2 : 1;
        *plain = v == 1;
        if (v < count) return (int32_t)c;
        v -= count;
    }
    return -1;
}

static int32_t count_values(const sg_encoder *encoder) {
    int32_t count = 0;
    bool plain;
    while (value_column(encoder, count, &plain) >= 0)
        count++;
    return count;
}

/* Value v of a row is  row . mean[v] + (row . number[v]) (row . spread[v]): of
 * the mode, and within it. All three are width x values. */
static void fill_values(const sg_encoder *encoder, int32_t count, float *mean,
                        float *number, float *spread) {
    for (int32_t v = 0; v < count; v++) {
        bool plain = false;
        double all, deviation, m, s;
        const sg_column_code *code =
            &encoder->codes[value_column(encoder, v, &plain)];
        int32_t start = encoder->parts[code->choice_part].start;
        all_values(&code->number, plain, &all, &deviation);
        for (int32_t i = 0; i < code->number.n_modes; i++) {
            mode_value(&code->number, i, plain, &m, &s);
            int64_t at = (int64_t)(start + i) * count + v;
            mean[at] = isnan(m) ? 0 : (float)((m - all) / deviation);
            spread[at] = (float)(s / deviation);
        }
        number[encoder->parts[code->number_part].start * count + v] = 1;
    }
}

static syngan_node *values_of(const sg_step_subject *q, syngan_node *rows) {
    syngan_graph *graph = rows->graph;
    syngan_node *mean =
        syngan_matmul(rows, syngan_constant(graph, q->mean), 0, 0);
    syngan_node *number =
        syngan_matmul(rows, syngan_constant(graph, q->number), 0, 0);
    syngan_node *spread =
        syngan_matmul(rows, syngan_constant(graph, q->spread), 0, 0);
    return syngan_add(mean, syngan_multiply(number, spread));
}

/* The row before, as the history has it. */
static syngan_node *row_before(const sg_step_subject *q, syngan_node *given) {
    return syngan_slice(given, 1, q->heads->width + SG_HISTORY_CLOCK,
                        q->steps->width);
}

/* ---- the critic's view -------------------------------------------------- */

static syngan_node *view(const sg_subject *subject, syngan_node *rows,
                         syngan_node *given) {
    const sg_step_subject *q = subject->user;
    syngan_node *before = row_before(q, given);
    syngan_node *product = syngan_multiply(rows, before);
    if (q->values == 0) return product;
    syngan_node *value = values_of(q, rows);
    syngan_node *both[] = {product, value,
                           syngan_subtract(value, values_of(q, before))};
    return syngan_concat(both, 3, 1);
}

int64_t sg_step_viewed(const sg_encoder *steps) {
    return steps->width + 2 * (int64_t)count_values(steps);
}

/* ---- moments ------------------------------------------------------------ */

/* Entries of a row and its values: one side of the products. */
static syngan_node *entries_of(const sg_step_subject *q, syngan_node *rows) {
    if (q->values == 0) return rows;
    syngan_node *both[] = {rows, values_of(q, rows)};
    return syngan_concat(both, 2, 1);
}

/* The other side: 1, the entries again, and the history with its values. */
static syngan_node *others_of(const sg_step_subject *q, syngan_node *entries,
                              syngan_node *given) {
    int64_t dims[SYNGAN_MAX_RANK];
    (void)syngan_node_dims(given, dims);
    syngan_node *all[] = {
        syngan_fill(given->graph, 1.0, (const int64_t[]){dims[0], 1}, 2),
        entries, given, NULL};
    if (q->values == 0) return syngan_concat(all, 3, 1);
    all[3] = values_of(q, row_before(q, given));
    return syngan_concat(all, 4, 1);
}

static syngan_node *moments_of(syngan_node *entries, syngan_node *others,
                               int64_t first, int64_t count) {
    syngan_node *a = syngan_slice(entries, 0, first, count);
    syngan_node *b = syngan_affine(syngan_slice(others, 0, first, count),
                                   1.0 / (double)count, 0.0);
    return syngan_matmul(a, b, 1, 0);
}

static syngan_node *loss(const sg_subject *subject, syngan_node *logits,
                         syngan_node *given, syngan_node *real) {
    const sg_step_subject *q = subject->user;
    int64_t dims[SYNGAN_MAX_RANK];
    (void)syngan_node_dims(logits, dims);
    if (syngan_node_failed(logits)) return logits;
    int64_t half = dims[0] / 2;
    syngan_node *made =
        entries_of(q, syngan_part_activation(logits, q->parts,
                                             q->steps->n_parts, NULL, 1.0));
    syngan_node *wanted = entries_of(q, real);
    syngan_node *made_others = others_of(q, made, given);
    syngan_node *wanted_others = others_of(q, wanted, given);
    syngan_node *error[2];
    for (int i = 0; i < 2; i++)
        error[i] =
            syngan_subtract(moments_of(made, made_others, i * half, half),
                            moments_of(wanted, wanted_others, i * half, half));
    syngan_node *all =
        syngan_multiply(syngan_constant(logits->graph, q->weights),
                        syngan_multiply(error[0], error[1]));
    return syngan_sum(all, NULL, 0, 0);
}

/* ---- weights ------------------------------------------------------------ */

static float value_of(const sg_step_subject *q, const float *row, int32_t v) {
    const float *mean = q->mean->data, *number = q->number->data,
                *spread = q->spread->data;
    float m = 0, n = 0, s = 0;
    for (int32_t i = 0; i < q->steps->width; i++) {
        m += row[i] * mean[i * q->values + v];
        n += row[i] * number[i * q->values + v];
        s += row[i] * spread[i * q->values + v];
    }
    return m + n * s;
}

/* Adds the squares of a sample's rows: entries and their values, then what is
 * given and the values of the row before. */
static void add_squares(const sg_step_subject *q, const float *row,
                        const float *given, double *square) {
    int32_t width = q->steps->width;
    for (int32_t i = 0; i < width; i++)
        *square++ += (double)(row[i] * row[i]);
    for (int32_t v = 0; v < q->values; v++) {
        float value = value_of(q, row, v);
        *square++ += (double)(value * value);
    }
    for (int64_t i = 0; i < q->given; i++)
        *square++ += (double)(given[i] * given[i]);
    const float *before = given + q->heads->width + SG_HISTORY_CLOCK;
    for (int32_t v = 0; v < q->values; v++) {
        float value = value_of(q, before, v);
        *square++ += (double)(value * value);
    }
}

/* The column of an entry or of a value. */
static int32_t column_of(const sg_step_subject *q, int32_t entry) {
    const sg_encoder *e = q->steps;
    int32_t v = entry - e->width;
    for (size_t p = 0; v < 0 && p < e->n_parts; p++)
        if (entry < e->parts[p].start + e->parts[p].width)
            return e->parts[p].column;
    bool plain;
    return value_column(e, v, &plain);
}

static bool is_number(const sg_encoder *encoder, int32_t entry) {
    for (size_t p = 0; p < encoder->n_parts; p++)
        if (encoder->parts[p].start == entry)
            return encoder->parts[p].kind == SG_PART_NUMBER;
    return false;
}

/* Whether the chances of a column's choice have another moment than its draws:
 * both entries depend on the draw. */
static bool is_drawn_twice(const sg_step_subject *q, int32_t a, int32_t b) {
    return column_of(q, a) == column_of(q, b) && !is_number(q->steps, a) &&
           !is_number(q->steps, b);
}

/* An error is weighed by what it varies by. */
static void fill_weights(const sg_step_subject *q, const double *square,
                         float *weights) {
    int32_t entries = q->steps->width + q->values;
    int64_t all = 1 + entries + q->given + q->values;
    for (int32_t a = 0; a < entries; a++) {
        for (int64_t b = 0; b < all; b++) {
            double other = b == 0 ? 1.0 : square[b - 1];
            bool same =
                b > 0 && b <= entries && is_drawn_twice(q, a, (int32_t)b - 1);
            double weight =
                1.0 / ((square[a] + LEAST_SQUARE) * (other + LEAST_SQUARE));
            /* Pairs of entries of a row come twice. */
            if (b > 0 && b <= entries) weight *= 0.5;
            weights[a * all + b] = same ? 0.0f : (float)weight;
        }
    }
}

static syngan_status weigh(sg_step_subject *q, const sg_encoded *encoded) {
    syngan_context *context = q->steps->context;
    size_t width = (size_t)q->steps->width, given = (size_t)q->given;
    size_t count = width + given + 2 * (size_t)q->values;
    double *square = sg_alloc_zero(context, count, sizeof *square);
    float *row = sg_alloc(context, (width + given) * sizeof *row);
    if (square == NULL || row == NULL) {
        sg_free(context, square);
        sg_free(context, row);
        return sg_fail_memory(context, "sequences", count * sizeof *square);
    }
    int64_t n = encoded->rows < SAMPLE ? encoded->rows : SAMPLE;
    for (int64_t i = 0; i < n; i++) {
        int64_t at = i * encoded->rows / n;
        sg_encoder_expand(q->steps, encoded, &at, 1, row, (int64_t)width);
        q->subject.give(&q->subject, encoded, &at, 1, row + width,
                        (int64_t)given);
        add_squares(q, row, row + width, square);
    }
    for (size_t i = 0; i < count; i++)
        square[i] /= (double)n;
    fill_weights(q, square, q->weights->data);
    sg_free(context, square);
    sg_free(context, row);
    return SYNGAN_OK;
}

/* ---- making ------------------------------------------------------------- */

void sg_step_subject_end(sg_step_subject *q) {
    syngan_tensor_free(q->mean);
    syngan_tensor_free(q->number);
    syngan_tensor_free(q->spread);
    syngan_tensor_free(q->weights);
    if (q->context != NULL) sg_free(q->context, q->parts);
}

static syngan_status zeros(syngan_context *context, int64_t rows,
                           int64_t columns, syngan_tensor **out) {
    SG_TRY(syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                (const int64_t[]){rows, columns}, 2, out));
    memset((*out)->data, 0, (size_t)(rows * columns) * sizeof(float));
    return SYNGAN_OK;
}

syngan_status sg_step_subject_make(sg_step_subject *q,
                                   const sg_sequence_form *form,
                                   const sg_encoder *heads,
                                   const sg_encoder *steps,
                                   const sg_encoded *encoded) {
    syngan_context *context = steps->context;
    q->context = context;
    q->heads = heads;
    q->steps = steps;
    q->values = count_values(steps);
    q->given = sg_past_width(form, heads, steps);
    q->subject.view = view;
    q->subject.loss = loss;
    int64_t width = steps->width, entries = width + q->values;
    int64_t values = q->values > 0 ? q->values : 1;
    SG_TRY(sg_network_parts(steps, true, &q->parts));
    SG_TRY(zeros(context, width, values, &q->mean));
    SG_TRY(zeros(context, width, values, &q->number));
    SG_TRY(zeros(context, width, values, &q->spread));
    SG_TRY(zeros(context, entries, 1 + entries + q->given + q->values,
                 &q->weights));
    fill_values(steps, q->values, q->mean->data, q->number->data,
                q->spread->data);
    return weigh(q, encoded);
}

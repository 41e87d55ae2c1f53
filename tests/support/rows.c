/* SPDX-License-Identifier: Apache-2.0 */
/* Baskets and sequences; see rows.h. */
#include "support/rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "support/memory_stream.h"
#include "support/test.h"

/* ---- baskets ------------------------------------------------------------ */

const char *const rows_items[ROWS_ITEMS] = {"a", "b", "c", "d", "e", "f",
                                            "g", "h", "i", "j", "k", "l"};

/* Items 0 and 1 are bought together or not at all, 2 and 3 never together. */
static int64_t draw_basket(int64_t basket, const char **items) {
    const sg_random random = {.seed = 5, .step = (uint64_t)basket, .stream = 1};
    float u[ROWS_ITEMS];
    int64_t count = 0;
    sg_random_uniform(&random, 0, ROWS_ITEMS, u);
    if (u[0] < 0.4f) {
        items[count++] = rows_items[0];
        items[count++] = rows_items[1];
    }
    items[count++] = u[2] < 0.5f ? rows_items[2] : rows_items[3];
    for (int i = 4; i < ROWS_ITEMS; i++)
        if (u[i] < 0.12f && count < 8) items[count++] = rows_items[i];
    return count;
}

syngan_status rows_baskets(syngan_context *context, int64_t baskets,
                           syngan_table **out) {
    static int64_t keys[ROWS_BASKETS * 8];
    static const char *items[ROWS_BASKETS * 8];
    int64_t rows = 0;
    for (int64_t b = 0; b < baskets; b++)
        for (int64_t n = draw_basket(b, items + rows); n > 0; n--)
            keys[rows++] = b * 7;
    syngan_status status = syngan_table_create(context, rows, out);
    if (status == SYNGAN_OK)
        status = syngan_table_add_integers(*out, "purchase", keys);
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(*out, "item", SYNGAN_COLUMN_CATEGORY, items);
    return status;
}

/* ---- sequences ---------------------------------------------------------- */

/* A person has a city, and a mood that mostly stays; rows of all persons are
 * mixed. */
syngan_status rows_sequences(syngan_context *context, int64_t keys,
                             syngan_table **out) {
    static const char *key[ROWS_KEYS * ROWS_LONGEST],
        *city[ROWS_KEYS * ROWS_LONGEST], *mood[ROWS_KEYS * ROWS_LONGEST];
    static char text[ROWS_KEYS][8];
    static int64_t time[ROWS_KEYS * ROWS_LONGEST];
    static double amount[ROWS_KEYS * ROWS_LONGEST];
    static double account[ROWS_KEYS * ROWS_LONGEST];
    double balance[ROWS_KEYS];
    int64_t rows = 0;
    for (int64_t position = 0; position < ROWS_LONGEST; position++)
        for (int64_t k = 0; k < keys; k++) {
            const sg_random random = {
                .seed = 2, .step = (uint64_t)k, .stream = 1};
            float u[4], once[2];
            sg_random_uniform(&random, 0, 2, once);
            sg_random_uniform(&random, 8 + 4 * (uint64_t)position, 4, u);
            if (position > 2 && position > 2 + (int64_t)(once[1] * 10))
                continue;
            snprintf(text[k], sizeof text[k], "p%d", (int)k);
            key[rows] = text[k];
            city[rows] = once[0] < 0.5f ? "Graz" : "Linz";
            mood[rows] = position / 5 % 2 ? "good" : "bad";
            time[rows] = (1000 + k) * ROWS_HOUR + position * 24 * ROWS_HOUR +
                         (int64_t)(u[0] * 10) * ROWS_HOUR;
            if (position == 0) balance[k] = rint((double)once[1] * 900) / 2;
            balance[k] += rint((double)u[2] * 40) / 2 - 10;
            account[rows] = u[3] < 0.05f ? (double)NAN : balance[k];
            amount[rows++] = 10 + (double)u[1];
        }
    syngan_status status = syngan_table_create(context, rows, out);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(*out, "person",
                                        SYNGAN_COLUMN_IDENTIFIER, key);
    if (status == SYNGAN_OK)
        status = syngan_table_add_times(*out, "time", time, NULL);
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(*out, "city", SYNGAN_COLUMN_CATEGORY, city);
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(*out, "mood", SYNGAN_COLUMN_BOOLEAN, mood);
    if (status == SYNGAN_OK)
        status = syngan_table_add_reals(*out, "amount", amount);
    if (status == SYNGAN_OK)
        status = syngan_table_add_reals(*out, "account", account);
    return status;
}

/* ---- comparing ---------------------------------------------------------- */

void rows_check_same(const syngan_table *a, int64_t from,
                     const syngan_table *b) {
    for (int64_t row = 0; row < syngan_table_rows(b); row++)
        for (size_t c = 0; c < syngan_table_columns(b); c++) {
            char x[64], y[64];
            syngan_table_cell(a, from + row, c, x, sizeof x);
            syngan_table_cell(b, row, c, y, sizeof y);
            assert_string_equal(x, y);
        }
}

void rows_check_saved(syngan_context *context, syngan_synthesizer *s,
                      int64_t all, int64_t first, int64_t count) {
    syngan_table *whole = NULL, *piece = NULL;
    syngan_synthesizer *again = NULL;
    memory_stream file;
    memory_stream_init(&file, NULL, 0);
    assert_ok(context,
              syngan_synthesizer_sample(s, all, 9, NULL, NULL, &whole));
    assert_ok(context,
              syngan_synthesizer_save_stream(s, &file.hooks, SYNGAN_SAVE_ALL));
    assert_ok(context,
              syngan_synthesizer_load_stream(context, &file.hooks, &again));
    assert_ok(context, syngan_synthesizer_sample(again, count, 9,
                                                 SYNGAN_SAMPLE(.first = first),
                                                 NULL, &piece));
    char key[32], text[32];
    snprintf(key, sizeof key, "%lld", (long long)first + 1);
    int64_t from = 0;
    do
        syngan_table_cell(whole, from++, 0, text, sizeof text);
    while (strcmp(text, key) != 0);
    rows_check_same(whole, from - 1, piece);
    memory_stream_end(&file);
    syngan_table_free(piece);
    syngan_table_free(whole);
    syngan_synthesizer_free(again);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drawing conditions: the chance of each value of each column, exactly, and the
 * rows that go with it, against counts of the table.
 */
#include "synth/condition.h"

#include <math.h>
#include <stdlib.h>
#include <syngan/table.h>

#include "base/memory.h"
#include "support/test.h"

enum { ROWS = 96, FIRST = 5, SECOND = 3 };

/* Of the values a, b, ... of both columns. */
static const int rows_of_first[FIRST] = {3, 40, 1, 32, 20};
static const int rows_of_second[SECOND] = {24, 60, 12};

typedef struct drawing {
    syngan_context *context;
    syngan_table *table;
    sg_encoder *encoder;
    sg_encoded encoded;
    sg_conditions conditions;
    int32_t *rows;
} drawing;

/* Values in turns, so that no value's rows lie together. */
static void fill(const int *counts, int width, int stride,
                 const char *out[ROWS]) {
    static const char *const values[] = {"a", "b", "c", "d", "e"};
    int at = 0;
    for (int value = 0; value < width; value++)
        for (int i = 0; i < counts[value]; i++)
            out[at++ * stride % ROWS] = values[value];
    assert_int_equal(at, ROWS);
}

static void start(drawing *d) {
    const char *first[ROWS], *second[ROWS];
    fill(rows_of_first, FIRST, 5, first);
    fill(rows_of_second, SECOND, 7, second);
    d->context = test_context(1);
    assert_ok(d->context, syngan_table_create(d->context, ROWS, &d->table));
    assert_ok(d->context,
              syngan_table_add_texts(d->table, "first", SYNGAN_COLUMN_CATEGORY,
                                     first));
    assert_ok(d->context,
              syngan_table_add_texts(d->table, "second", SYNGAN_COLUMN_CATEGORY,
                                     second));
    assert_ok(d->context, sg_encoder_fit(d->table, NULL, &d->encoder));
    assert_ok(d->context,
              sg_encoder_encode(d->encoder, d->table, 1, &d->encoded));
    assert_ok(d->context, sg_conditions_make(d->encoder, ROWS, &d->conditions));
    d->rows = malloc(2 * ROWS * sizeof *d->rows);
    assert_non_null(d->rows);
    assert_ok(d->context,
              sg_conditions_index(&d->conditions, &d->encoded, d->rows));
    assert_int_equal(d->conditions.count, 2);
    assert_int_equal(d->conditions.width, FIRST + SECOND);
}

static void end(drawing *d) {
    free(d->rows);
    sg_conditions_end(&d->conditions);
    sg_encoded_end(d->context, &d->encoded);
    sg_encoder_release(d->encoder);
    syngan_table_free(d->table);
    syngan_context_free(d->context);
}

/* Whether a row has the value of a condition. */
static bool has_value(const drawing *d, int64_t row,
                      const sg_condition *condition) {
    const sg_condition_column *column =
        &d->conditions.columns[condition->column];
    const sg_encoded_cell *cells =
        d->encoded.cells + row * d->encoded.width + d->conditions.n_numbers;
    return column->start + cells[column->choice].choice == condition->place;
}

static int rows_with(const drawing *d, const sg_condition *condition) {
    int count = 0;
    for (int64_t row = 0; row < ROWS; row++)
        count += has_value(d, row, condition);
    return count;
}

static sg_condition draw(const drawing *d, bool rare, int32_t column,
                         double u) {
    double upper = floor(u * 0x1p32);
    const uint32_t words[3] = {(uint32_t)(((uint64_t)column << 32) / 2 + 17),
                               (uint32_t)upper,
                               (uint32_t)((u * 0x1p32 - upper) * 0x1p32)};
    sg_condition drawn = sg_condition_draw(&d->conditions, rare, words);
    assert_int_equal(drawn.column, column);
    assert_int_equal(drawn.dense - drawn.place,
                     d->conditions.columns[column].dense -
                         d->conditions.columns[column].start);
    return drawn;
}

/* Weights of all values, as the draws between their sums have it. */
static void check_chances(const drawing *d, bool rare, int32_t column) {
    const sg_condition_column *c = &d->conditions.columns[column];
    const double slack = 1e-9;
    double total = 0, sum = 0;
    for (int32_t i = 0; i < c->width; i++) {
        int rows = rows_with(
            d, &(sg_condition){.place = c->start + i, .column = column});
        assert_true(rows > 0);
        total += rare ? log(1.0 + rows) : rows;
    }
    for (int32_t i = 0; i < c->width; i++) {
        int rows = rows_with(
            d, &(sg_condition){.place = c->start + i, .column = column});
        double next = sum + (rare ? log(1.0 + rows) : rows) / total;
        for (int k = 0; k < 3; k++) {
            double u = sum + slack + (next - sum - 2 * slack) * k / 2;
            assert_int_equal(draw(d, rare, column, u).place, c->start + i);
        }
        sum = next;
    }
    assert_true(fabs(sum - 1.0) < 1e-12);
}

static void chances_are_those_of_the_table(void **state) {
    (void)state;
    drawing d;
    start(&d);
    for (int32_t column = 0; column < 2; column++) {
        check_chances(&d, false, column);
        check_chances(&d, true, column);
    }
    /* The least and the greatest word, of each of the columns. */
    const uint32_t none[3] = {0, 0, 0}, all[3] = {~0u, ~0u, ~0u};
    for (int rare = 0; rare < 2; rare++) {
        sg_condition low = sg_condition_draw(&d.conditions, rare, none);
        sg_condition high = sg_condition_draw(&d.conditions, rare, all);
        assert_int_equal(low.place, 0);
        assert_int_equal(high.place, FIRST + SECOND - 1);
    }
    end(&d);
}

/* Each row with the value comes as often as the others, and no other. */
static void rows_have_the_value(void **state) {
    (void)state;
    drawing d;
    start(&d);
    for (int32_t place = 0; place < FIRST + SECOND; place++) {
        int32_t column = place >= d.conditions.columns[1].start;
        const sg_condition condition = {.place = place, .column = column};
        uint64_t count = (uint64_t)rows_with(&d, &condition);
        bool seen[ROWS] = {false};
        for (uint64_t i = 0; i < count; i++) {
            uint32_t low = (uint32_t)((i << 32) / count + 1);
            uint32_t high = (uint32_t)(((i + 1) << 32) / count - 1);
            if (i == 0) low = 0;
            if (i == count - 1) high = ~0u;
            int64_t row = sg_condition_row(&d.conditions, &condition, low);
            assert_true(has_value(&d, row, &condition));
            assert_false(seen[row]);
            seen[row] = true;
            assert_int_equal(sg_condition_row(&d.conditions, &condition, high),
                             row);
        }
    }
    end(&d);
}

/* Values without a chance behind the last possible one are not drawn, not even
 * by the greatest words. */
static void impossible_values_are_not_drawn(void **state) {
    (void)state;
    drawing d;
    start(&d);
    const sg_condition_column *column = &d.conditions.columns[1];
    double share[SECOND] = {0.1, 0.2, 0};
    memcpy((double *)(uintptr_t)d.encoder->parts[column->part].share, share,
           sizeof share);
    sg_conditions_end(&d.conditions);
    assert_ok(d.context, sg_conditions_make(d.encoder, ROWS, &d.conditions));
    const uint32_t all[3] = {~0u, ~0u, ~0u};
    for (int rare = 0; rare < 2; rare++)
        assert_int_equal(sg_condition_draw(&d.conditions, rare, all).place,
                         FIRST + 1);
    end(&d);
}

static void without_columns_any_row(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_conditions none;
    sg_conditions_none(context, ROWS, &none);
    const uint32_t words[3] = {~0u, ~0u, ~0u};
    sg_condition drawn = sg_condition_draw(&none, true, words);
    assert_int_equal(drawn.place, -1);
    assert_int_equal(drawn.dense, -1);
    assert_int_equal(sg_condition_row(&none, &drawn, 0), 0);
    assert_int_equal(sg_condition_row(&none, &drawn, ~0u), ROWS - 1);
    sg_conditions_end(&none);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chances_are_those_of_the_table),
        cmocka_unit_test(rows_have_the_value),
        cmocka_unit_test(impossible_values_are_not_drawn),
        cmocka_unit_test(without_columns_any_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

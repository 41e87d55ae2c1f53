/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures a synthesizer of baskets or of sequences, on four of five of them;
 * beside it, what is naive: items drawn by their frequency for baskets of the
 * same sizes, and rows drawn anew for sequences of the same lengths. The fifth
 * ones measure as well, as if they had been made.
 *
 *   bench_rows baskets FILE [EPOCHS]      a ragged CSV file of baskets
 *   bench_rows baskets FILE EPOCHS KEY ITEM    a CSV file with a header
 *   bench_rows sequences [EPOCHS]         20,000 built-in card transactions
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syngan/synthesizer.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/thread.h"
#include "eval/basket.h"
#include "eval/sequence.h"

/* ---- parts of the data -------------------------------------------------- */

/* Groups g with g % 5 == 0, or the others. */
static syngan_status take_part(const syngan_table *table,
                               const sg_groups *groups, bool fifth,
                               syngan_table **out) {
    int64_t count = 0;
    int64_t *rows =
        sg_alloc(table->context, (size_t)table->rows * sizeof *rows);
    if (rows == NULL) return SYNGAN_E_MEMORY;
    for (int64_t g = 0; g < groups->count; g++)
        for (int64_t i = groups->first[g]; i < groups->first[g + 1]; i++)
            if ((g % 5 == 0) == fifth) rows[count++] = groups->rows[i];
    syngan_status status = syngan_table_select(table, rows, count, out);
    sg_free(table->context, rows);
    return status;
}

static syngan_status divide(const syngan_table *table, int64_t key,
                            int64_t order, syngan_table **real,
                            syngan_table **holdout) {
    sg_groups groups;
    SG_TRY(sg_groups_make(table, key, order, &groups));
    syngan_status status = take_part(table, &groups, false, real);
    if (status == SYNGAN_OK) status = take_part(table, &groups, true, holdout);
    sg_groups_end(&groups);
    return status;
}

/* The same table, but each value of a column from a row drawn by chance. */
static void shuffle(syngan_table *table, size_t column) {
    const sg_random random = {.seed = 1, .step = column, .stream = 1};
    sg_column *c = &table->columns[column];
    for (int64_t i = table->rows - 1; i > 0; i--) {
        int64_t j =
            (int64_t)sg_random_below(&random, (uint64_t)i, (uint64_t)i + 1);
        if (sg_column_has_codes(c)) {
            int32_t code = c->codes[i];
            c->codes[i] = c->codes[j];
            c->codes[j] = code;
        } else {
            int64_t value = c->integers[i];
            c->integers[i] = c->integers[j];
            c->integers[j] = value;
        }
    }
}

/* ---- baskets ------------------------------------------------------------ */

static syngan_status print_baskets(const char *what, const syngan_table *real,
                                   const syngan_table *made, size_t key,
                                   size_t item) {
    sg_basket_measures m;
    SG_TRY(sg_basket_measure(real, made, NULL, key, item, &m));
    printf("%-9s sizes: KS %.3f, TV %.3f; items: TV %.3f, r %.4f, covered "
           "%.3f; lift of %lld pairs: r %.3f, error %.3f, top %.2f; verbatim "
           "%.3f\n",
           what, m.size_ks, m.size_tv, m.item_tv, m.item_correlation,
           m.coverage, (long long)m.pairs, m.lift_correlation, m.lift_error,
           m.top_overlap, m.verbatim);
    return SYNGAN_OK;
}

static syngan_status baskets(syngan_context *context, int argc, char **argv) {
    syngan_table *table, *real, *holdout, *made, *naive;
    syngan_synthesizer *s;
    const char *key = argc > 5 ? argv[4] : "basket";
    const char *item = argc > 5 ? argv[5] : "item";
    if (argc < 3) return sg_fail(context, SYNGAN_E_ARGUMENT, "no file");
    if (argc > 5)
        SG_TRY(syngan_table_read_csv(context, argv[2], NULL, &table));
    else
        SG_TRY(syngan_table_read_baskets(context, argv[2], NULL, &table));
    int64_t k, i;
    SG_TRY(sg_find_column(table, key, -1, &k));
    SG_TRY(sg_find_column(table, item, -1, &i));
    SG_TRY(divide(table, k, -1, &real, &holdout));
    double start = sg_seconds();
    SG_TRY(syngan_synthesizer_fit(
        real,
        SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_BASKETS, .key = key,
                           .item = item,
                           .epochs = argc > 3 ? atoll(argv[3]) : SYNGAN_AUTO),
        &s));
    printf("%lld rows learnt in %.0f s\n", (long long)real->rows,
           sg_seconds() - start);
    SG_TRY(syngan_synthesizer_sample(s, 10000, 1, NULL, NULL, &made));
    SG_TRY(divide(table, k, -1, &naive, &holdout));
    shuffle(naive, (size_t)i);
    SG_TRY(print_baskets("synthetic", real, made, (size_t)k, (size_t)i));
    SG_TRY(print_baskets("naive", real, naive, (size_t)k, (size_t)i));
    return print_baskets("hold-out", real, holdout, (size_t)k, (size_t)i);
}

/* ---- sequences ---------------------------------------------------------- */

static syngan_status print_sequences(const char *what,
                                     const sg_sequence_side *real,
                                     const syngan_table *table) {
    sg_groups groups;
    double lengths, gaps, clock, pairs;
    SG_TRY(sg_groups_make(table, syngan_table_find(table, "card"),
                          syngan_table_find(table, "time"), &groups));
    const sg_sequence_side made = {table, &groups};
    SG_TRY(sg_sequence_lengths(real, &made, &lengths));
    SG_TRY(sg_sequence_gaps(real, 1, &made, 1, &gaps));
    SG_TRY(sg_sequence_clock(real, 1, &made, 1, &clock));
    printf("%-9s lengths KS %.3f, gaps KS %.3f, times of day KS %.3f", what,
           lengths, gaps, clock);
    for (size_t c = 2; c < table->n_columns; c++) {
        if (sg_column_has_codes(&table->columns[c])) {
            SG_TRY(sg_sequence_transitions(real, c, &made, c, &pairs));
            printf(", %s pairs TV %.3f", table->columns[c].name, pairs);
        } else {
            SG_TRY(sg_sequence_values(real, c, &made, c, &pairs));
            printf(", %s KS %.3f, r at lags", table->columns[c].name, pairs);
            for (int64_t lag = 1; lag <= 16; lag *= 4)
                printf(" %.2f (real %.2f)",
                       sg_sequence_autocorrelation(&made, c, lag),
                       sg_sequence_autocorrelation(real, c, lag));
        }
    }
    printf("\n");
    sg_groups_end(&groups);
    return SYNGAN_OK;
}

static syngan_status sequences(syngan_context *context, int argc, char **argv) {
    syngan_table *table, *real, *holdout, *made, *naive;
    syngan_synthesizer *s;
    sg_groups groups;
    SG_TRY(syngan_table_transactions(context, 20000, 1, &table));
    SG_TRY(divide(table, 0, 1, &real, &holdout));
    SG_TRY(divide(table, 0, 1, &naive, &holdout));
    double start = sg_seconds();
    SG_TRY(syngan_synthesizer_fit(
        real,
        SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_SEQUENCES, .key = "card",
                           .order = "time",
                           .epochs = argc > 2 ? atoll(argv[2]) : 40),
        &s));
    printf("%lld rows learnt in %.0f s\n", (long long)real->rows,
           sg_seconds() - start);
    SG_TRY(syngan_synthesizer_sample(s, 400, 1, NULL, NULL, &made));
    for (size_t c = 1; c < naive->n_columns; c++)
        shuffle(naive, c);
    SG_TRY(sg_groups_make(real, 0, 1, &groups));
    const sg_sequence_side side = {real, &groups};
    SG_TRY(print_sequences("synthetic", &side, made));
    SG_TRY(print_sequences("naive", &side, naive));
    return print_sequences("hold-out", &side, holdout);
}

int main(int argc, char **argv) {
    syngan_context *context;
    if (argc < 2 || syngan_context_create(NULL, &context) != SYNGAN_OK)
        return 1;
    syngan_status status = strcmp(argv[1], "baskets") == 0
                               ? baskets(context, argc, argv)
                               : sequences(context, argc, argv);
    if (status != SYNGAN_OK)
        fprintf(stderr, "bench_rows: %s\n", syngan_context_last_error(context));
    return status != SYNGAN_OK; /* the process ends: nothing is freed */
}

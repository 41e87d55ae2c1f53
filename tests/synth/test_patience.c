/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which state of a fit samples, and when a fit that has patience ends: against
 * the qualities that the progress tells, and once more over a file.
 */
#include <math.h>
#include <stdbool.h>
#include <syngan/synthesizer.h>

#include "support/fault.h"
#include "support/memory_stream.h"
#include "support/test.h"
#include "synth/row_kind.h"

/* Three steps an epoch, so that every 22nd is measured. */
enum {
    ROWS = 60,
    BATCH = 20,
    ROUND = 22,
    EPOCHS = 10 * ROUND,
    SAMPLED = 60,
    SEEDS = 64
};

#define SMALL .batch = BATCH, .pac = 5, .noise = 4, .width = 8, .depth = 1

typedef struct measures {
    double quality[EPOCHS];
    int64_t epoch[EPOCHS];
    bool best[EPOCHS];
    int32_t count;
    int64_t stop;         /* epoch after which the host stops; 0: never */
    int64_t starve;       /* epoch after which memory is refused; 0: never */
    fault_memory *memory; /* that is refused */
} measures;

static syngan_status note(const syngan_fit_progress *progress, void *user) {
    measures *m = user;
    if (progress->phase != 1) return SYNGAN_OK;
    assert_int_equal(isnan(progress->quality), progress->done % ROUND != 0);
    if (!isnan(progress->quality)) {
        m->quality[m->count] = progress->quality;
        m->epoch[m->count] = progress->done;
        m->best[m->count++] = progress->best;
    } else {
        assert_int_equal(progress->best, 0);
    }
    if (m->memory != NULL && progress->done == m->starve) {
        m->memory->fail_at = atomic_load(&m->memory->calls) + 1;
        m->memory->fail_on = true;
    }
    return progress->done == m->stop ? SYNGAN_E_USER : SYNGAN_OK;
}

static syngan_table *make_table(syngan_context *context) {
    static const char *const kinds[] = {"a", "b", "c"};
    const char *kind[ROWS];
    double x[ROWS];
    syngan_table *table;
    for (int i = 0; i < ROWS; i++) {
        kind[i] = kinds[i * 7 % 11 % 3];
        x[i] = (double)(i * 37 % 61) + 40.0 * (kind[i][0] - 'a');
    }
    assert_ok(context, syngan_table_create(context, ROWS, &table));
    assert_ok(context, syngan_table_add_reals(table, "x", x));
    assert_ok(context, syngan_table_add_texts(table, "kind",
                                              SYNGAN_COLUMN_CATEGORY, kind));
    return table;
}

static syngan_synthesizer *fit(const syngan_table *table, uint64_t seed,
                               int64_t epochs, int32_t patience, bool keep_last,
                               measures *m) {
    m->count = 0;
    syngan_synthesizer *s;
    syngan_status status = syngan_synthesizer_fit(
        table,
        SYNGAN_SYNTHESIZER(SMALL, .seed = seed, .epochs = epochs,
                           .patience = patience, .keep_last = keep_last,
                           .progress = note, .progress_user = m),
        &s);
    assert_int_equal(status, m->stop > 0 ? SYNGAN_E_USER : SYNGAN_OK);
    return s;
}

/* The measure whose state samples: the first one that no other exceeds. */
static int32_t find_best(const measures *m) {
    int32_t best = 0;
    for (int32_t i = 1; i < m->count; i++)
        if (m->quality[i] > m->quality[best]) best = i;
    return best;
}

static void check_same_rows(syngan_context *context, syngan_synthesizer *a,
                            syngan_synthesizer *b, bool same) {
    syngan_table *made[2];
    bool equal = true;
    assert_ok(context,
              syngan_synthesizer_sample(a, SAMPLED, 3, NULL, NULL, &made[0]));
    assert_ok(context,
              syngan_synthesizer_sample(b, SAMPLED, 3, NULL, NULL, &made[1]));
    for (int64_t i = 0; i < SAMPLED; i++)
        equal = equal && syngan_table_reals(made[0], 0)[i] ==
                             syngan_table_reals(made[1], 0)[i];
    assert_int_equal(equal, same);
    syngan_table_free(made[0]);
    syngan_table_free(made[1]);
}

/* Whether the best state was another than the last one. */
static bool check_best(syngan_context *context, const syngan_table *table,
                       uint64_t seed) {
    static measures all, some, last;
    syngan_synthesizer *long_fit = fit(table, seed, EPOCHS, 0, false, &all);
    assert_int_equal(all.count, EPOCHS / ROUND);
    double most = -1;
    for (int32_t i = 0; i < all.count; i++) {
        assert_int_equal(all.epoch[i], (i + 1) * ROUND);
        assert_int_equal(all.best[i], all.quality[i] > most);
        most = fmax(most, all.quality[i]);
    }
    int32_t best = find_best(&all);
    bool other = best < all.count - 1;
    syngan_synthesizer *short_fit =
        fit(table, seed, all.epoch[best], 0, false, &some);
    assert_int_equal(syngan_synthesizer_epochs(long_fit), EPOCHS);
    check_same_rows(context, long_fit, short_fit, true);
    syngan_synthesizer *last_fit = fit(table, seed, EPOCHS, 0, true, &last);
    check_same_rows(context, long_fit, last_fit, !other);
    syngan_synthesizer_free(last_fit);
    syngan_synthesizer_free(short_fit);
    syngan_synthesizer_free(long_fit);
    return other;
}

static void the_best_state_samples(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = make_table(context);
    bool other = false;
    for (uint64_t seed = 1; seed <= SEEDS && !other; seed++)
        other = check_best(context, table, seed);
    assert_true(other);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Epochs of a fit that ends `patience` measures after its best one. */
static int64_t epochs_with(const measures *all, int32_t patience) {
    double most = -1;
    int32_t since = 0;
    for (int32_t i = 0; i < all->count; i++) {
        since = all->quality[i] > most ? 0 : since + 1;
        most = fmax(most, all->quality[i]);
        if (since >= patience) return all->epoch[i];
    }
    return EPOCHS;
}

/* Whether a better measure began the count again. */
static bool check_patience(const syngan_table *table, uint64_t seed) {
    static measures all;
    syngan_synthesizer_free(fit(table, seed, EPOCHS, 0, false, &all));
    int64_t before = 0;
    bool again = false;
    for (int32_t patience = 1; patience <= 4; patience++) {
        static measures some;
        syngan_synthesizer *s =
            fit(table, seed, EPOCHS, patience, false, &some);
        int64_t epochs = epochs_with(&all, patience);
        assert_int_equal(syngan_synthesizer_epochs(s), epochs);
        for (int32_t i = 0; i < some.count; i++)
            assert_true(some.quality[i] == all.quality[i]);
        again = again || (before > 0 && epochs > before + ROUND);
        before = epochs;
        syngan_synthesizer_free(s);
    }
    return again;
}

static void patience_counts_since_the_best(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = make_table(context);
    bool again = false;
    for (uint64_t seed = 1; seed <= SEEDS && !again; seed++)
        again = check_patience(table, seed);
    assert_true(again);
    syngan_table_free(table);
    syngan_context_free(context);
}

static syngan_synthesizer *over_a_file(syngan_context *context,
                                       syngan_synthesizer *s) {
    syngan_synthesizer *loaded;
    memory_stream file;
    memory_stream_init(&file, NULL, 0);
    assert_ok(context,
              syngan_synthesizer_save_stream(s, &file.hooks, SYNGAN_SAVE_ALL));
    assert_ok(context,
              syngan_synthesizer_load_stream(context, &file.hooks, &loaded));
    memory_stream_end(&file);
    const sg_gan *old = s->learnt, *new = loaded->learnt;
    assert_int_equal(new->n_measures, old->n_measures);
    for (size_t i = 0; i < old->n_measures; i++) {
        assert_int_equal(new->measures[i].epoch, old->measures[i].epoch);
        assert_true(new->measures[i].quality ==
                    (double)(float)old->measures[i].quality);
    }
    syngan_synthesizer_free(s);
    return loaded;
}

/* The best quality and the count since then go with the file, wherever a fit
 * was stopped. */
static void check_file(syngan_context *context, const syngan_table *table,
                       uint64_t seed) {
    enum { PATIENCE = 2 };
    static measures all, some;
    syngan_synthesizer *whole = fit(table, seed, EPOCHS, PATIENCE, false, &all);
    int64_t epochs = syngan_synthesizer_epochs(whole);
    assert_true(epochs > 2 * ROUND);
    for (int64_t stop = ROUND - 1; stop < epochs; stop += ROUND / 2 + 1) {
        some.stop = stop;
        syngan_synthesizer *s = over_a_file(
            context, fit(table, seed, EPOCHS, PATIENCE, false, &some));
        assert_int_equal(syngan_synthesizer_epochs(s), stop);
        assert_ok(context, syngan_synthesizer_continue(s, table, EPOCHS));
        assert_int_equal(syngan_synthesizer_epochs(s), epochs);
        check_same_rows(context, whole, s, true);
        syngan_synthesizer_free(s);
    }
    syngan_synthesizer_free(whole);
}

static void a_file_keeps_what_was_best(void **state) {
    (void)state;
    static const uint64_t seeds[] = {1, 7};
    syngan_context *context = test_context(1);
    syngan_table *table = make_table(context);
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++)
        check_file(context, table, seeds[i]);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* A round that ended without memory to measure it is measured when the fit
 * goes on, before anything else. */
static void a_measure_that_failed_is_made_up_for(void **state) {
    (void)state;
    static measures all, some;
    fault_memory memory;
    fault_memory_init(&memory);
    syngan_context *context;
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.threads = 1, .allocator = &memory.hooks), &context),
        SYNGAN_OK);
    syngan_table *table = make_table(context);
    syngan_synthesizer *whole = fit(table, 1, 3 * ROUND, 0, false, &all);
    some.memory = &memory;
    some.starve = 2 * ROUND - 1;
    syngan_synthesizer *s = fit(table, 1, ROUND, 0, false, &some);
    assert_int_equal(syngan_synthesizer_continue(s, table, 3 * ROUND),
                     SYNGAN_E_MEMORY);
    memory.fail_at = 0;
    memory.fail_on = false;
    assert_int_equal(syngan_synthesizer_epochs(s), 2 * ROUND);
    assert_int_equal(((const sg_gan *)s->learnt)->n_measures, 1);
    s = over_a_file(context, s);
    assert_ok(context, syngan_synthesizer_continue(s, table, 3 * ROUND));
    const sg_gan *once = whole->learnt, *twice = s->learnt;
    assert_int_equal(twice->n_measures, once->n_measures);
    for (size_t i = 0; i < once->n_measures; i++) {
        assert_int_equal(twice->measures[i].epoch, once->measures[i].epoch);
        assert_true(fabs(twice->measures[i].quality -
                         once->measures[i].quality) < 1e-6);
    }
    check_same_rows(context, whole, s, true);
    syngan_synthesizer_free(s);
    syngan_synthesizer_free(whole);
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_state_samples),
        cmocka_unit_test(patience_counts_since_the_best),
        cmocka_unit_test(a_file_keeps_what_was_best),
        cmocka_unit_test(a_measure_that_failed_is_made_up_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

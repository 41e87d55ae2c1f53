/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report that a cancel cut short is made again, in this process and from a
 * checkpoint, and only that one.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "support/networks.h"
#include "support/test.h"
#include "support/training.h"

enum { EVERY = 3, END = 10, MOST = 16 };

typedef struct reports {
    syngan_context *context;
    int64_t iteration[MOST];
    int count;
    int cancel_at; /* report that is cancelled while it is made; -1: none */
} reports;

static syngan_status note(syngan_trainer *trainer, const syngan_losses *losses,
                          void *user) {
    reports *r = user;
    (void)trainer;
    assert_true(r->count < MOST);
    r->iteration[r->count++] = losses->iteration;
    if (r->count - 1 != r->cancel_at) return SYNGAN_OK;
    syngan_context_cancel(r->context);
    return SYNGAN_E_CANCELLED;
}

static void check(bool from_file, int cancel_at) {
    static const int64_t wanted[] = {0, 3, 6, 9};
    syngan_context *context = test_context(1);
    reports r = {.context = context, .cancel_at = cancel_at};
    const syngan_trainer_options options = {
        SYNGAN_TRAINER_DEFAULTS, .batch = 4, .report_every = EVERY,
        .progress = note, .progress_user = &r};
    const syngan_trainer_options again = {
        SYNGAN_TRAINER_DEFAULTS, .report_every = EVERY, .progress = note,
        .progress_user = &r};
    training t;
    assert_ok(context, training_make(context, NETWORK_DENSE, &options, &t));
    assert_int_equal(syngan_trainer_run(t.trainer, END), SYNGAN_E_CANCELLED);
    assert_int_equal(r.count, cancel_at + 1);
    syngan_context_cancel_reset(context);
    r.cancel_at = -1;
    r.count = cancel_at;
    if (from_file) {
        unsigned char *data;
        size_t size;
        assert_ok(context, training_save(&t, &data, &size));
        training_end(&t);
        assert_ok(context, training_load(context, data, size, &again, &t));
        free(data);
    }
    assert_ok(context, syngan_trainer_run(t.trainer, END));
    assert_int_equal(r.count, 4);
    assert_memory_equal(r.iteration, wanted, sizeof wanted);
    training_end(&t);
    syngan_context_free(context);
}

static void test_reports(void **state) {
    (void)state;
    for (int cancel_at = 0; cancel_at < 4; cancel_at++) {
        check(false, cancel_at);
        check(true, cancel_at);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reports)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

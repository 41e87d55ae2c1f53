/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts: options, references, error sentences, the log, cancellation. */
#include "base/context.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/thread.h"
#include "support/fault.h"
#include "support/test.h"

static void defaults_are_as_documented(void **state) {
    (void)state;
    syngan_context *context = NULL;
    assert_int_equal(syngan_context_create(NULL, &context), SYNGAN_OK);
    int32_t processors = sg_processor_count();
    assert_int_equal(syngan_context_threads(context),
                     processors < 256 ? processors : 256);
    assert_int_equal(context->seed, 0);
    assert_int_equal(context->memory_limit, 0);
    assert_int_equal(context->log_level, SYNGAN_LOG_WARNING);
    assert_int_equal(context->isa, sg_cpu_isa());
    assert_string_equal(syngan_context_last_error(context), "");
    assert_false(sg_is_cancelled(context));
    syngan_context_free(context);
}

static void options_are_taken(void **state) {
    (void)state;
    syngan_context *context = NULL;
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.seed = 7, .threads = 3,
                                             .memory_limit = 1 << 20,
                                             .log_level = SYNGAN_LOG_DEBUG),
                              &context),
        SYNGAN_OK);
    assert_int_equal(syngan_context_threads(context), 3);
    assert_int_equal(context->seed, 7);
    assert_int_equal(context->memory_limit, 1 << 20);
    syngan_context_free(context);
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    const syngan_allocator half = {.struct_size = sizeof(half)};
    const syngan_allocator unsized = {0};
    syngan_context *context = (syngan_context *)state;
    const syngan_context_options *const wrong[] = {
        SYNGAN_CONTEXT(.threads = -1),
        SYNGAN_CONTEXT(.threads = 257),
        SYNGAN_CONTEXT(.log_level = 4),
        SYNGAN_CONTEXT(.isa = 5),
        SYNGAN_CONTEXT(.isa = -1),
        SYNGAN_CONTEXT(.reserved = 1),
        SYNGAN_CONTEXT(.allocator = &half),
        SYNGAN_CONTEXT(.allocator = &unsized),
        SYNGAN_CONTEXT(.log_level = 0),
        &(const syngan_context_options){.threads = 1},
        &(const syngan_context_options){
            .struct_size = sizeof(syngan_context_options), .threads = 1},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        context = (syngan_context *)state;
        assert_int_equal(syngan_context_create(wrong[i], &context),
                         SYNGAN_E_ARGUMENT);
        assert_null(context);
    }
    assert_int_equal(syngan_context_create(NULL, NULL), SYNGAN_E_ARGUMENT);
}

static void null_is_taken(void **state) {
    (void)state;
    syngan_context_free(NULL);
    syngan_context_cancel(NULL);
    syngan_context_cancel_reset(NULL);
    assert_string_equal(syngan_context_last_error(NULL), "");
    assert_int_equal(syngan_context_threads(NULL), 0);
    assert_int_equal(sg_fail(NULL, SYNGAN_E_IO, "lost"), SYNGAN_E_IO);
    assert_int_equal(sg_fail_memory(NULL, "lost", 1), SYNGAN_E_MEMORY);
}

static void references_keep_it_alive(void **state) {
    (void)state;
    fault_memory memory;
    fault_memory_init(&memory);
    syngan_context *context = NULL;
    assert_int_equal(syngan_context_create(
                         SYNGAN_CONTEXT(.allocator = &memory.hooks), &context),
                     SYNGAN_OK);
    sg_context_retain(context);
    syngan_context_free(context);
    assert_int_equal(atomic_load(&memory.live), 1);
    sg_context_release(context);
    assert_int_equal(atomic_load(&memory.live), 0);
    assert_int_equal(atomic_load(&memory.live_bytes), 0);
}

static syngan_status nothing(syngan_context *context, void *user) {
    (void)context;
    (void)user;
    return SYNGAN_OK;
}

static void creation_survives_failing_memory(void **state) {
    (void)state;
    assert_int_equal(fault_sweep_memory(&(fault_sweep){.body = nothing}), 1);
}

static void errors_are_kept(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    assert_int_equal(
        sg_fail(context, SYNGAN_E_SHAPE, "conv2d '%s': %d", "a", 5),
        SYNGAN_E_SHAPE);
    assert_string_equal(syngan_context_last_error(context), "conv2d 'a': 5");
    /* A sentence may be made from the one before. */
    (void)sg_fail(context, SYNGAN_E_SHAPE, "model: %s",
                  syngan_context_last_error(context));
    assert_string_equal(syngan_context_last_error(context),
                        "model: conv2d 'a': 5");
    (void)sg_fail(context, SYNGAN_E_SHAPE, "%3000d", 1);
    size_t length = strlen(syngan_context_last_error(context));
    assert_int_equal(length, SG_ERROR_MAX - 1);
    assert_string_equal(syngan_context_last_error(context) + length - 3, "...");
    (void)sg_fail_memory(context, "tensor [2, 3]", 123456);
    assert_non_null(
        strstr(syngan_context_last_error(context), "tensor [2, 3]: "));
    assert_non_null(strstr(syngan_context_last_error(context), "123456"));
    syngan_context_free(context);
}

typedef struct lines {
    int count;
    int32_t level;
    char text[64];
} lines;

static void keep_line(int32_t level, const char *text, void *user) {
    lines *all = user;
    all->count++;
    all->level = level;
    strncpy(all->text, text, sizeof(all->text) - 1);
}

static void log_goes_to_the_host(void **state) {
    (void)state;
    lines all = {0};
    syngan_context *context = NULL;
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.log = keep_line, .log_user = &all,
                                             .log_level = SYNGAN_LOG_INFO),
                              &context),
        SYNGAN_OK);
    sg_log(context, SYNGAN_LOG_WARNING, "odd %d", 1);
    assert_int_equal(all.level, SYNGAN_LOG_WARNING);
    assert_string_equal(all.text, "odd 1");
    sg_log(context, SYNGAN_LOG_INFO, "news");
    assert_string_equal(all.text, "news");
    sg_log(context, SYNGAN_LOG_DEBUG, "detail");
    assert_int_equal(all.count, 2);
    syngan_context_free(context);
    context = test_context(1);
    sg_log(context, SYNGAN_LOG_WARNING, "nobody listens");
    syngan_context_free(context);
}

static syngan_context *interrupted;

static void on_signal(int number) {
    (void)number;
    syngan_context_cancel(interrupted);
}

static void cancelling_works_from_a_signal(void **state) {
    (void)state;
    interrupted = test_context(1);
    void (*old)(int) = signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    signal(SIGUSR1, old);
    assert_true(sg_is_cancelled(interrupted));
    syngan_context_cancel_reset(interrupted);
    assert_false(sg_is_cancelled(interrupted));
    syngan_context_free(interrupted);
}

static void statuses_have_texts(void **state) {
    (void)state;
    for (int32_t i = 0; i <= SYNGAN_E_NOT_FOUND; i++) {
        const char *text = syngan_status_text(i);
        assert_non_null(text);
        assert_string_not_equal(text, "unknown status");
        for (int32_t j = 0; j < i; j++) {
            assert_string_not_equal(text, syngan_status_text(j));
        }
    }
    assert_string_equal(syngan_status_text(-1), "unknown status");
    assert_string_equal(syngan_status_text(INT32_MIN), "unknown status");
    assert_string_equal(syngan_status_text(SYNGAN_E_NOT_FOUND + 1),
                        "unknown status");
    assert_string_equal(syngan_status_text(99), "unknown status");
    assert_string_equal(syngan_status_text(SYNGAN_E_USER),
                        syngan_status_text(INT32_MAX));
}

/* ---- contexts in two threads -------------------------------------------- */

typedef struct worker {
    uint64_t seed;
    uint64_t sum;
} worker;

static void *work_alone(void *argument) {
    worker *self = argument;
    syngan_context *context = test_context(1);
    uint32_t bits[256];
    for (uint32_t i = 0; i < 200; i++) {
        sg_random random = {.seed = self->seed, .step = i};
        uint32_t *block = sg_alloc(context, sizeof(bits));
        sg_random_bits(&random, 0, 256, block);
        for (int k = 0; k < 256; k++)
            self->sum += block[k];
        sg_free(context, block);
        (void)sg_fail(context, SYNGAN_E_ARGUMENT, "seed %d, turn %d",
                      (int)self->seed, (int)i);
    }
    char expected[64];
    snprintf(expected, sizeof(expected), "seed %d, turn 199", (int)self->seed);
    if (strcmp(syngan_context_last_error(context), expected) != 0)
        self->sum = 0;
    syngan_context_free(context);
    return NULL;
}

static void contexts_do_not_meet(void **state) {
    (void)state;
    worker alone[2] = {{.seed = 1}, {.seed = 2}};
    worker together[2] = {{.seed = 1}, {.seed = 2}};
    for (int i = 0; i < 2; i++)
        work_alone(&alone[i]);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            pthread_create(&threads[i], NULL, work_alone, &together[i]), 0);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 2; i++) {
        assert_true(together[i].sum != 0);
        assert_true(together[i].sum == alone[i].sum);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_as_documented),
        cmocka_unit_test(options_are_taken),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(null_is_taken),
        cmocka_unit_test(references_keep_it_alive),
        cmocka_unit_test(creation_survives_failing_memory),
        cmocka_unit_test(errors_are_kept),
        cmocka_unit_test(log_goes_to_the_host),
        cmocka_unit_test(cancelling_works_from_a_signal),
        cmocka_unit_test(statuses_have_texts),
        cmocka_unit_test(contexts_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

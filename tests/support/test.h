/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nearly every test includes: cmocka with the headers it wants before it,
 * and asserts on statuses that show the library's sentence.
 */
#ifndef TESTS_SUPPORT_TEST_H
#define TESTS_SUPPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <syngan/base.h>

/* Built with the address or the thread sanitizer. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#define SANITIZED                                                              \
    (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED 0
#endif

/* `call` gives SYNGAN_OK; else the test fails and prints the sentence. */
#define assert_ok(context, call)                                               \
    do {                                                                       \
        syngan_status assert_status = (call);                                  \
        if (assert_status != SYNGAN_OK) {                                      \
            fail_msg("%s: status %d: %s", #call, (int)assert_status,           \
                     syngan_context_last_error(context));                      \
        }                                                                      \
    } while (0)

/* `call` gives this failure and a sentence that has `part` in it. */
#define assert_fails(context, call, status, part)                              \
    do {                                                                       \
        assert_int_equal((call), (status));                                    \
        if (strstr(syngan_context_last_error(context), (part)) == NULL) {      \
            fail_msg("%s: sentence without '%s': %s", #call, (part),           \
                     syngan_context_last_error(context));                      \
        }                                                                      \
    } while (0)

/* A context with `threads` threads, with the instruction set SYNGAN_TEST_ISA
 * (a number, SYNGAN_ISA_SSE41 ...) if that is set; the test fails without. */
static inline syngan_context *test_context(int32_t threads) {
    syngan_context *context = NULL;
    const char *isa = getenv("SYNGAN_TEST_ISA");
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.threads = threads, .isa = isa ? atoi(isa) : 0),
            &context),
        SYNGAN_OK);
    return context;
}

#endif
